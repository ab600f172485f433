/** The name that this process works under, from the guards of its launch to the end of its last relay. */
import { type Clock, toIso } from '../../core/clock.ts';
import { isSystemError, RelayError } from '../../core/errors.ts';
import { isFolder } from '../../core/files/folders.ts';
import type { RealPath } from '../../core/files/real-path.ts';
import { explainingWrites } from '../../core/files/write-failure.ts';
import type { LiveMark, LiveRelays } from './live-relays.ts';
import { whyNoLaunch } from './name-guards.ts';
import { DEFAULT_NAME, type NameId, type NameInForce } from './name-id.ts';
import { findName, type NameEntry, type NameRegistry, type Names, withName } from './name-registry.ts';

export interface LineOfWork {
	readonly name: NameInForce;
	/** Throws `refused` with what stands against a launch of that name in that folder; writes nothing. */
	check(place: LaunchPlace, name?: NameId): void;
	/**
	 * Launches the name, unless this process works under it: it exists then, is active, and has this relay as a live one. Leaves the
	 * name that was in force. Throws like `check`, and what the registry throws. `default` is not launched, but `began`.
	 */
	enter(place: LaunchPlace, name?: NameId): void;
	/** A session of the name in force was begun or opened here. Never fails. */
	began(session: { id: string; isNew: boolean }, folder: string): void;
	/** An agent takes a turn. Never fails. */
	working(facts: { agent: string; session: string }): void;
	/** The last relay of this process has ended. Idempotent; never fails. */
	leave(): void;
}

export interface LaunchPlace {
	/** Where agents start. */
	folder: string;
	/** What a new name is bound to. */
	worktree: string;
	isAllowed: boolean;
}

/** What there is of names in one repo. */
export interface NamesOfRepo {
	registry: NameRegistry;
	live: LiveRelays;
	line: LineOfWork;
}

export interface LineDeps {
	/** In force when the process starts; changed by `enter`. */
	inForce: NameInForce;
	registry: NameRegistry;
	live: LiveRelays;
	realPath: RealPath;
	clock: Pick<Clock, 'now'>;
	/** The tmux session that this process runs in. */
	tmux: string | null;
	notice(text: string): void;
}

export function createLineOfWork(deps: LineDeps): LineOfWork {
	const { inForce, registry, live, realPath, clock, tmux, notice } = deps;
	let mark: LiveMark | null = null;
	let participants = new Set<string>();

	const refusal = (names: Names, id: NameId, { folder, worktree, isAllowed }: LaunchPlace) => {
		const entry = findName(names, id);
		const path = realPath(entry?.worktree ?? worktree);
		const bound = isFolder(path) ? path : null;
		const isRival = (other: NameEntry) =>
			other.id !== id && realPath(other.worktree) === bound && isLive(live, other.id);
		const rivals = names.names.filter(isRival).map((other) => other.id);
		return whyNoLaunch({ id, entry, isAllowed, folder: realPath(folder), bound, rivals });
	};
	const refuse = (names: Names, id: NameId, place: LaunchPlace) => {
		const why = refusal(names, id, place);
		if (why !== null) throw why;
	};

	const line: LineOfWork = {
		get name() {
			return inForce;
		},
		check(place, id = inForce.id) {
			if (id !== DEFAULT_NAME && (mark === null || id !== inForce.id)) refuse(registry.read(), id, place);
		},
		enter(place, id = inForce.id) {
			if (id === inForce.id && mark !== null) return;
			if (id === DEFAULT_NAME) {
				if (id !== inForce.id) line.leave();
				inForce.id = id;
				return;
			}
			line.check(place, id);
			if (id !== inForce.id) line.leave();
			// Under the lock, so that of two names that start in one folder the second sees the first.
			registry.change((names) => {
				refuse(names, id, place);
				const at = toIso(clock.now());
				const known = findName(names, id);
				const entry = known ?? newEntry({ id, worktree: realPath(place.worktree), label: null, at });
				mark = explainingWrites(registry.path, () =>
					live.begin(id, { folder: realPath(place.folder), tmux }),
				);
				return withName(names, { ...entry, lifecycle: 'active', last_seen_at: at });
			});
			if (id !== inForce.id) inForce.isGiven = false;
			inForce.id = id;
			participants = new Set();
		},
		began({ id, isNew }, folder) {
			if (mark !== null) mark.working({ agent: null, session: id });
			else
				quietly(() => {
					mark = live.begin(inForce.id, { folder: realPath(folder), tmux, session: id });
				});
			if (isNew) update((entry) => ({ ...entry, sessions: [...entry.sessions, id] }));
		},
		working({ agent, session }) {
			mark?.working({ agent, session });
			if (participants.has(agent)) return;
			participants.add(agent);
			update((entry) =>
				entry.participants.includes(agent)
					? entry
					: { ...entry, participants: [...entry.participants, agent] },
			);
		},
		leave() {
			if (mark === null) return;
			mark.end();
			mark = null;
			update((entry) => ({
				...entry,
				last_seen_at: toIso(clock.now()),
				lifecycle: entry.lifecycle === 'active' && !isLive(live, entry.id) ? 'inactive' : entry.lifecycle,
			}));
		},
	};

	/** A registry that cannot be written costs these facts, not the work. */
	function update(change: (entry: NameEntry) => NameEntry): void {
		if (inForce.id === DEFAULT_NAME) return;
		try {
			registry.change((names) => {
				const entry = findName(names, inForce.id);
				const changed = entry && change(entry);
				return changed === null || changed === entry ? names : withName(names, changed);
			});
		} catch (error) {
			if (!(error instanceof RelayError) && !isSystemError(error)) throw error;
			notice(`the name ${inForce.id} is not up to date: ${error.message}`);
		}
	}

	return line;
}

/** `worktree`: real. */
export function newEntry({
	id,
	worktree,
	label,
	at,
}: Pick<NameEntry, 'id' | 'worktree' | 'label'> & { at: string }): NameEntry {
	return {
		id,
		created_at: at,
		last_seen_at: at,
		participants: [],
		label,
		lifecycle: 'active',
		worktree,
		sessions: [],
	};
}

/** A relay that cannot be looked at from here counts as live. */
export const isLive = (live: Pick<LiveRelays, 'of'>, id: NameId): boolean =>
	live.of(id).some(({ standing }) => standing !== 'stale');

function quietly(act: () => void): void {
	try {
		act();
	} catch (error) {
		if (!(error instanceof RelayError) && !isSystemError(error)) throw error;
	}
}
