import type { Save, SavingSession, SegmentFacts } from './records/save-files.ts';
import type { Hint } from './records/session-records.ts';
import type { Idea, Ideas } from './registry/ideas-file.ts';
import type { Registry, Workstream, WorkstreamStatus } from './registry/registry-file.ts';
import type { WorkstreamName } from './workstream-name.ts';
import type { filesOf } from './workstream-places.ts';

/** The texts of a workstream; null: there is no such file. */
export interface WorkstreamTexts {
	entry: Workstream;
	state: string | null;
	plan: string | null;
	architecture: string | null;
}

export interface NewWorkstream {
	name: WorkstreamName;
	description: string;
	status?: WorkstreamStatus;
	/** default: a first one of the name and the description. */
	state?: string;
	/** Files of its folder, by name. */
	others?: ReadonlyArray<readonly [name: string, text: string]>;
}

/**
 * Every change reads the files anew, under one lock for all of them, and throws with everything as it was: `damaged_record`,
 * `newer_version`, `not_found`, `refused`, `disk_full`, `not_writable`. Reading throws the first two.
 */
export interface Workstreams {
	readonly paths: { registry: string; ideas: string; of(name: WorkstreamName): ReturnType<typeof filesOf> };
	registry(): Registry;
	ideas(): Ideas;
	/** Throws `not_found`. */
	texts(name: WorkstreamName): WorkstreamTexts;
	/** The active workstream that a session works on; null: none. */
	attachedTo(session: string): WorkstreamName | null;
	/** The active workstream that a session works on, and when it was saved for that session or taken up last, ISO-8601; null: none. */
	savedAt(session: string): { name: WorkstreamName; at: string } | null;
	/** Whether the session was ever attached. */
	hasMarker(session: string): boolean;
	/** The workstream that each session worked on last, by the id of the session. */
	markers(): Map<string, WorkstreamName>;
	/** The end of what hints say a session did, ISO-8601; null: they say nothing of it. */
	toldUntil(session: string): string | null;
	/** Whether an agent wrote the newest hint of a session. */
	isToldInWords(session: string): boolean;
	hints(): { hints: Hint[]; unread: string[] };
	/** Writes what a session did, and nothing else. `workstream` null: it worked on none. */
	tell(session: SavingSession, segment: SegmentFacts & { workstream: WorkstreamName | null }): void;
	/** Saves `saved` first, and attaches `session`, all in one step. Throws `refused` for a name that exists. */
	create(made: NewWorkstream, more?: { saved?: Save | null; session?: SavingSession | null }): Workstream;
	/** Several at once, and ideas with them: all or none. Names that exist are refused. */
	createAll(made: readonly NewWorkstream[], ideas: readonly string[]): void;
	save(save: Save): Workstream;
	/** Saves `saved` first, makes the other active, and attaches the session: one step. Throws `not_found` before it saves. */
	switchTo(
		name: WorkstreamName,
		more: { saved: Save | null; session: SavingSession | null },
	): WorkstreamTexts;
	/** Its plan or its architecture, whole. Throws `not_found`, `refused` (beyond 1 MiB). */
	write(name: WorkstreamName, kind: 'plan' | 'architecture', text: string): void;
	remove(name: WorkstreamName): void;
	addIdeas(texts: readonly string[]): Idea[];
	removeIdea(number: number): Idea;
}
