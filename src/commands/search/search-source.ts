/** What the full screen of `search` works on, and what comes of it. */
import type { Hit } from './hit.ts';

export interface SearchSource {
	/** As the user types: the last word may go on. The newest prompts where nothing is typed yet. */
	find(typed: string): Promise<{ hits: readonly Hit[]; hasMore: boolean }>;
	/** Rows of the conversation around it, made safe; `at`: the row where it begins. */
	read(hit: Hit, columns: number): Promise<{ rows: readonly string[]; at: number }>;
	/** Who can go on with a conversation. */
	agents: readonly string[];
	home: string;
	/** Epoch ms. */
	now(): number;
}

/** The user goes on with that one; null: they left. */
export type SearchChoice = { hit: Hit; agent: string } | null;
