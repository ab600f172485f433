/**
 * Which relays are live under a name: a hint for each in `runtime/<name>/` beside the sessions. A hint alone is believed of nothing:
 * its process must run, by pid and start time, and must have said outside the repo that it is a relay of this repo, as a file in
 * the repo can be anybody's.
 */
import { createHash, randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import { type Clock, toIso } from '../../core/clock.ts';
import { hasErrno } from '../../core/errors.ts';
import { lstatIfThere } from '../../core/files/file-facts.ts';
import { ensureFolder, isFolder, isForeignFolder, isOwnFolder, namesIn } from '../../core/files/folders.ts';
import { readJsonOrNull } from '../../core/files/read-file.ts';
import { removeIfThere, writeAtomic } from '../../core/files/write-file.ts';
import { type ProcessPlace, standingOf } from '../../core/processes/process-place.ts';
import type { ProcessTable } from '../../core/processes/process-table.ts';
import { runtimeFolder } from '../files/session-paths.ts';
import { isStore, refuseLink } from '../files/store-location.ts';
import type { NameId } from './name-id.ts';

const text = v.pipe(v.string(), v.maxLength(4096));
const textOrNull = v.nullable(text);

const hintSchema = v.looseObject({
	schema_version: v.literal(1),
	pid: v.pipe(v.number(), v.integer(), v.minValue(2)),
	pid_start: v.pipe(text, v.minLength(1)),
	host: text,
	boot_id: textOrNull,
	pid_namespace: textOrNull,
	started_at: text,
	/** Where it was started. */
	folder: text,
	/** At work now, or last. */
	agent: textOrNull,
	/** All that took turns in it. */
	agents: v.array(text),
	session: textOrNull,
	/** The tmux session that it runs in. */
	tmux: textOrNull,
});
type LiveHint = v.InferOutput<typeof hintSchema>;

/** What stands behind a hint. `elsewhere`: a process of another machine or container, which cannot be looked at from here. */
export interface FoundRelay {
	path: string;
	standing: 'live' | 'elsewhere' | 'stale';
	/** null: the hint cannot be read. */
	hint: LiveHint | null;
}

/** This relay, as others see it. */
export interface LiveMark {
	/** A turn begins. Never fails: the mark only informs. */
	working(facts: { agent: string | null; session: string | null }): void;
	/** Idempotent; never fails. */
	end(): void;
}

export interface LiveRelays {
	/** Those of this name, in no order. */
	of(name: NameId): FoundRelay[];
	/** Names of the folders in `runtime`, whatever they are called. */
	folders(): string[];
	/** `session`: the one that it works in, if it has one. Throws `refused` for a link in place of a folder, and system errors. */
	begin(name: NameId, facts: { folder: string; tmux: string | null; session?: string }): LiveMark;
	/** Removes a hint, and what its process said outside the repo. */
	remove(found: FoundRelay): void;
	/** Removes a folder of `runtime` with all that is in it. */
	removeFolder(name: string): void;
}

export interface LiveRelaysOptions {
	/** The folder of the records. */
	store: string;
	/** Outside the repo: what relays say of themselves. */
	marks: string;
	clock: Pick<Clock, 'now'>;
	processes: Pick<ProcessTable, 'identify' | 'isAlive' | 'place'>;
}

/** Hints of one name that are looked at, and folders. */
const MOST = 1000;
/** A hint of another machine that was not touched for so long says nothing any more. */
const UNSEEN_STALE_MS = 10 * 60_000;

export function createLiveRelays({ store, marks, clock, processes }: LiveRelaysOptions): LiveRelays {
	const runtime = runtimeFolder({ folder: store });
	const folderOf = (name: string) => join(runtime, name);
	const entriesOf = (folder: string) =>
		isStore(store) && isFolder(runtime) && isFolder(folder)
			? namesIn(folder, 'EACCES', 'EPERM', 'EIO').slice(0, MOST)
			: [];
	const markOf = ({ pid, ...place }: Pick<LiveHint, 'pid'> & ProcessPlace) => {
		const of = JSON.stringify([place.host, place.boot_id, place.pid_namespace, pid, store]);
		return join(marks, `${createHash('sha256').update(of).digest('hex').slice(0, 24)}.json`);
	};
	const isRelayHere = (hint: LiveHint): boolean => {
		if (!processes.isAlive({ pid: hint.pid, start: hint.pid_start }) || isForeignFolder(marks)) return false;
		const said = v.safeParse(markSchema, readJsonOrNull(markOf(hint)));
		return said.success && said.output.pid_start === hint.pid_start && said.output.store === store;
	};
	const judge = (path: string): FoundRelay => {
		const parsed = v.safeParse(hintSchema, readJsonOrNull(path));
		if (!parsed.success) return { path, standing: 'stale', hint: null };
		const hint = parsed.output;
		switch (standingOf(hint, processes.place())) {
			case 'here':
				return { path, standing: isRelayHere(hint) ? 'live' : 'stale', hint };
			case 'ended':
				return { path, standing: 'stale', hint };
			case 'unseen': {
				const age = clock.now() - (lstatIfThere(path)?.mtimeMs ?? 0);
				return { path, standing: age > UNSEEN_STALE_MS ? 'stale' : 'elsewhere', hint };
			}
		}
	};

	return {
		of: (name) => entriesOf(folderOf(name)).map((file) => judge(join(folderOf(name), file))),
		folders: () => entriesOf(runtime).filter((name) => name !== '.gitignore'),
		begin(name, { folder, tmux, session = null }) {
			const self = {
				pid: process.pid,
				pid_start: processes.identify(process.pid)?.start ?? '',
				...processes.place(),
			};
			let hint: LiveHint = {
				schema_version: 1,
				...self,
				started_at: toIso(clock.now()),
				folder,
				agent: null,
				agents: [],
				session,
				tmux,
			};
			const place = folderOf(name);
			for (const path of [store, runtime]) refuseLink(path);
			if (!isFolder(place)) {
				refuseLink(place);
				ensureFolder(place);
			}
			const path = join(place, `${process.pid}-${randomBytes(4).toString('hex')}.json`);
			const mark = markOf(self);
			if (ensureOwnFolder(marks))
				writeAtomic(mark, toText({ schema_version: 1, pid_start: self.pid_start, store }));
			writeAtomic(path, toText(hint));
			let hasEnded = false;
			return {
				working({ agent, session }) {
					if (hasEnded) return;
					const agents = agent === null ? hint.agents : [...new Set([...hint.agents, agent])];
					hint = { ...hint, agent: agent ?? hint.agent, agents, session: session ?? hint.session };
					// An agent may have removed the folder, or put a link there.
					quietly(() => isFolder(runtime) && isFolder(place) && writeAtomic(path, toText(hint)));
				},
				end() {
					if (hasEnded) return;
					hasEnded = true;
					// Through a link that an agent put there it would be sought in vain: nobody else's file has its name.
					quietly(() => removeIfThere(path));
					quietly(() => removeIfThere(mark));
				},
			};
		},
		remove({ path, hint }) {
			rmSync(path, { recursive: true, force: true });
			if (hint !== null && !isForeignFolder(marks)) removeIfThere(markOf(hint));
		},
		removeFolder: (name) => {
			for (const path of [store, runtime]) refuseLink(path);
			rmSync(folderOf(name), { recursive: true, force: true });
		},
	};
}

const markSchema = v.looseObject({ schema_version: v.literal(1), pid_start: text, store: text });

const toText = (value: unknown) => `${JSON.stringify(value)}\n`;

/** False where something else is in its place. */
function ensureOwnFolder(path: string): boolean {
	if (isOwnFolder(path)) return true;
	if (isForeignFolder(path)) return false;
	ensureFolder(path);
	return true;
}

function quietly(act: () => unknown): void {
	try {
		act();
	} catch (error) {
		if (!hasErrno(error, 'ENOENT', 'ENOTDIR', 'EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'EDQUOT', 'EIO', 'ELOOP'))
			throw error;
	}
}
