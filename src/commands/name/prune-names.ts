/** What relays that are gone left in `runtime`, and with `archived` the names that were put away. */
import { RelayError } from '../../core/errors.ts';
import { explainingWrites } from '../../core/files/write-failure.ts';
import { EXIT } from '../../relay/exit-codes.ts';
import type { NamesOfRepo } from '../../sessions/names/line-of-work.ts';
import type { FoundRelay } from '../../sessions/names/live-relays.ts';
import { DEFAULT_NAME, isNameId, type NameId } from '../../sessions/names/name-id.ts';
import { findName, type Names, withName } from '../../sessions/names/name-registry.ts';
import type { Body } from '../command.ts';

export interface Leftover {
	kind: 'hint' | 'folder' | 'name';
	/** The name that it was of; of a folder whatever it is called: untrusted text. */
	of: string;
	path: string | null;
	pid: number | null;
}

export interface PrunedData {
	leftovers: readonly Leftover[];
	isApplied: boolean;
	/** How this program is called, and the flags that were given. */
	command: string;
}

interface Found extends Leftover {
	relay: FoundRelay | null;
}

export const pruneNames: Body<{ archived: boolean; apply: boolean }, PrunedData> = {
	async run(context, { archived, apply }) {
		const names = await context.names();
		const found = findLeftovers(names, archived);
		if (apply && found.length > 0) remove(found, names);
		const command = context.called(`name prune${archived ? ' --archived' : ''} --apply`);
		return { exitCode: EXIT.done, data: { leftovers: found, isApplied: apply, command } };
	},
	toJson: ({ leftovers, isApplied }) => ({
		applied: isApplied,
		items: leftovers.map(({ kind, of, path, pid }) => ({ kind, name: of, path, pid })),
	}),
};

function findLeftovers({ registry, live }: NamesOfRepo, isArchivedToo: boolean): Found[] {
	const names = registry.read();
	const inRuntime = live.folders().flatMap((folder): Found[] => {
		const relays = isNameId(folder) ? live.of(folder) : [];
		const hints = relays
			.filter(({ standing }) => standing === 'stale')
			.map(
				(relay): Found => ({
					kind: 'hint',
					of: folder,
					path: relay.path,
					pid: relay.hint?.pid ?? null,
					relay,
				}),
			);
		const isKnown = folder === DEFAULT_NAME || (isNameId(folder) && findName(names, folder) !== null);
		const isLive = relays.length > hints.length;
		return isKnown || isLive ? hints : [{ kind: 'folder', of: folder, path: null, pid: null, relay: null }];
	});
	const archived = names.names
		.filter(({ lifecycle }) => isArchivedToo && lifecycle === 'archived')
		.map(({ id }): Found => ({ kind: 'name', of: id, path: null, pid: null, relay: null }));
	return [...inRuntime, ...archived];
}

/** Under the lock of the registry, so that nothing that is launched meanwhile is taken for a leftover. */
function remove(found: readonly Found[], { registry, live }: NamesOfRepo): void {
	registry.change((names) => {
		let kept = names;
		for (const one of found)
			explainingWrites(one.path ?? registry.path, () => {
				kept = removeOne(one, kept, live);
			});
		return kept;
	});
}

function removeOne({ kind, of, path, relay }: Found, names: Names, live: NamesOfRepo['live']): Names {
	const id = isNameId(of) ? of : null;
	const isLiveNow = (name: NameId) => live.of(name).some(({ standing }) => standing !== 'stale');
	switch (kind) {
		case 'hint': {
			if (id === null || relay === null) return names;
			const now = live.of(id).find((one) => one.path === path);
			if (now?.standing === 'stale') live.remove(now);
			const entry = findName(names, id);
			if (entry?.lifecycle !== 'active' || isLiveNow(id)) return names;
			return withName(names, { ...entry, lifecycle: 'inactive' });
		}
		case 'folder':
			if (id === null || (findName(names, id) === null && !isLiveNow(id))) live.removeFolder(of);
			return names;
		case 'name': {
			const entry = id === null ? null : findName(names, id);
			if (entry === null || entry.lifecycle !== 'archived') return names;
			if (isLiveNow(entry.id)) throw new RelayError('refused', `The name ${entry.id} has a live relay.`);
			live.removeFolder(entry.id);
			return { ...names, names: names.names.filter((one) => one !== entry) };
		}
	}
}
