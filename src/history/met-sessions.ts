/**
 * Conversations that agents' own hooks reported: where each is kept and how it goes, a small file each, beside the relay's other
 * state. They are notes: a file that cannot be read counts as none, and what is not seen for a month goes.
 */
import { join } from 'node:path';
import * as v from 'valibot';
import { type Clock, fromIso, toIso } from '../core/clock.ts';
import { lstatIfThere } from '../core/files/file-facts.ts';
import { type Locking, withFileLock } from '../core/files/file-lock.ts';
import { ensureFolder, namesIn } from '../core/files/folders.ts';
import { readJsonOrNull } from '../core/files/read-file.ts';
import { removeIfThere, writeAtomic } from '../core/files/write-file.ts';

const schema = v.object({
	agent: v.string(),
	/** The agent's own id. */
	session: v.string(),
	/** As `handoff` takes it; null: not known. */
	transcript: v.nullable(v.string()),
	/** Absolute; null: not known. */
	cwd: v.nullable(v.string()),
	/** ISO-8601. */
	started_at: v.string(),
	seen_at: v.string(),
	/** Tool calls, and how many of them since the last save. */
	calls: v.number(),
	unsaved: v.number(),
	/** The count of unsaved calls at the last warning; 0: none. */
	warned: v.number(),
	/** ISO-8601 of the last save that is known. */
	saved_at: v.string(),
	/** When the registry of workstreams was last written, as it was last looked at: epoch ms; 0: never. */
	registry_mtime: v.number(),
});
export type MetSession = v.InferOutput<typeof schema>;

type Facts = Pick<MetSession, 'agent' | 'session'> & Partial<Pick<MetSession, 'transcript' | 'cwd'>>;

export interface MetSessions {
	/** Notes that the session was seen now; what is null stays as it was. */
	meet(facts: Facts): MetSession;
	/** Changes a session that was met; null: it never was. Calls that hooks count at once are all counted. */
	change(of: Pick<MetSession, 'agent' | 'session'>, act: (met: MetSession) => MetSession): MetSession | null;
	/** null: it was never met. */
	find(of: Pick<MetSession, 'agent' | 'session'>): MetSession | null;
	/** Newest first. */
	all(): MetSession[];
	/** Removes what was not seen for a month. */
	sweep(): void;
}

const MONTH_MS = 30 * 24 * 3600_000;
/** Half of the time that agents give a hook; a holder that lives lets go within milliseconds. */
const LOCK_MS = 5_000;
const NAME = /^[a-z]+-[A-Za-z0-9][A-Za-z0-9._-]{0,127}\.json$/;

export function openMetSessions({
	folder,
	locking,
	clock,
}: {
	/** Absolute. */
	folder: string;
	locking: Locking;
	clock: Pick<Clock, 'now'>;
}): MetSessions {
	const read = (path: string): MetSession | null => {
		const result = v.safeParse(schema, readJsonOrNull(path));
		return result.success ? result.output : null;
	};
	const change = (
		{ agent, session }: Pick<MetSession, 'agent' | 'session'>,
		act: (met: MetSession | null) => MetSession | null,
	) => {
		const name = `${agent}-${session}.json`;
		if (!NAME.test(name)) return null;
		const path = join(folder, name);
		ensureFolder(folder);
		return withFileLock(`${path}.lock`, { timeoutMs: LOCK_MS, ...locking, self: locking.self }, () => {
			const after = act(read(path));
			if (after !== null) writeAtomic(path, `${JSON.stringify(after)}\n`);
			return after;
		});
	};
	return {
		meet(facts) {
			const now = toIso(clock.now());
			const fresh = newlyMet(facts, now);
			const met = change(facts, (before) => ({
				...(before ?? fresh),
				transcript: facts.transcript ?? before?.transcript ?? null,
				cwd: facts.cwd ?? before?.cwd ?? null,
				seen_at: now,
			}));
			return met ?? fresh;
		},
		change: (of, act) => change(of, (before) => (before === null ? null : act(before))),
		find: ({ agent, session }) => {
			const name = `${agent}-${session}.json`;
			return NAME.test(name) ? read(join(folder, name)) : null;
		},
		all: () =>
			namesIn(folder)
				.filter((name) => NAME.test(name))
				.flatMap((name) => read(join(folder, name)) ?? [])
				.sort((one, other) => (fromIso(other.seen_at) ?? 0) - (fromIso(one.seen_at) ?? 0)),
		sweep() {
			for (const name of namesIn(folder)) {
				const path = join(folder, name);
				const facts = lstatIfThere(path);
				if (facts?.isFile() && clock.now() - facts.mtimeMs > MONTH_MS) removeIfThere(path);
			}
		},
	};
}

function newlyMet({ agent, session, transcript = null, cwd = null }: Facts, now: string): MetSession {
	return {
		agent,
		session,
		transcript,
		cwd,
		started_at: now,
		seen_at: now,
		calls: 0,
		unsaved: 0,
		warned: 0,
		saved_at: now,
		registry_mtime: 0,
	};
}
