/**
 * Records which agents run in which folder, for every relay of this user on this machine: one note for each running turn, outside
 * the repo, written when the agent starts and removed when its turn is over. A note whose relay is gone may name an agent that
 * outlived it.
 */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import * as v from 'valibot';
import { isSystemError } from '../../core/errors.ts';
import { lstatIfThere } from '../../core/files/file-facts.ts';
import { describesOwnFolder, ensureFolder, namesIn } from '../../core/files/folders.ts';
import { readJsonOrNull } from '../../core/files/read-file.ts';
import { removeIfThere, writeAtomic } from '../../core/files/write-file.ts';
import { standingOf } from '../../core/processes/process-place.ts';
import type { ProcessEntry, ProcessIdentity, ProcessTable } from '../../core/processes/process-table.ts';
import { identifyAll, isMultiplexer } from '../../core/processes/process-tree.ts';

const identitySchema = v.looseObject({ pid: v.number(), start: v.string() });

const noteSchema = v.looseObject({
	schema_version: v.literal(1),
	session_id: v.pipe(v.string(), v.regex(/^[0-9A-Z]{26}$/)),
	/** The folder of the session's records. */
	folder: v.string(),
	turn: v.number(),
	agent: v.string(),
	executable: v.string(),
	worktree: v.string(),
	started_at: v.string(),
	/** The leader of the agent's terminal session; it ends with the relay, but other processes of the session may not. */
	wrapper: identitySchema,
	relay: identitySchema,
	/** Absent in notes of older relays. */
	host: v.optional(v.string()),
	boot_id: v.nullable(v.string()),
	pid_namespace: v.nullable(v.string()),
});
/** @internal For tests: they write one as another relay does. */
export type RunningNote = Pick<
	v.InferOutput<typeof noteSchema>,
	'session_id' | 'folder' | 'turn' | 'agent' | 'executable' | 'worktree' | 'started_at' | 'wrapper'
>;

/** An agent that is still running although the relay of its turn is gone. */
export interface Survivor extends RunningNote {
	/** Its living processes, the agent itself first. Never empty. */
	processes: ProcessIdentity[];
}

export interface RunningAgents {
	/** Call the returned function when the turn is over. Never fails: an agent without a note is only not asked about. */
	began(note: RunningNote): () => void;
	/** Agents in that folder whose relay is gone. Removes the notes of those that have ended. */
	survivors(worktree: string): Survivor[];
}

type Processes = Pick<ProcessTable, 'identify' | 'isAlive' | 'place' | 'snapshot' | 'withEnvironment'>;

export function createRunningAgents(root: string, processes: Processes): RunningAgents {
	const foundAt = (folder: string): 'odd' | 'missing' | 'ours' => {
		const [above, own] = [lstatIfThere(root), lstatIfThere(folder)];
		if ([above, own].some((facts) => facts !== undefined && !describesOwnFolder(facts))) return 'odd';
		return own === undefined ? 'missing' : 'ours';
	};
	const folderOf = (worktree: string) =>
		join(root, createHash('sha256').update(worktree).digest('hex').slice(0, 16));
	const standing = ({ host, ...note }: v.InferOutput<typeof noteSchema>) => {
		const here = processes.place();
		return standingOf({ host: host ?? here.host, ...note }, here);
	};

	return {
		began(note) {
			const folder = folderOf(note.worktree);
			const found = foundAt(folder);
			if (found === 'odd') return () => undefined;
			const path = join(folder, `${note.session_id}-${note.turn}.json`);
			const text = JSON.stringify({
				schema_version: 1,
				...note,
				relay: { pid: process.pid, start: processes.identify(process.pid)?.start ?? '' },
				...processes.place(),
			});
			unlessUnwritable(() => {
				if (found === 'missing') ensureFolder(folder);
				writeAtomic(path, `${text}\n`, { sync: false });
			});
			return () => unlessUnwritable(() => removeIfThere(path));
		},
		survivors(worktree) {
			const folder = folderOf(worktree);
			if (foundAt(folder) !== 'ours') return [];
			return names(folder).flatMap((name) => {
				const path = join(folder, name);
				const note = readNote(path);
				if (note === null || note.worktree !== worktree) return [];
				const where = standing(note);
				if (where === 'unseen' || (where === 'here' && processes.isAlive(note.relay))) return [];
				const alive = where === 'here' ? livingOf(note, processes) : [];
				if (alive.length === 0) unlessUnwritable(() => removeIfThere(path));
				return alive.length === 0 ? [] : [{ ...note, processes: alive }];
			});
		},
	};
}

/**
 * The living processes of the agent's terminal session, whose number the kernel reuses only after all of them have ended, and the
 * agent itself if it has left that session (recognized by the turn in its environment and by its program). If the system does not
 * report sessions, its process group is used.
 */
function livingOf(note: v.InferOutput<typeof noteSchema>, processes: Processes): ProcessIdentity[] {
	const isInSession = (entry: ProcessEntry) => (entry.session ?? entry.group) === note.wrapper.pid;
	const isNotOlder = (entry: ProcessEntry) => compareStarts(entry.start, note.wrapper.start) >= 0;
	const inSession = processes
		.snapshot()
		.filter((entry) => isInSession(entry) && isNotOlder(entry) && !isMultiplexer(entry));
	const elsewhere = processes
		.withEnvironment({ AGENT_RELAY_SESSION: note.session_id })
		.filter(({ command }) => command.includes(note.executable));
	const found = [...identifyAll(processes, inSession), ...elsewhere];
	const byPid = new Map(found.map((identity) => [identity.pid, identity]));
	const isAgent = ({ command }: ProcessIdentity) => command.includes(note.executable);
	return [...byPid.values()].sort((a, b) => Number(isAgent(b)) - Number(isAgent(a)) || a.pid - b.pid);
}

/** Linux stamps are ticks since boot; others cannot be compared. */
function compareStarts(a: string, b: string): number {
	return /^\d+$/.test(a) && /^\d+$/.test(b) ? Number(a) - Number(b) : 0;
}

const names = (folder: string) => namesIn(folder, 'EACCES').filter((name) => name.endsWith('.json'));

function readNote(path: string): v.InferOutput<typeof noteSchema> | null {
	const parsed = v.safeParse(noteSchema, readJsonOrNull(path));
	return parsed.success ? parsed.output : null;
}

function unlessUnwritable(act: () => void): void {
	try {
		act();
	} catch (error) {
		if (!isSystemError(error)) throw error;
	}
}
