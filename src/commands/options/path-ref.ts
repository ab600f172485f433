/** REFs that are paths: to the folder of a session, or to an agent's own transcript. */
import type { Given, Option } from './option-table.ts';

/** What a command does with a transcript: make it a session of ours first, read it as it is, or nothing. */
export type TakesTranscripts = 'adopt' | 'read' | 'no';

/** No id and no name looks like one. */
export const isPathRef = (ref: string): boolean => ref.includes('/') || ref.endsWith('.jsonl');

/** What may name a session. */
const KINDS: ReadonlySet<unknown> = new Set(['sessions', 'chats', 'races', 'turns']);

/** The options of a call that hold such paths. */
export const pathRefsIn = (options: ReadonlyMap<string, Option<unknown>>, given: Given): string[] =>
	[...options]
		.filter(([name, { kind }]) => KINDS.has(kind) && refsOf(given[name]).some(isPathRef))
		.map(([name]) => name);

/** One or many, as typed. */
export const refsOf = (value: unknown): string[] =>
	(Array.isArray(value) ? value : [value]).filter((one) => typeof one === 'string');
