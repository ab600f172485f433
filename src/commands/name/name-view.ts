/** A name with what is known of it now: its entry, the relays behind the hints, and who shares its folder. */

import { isFolder } from '../../core/files/folders.ts';
import { realPathIfThere } from '../../core/files/real-path.ts';
import type { FoundRelay, LiveRelays } from '../../sessions/names/live-relays.ts';
import { DEFAULT_NAME, type NameId } from '../../sessions/names/name-id.ts';
import type { NameEntry, Names } from '../../sessions/names/name-registry.ts';

export interface NameView {
	id: NameId;
	/** null for `default`, which has none. */
	entry: NameEntry | null;
	/** As it is, also where a killed relay could not say that it ended. */
	lifecycle: NameEntry['lifecycle'];
	relays: readonly FoundRelay[];
	isSelected: boolean;
	/** False where the bound folder is gone; null for `default`. */
	isFolderThere: boolean | null;
	/** Other names, not archived, that are bound to the same folder. */
	sharedWith: readonly NameId[];
}

export function viewName(id: NameId, names: Names, live: Pick<LiveRelays, 'of'>): NameView {
	const entry = names.names.find((one) => one.id === id) ?? null;
	const relays = live.of(id);
	const path = entry === null ? null : realPathIfThere(entry.worktree);
	const shares = (other: NameEntry) =>
		other.id !== id && other.lifecycle !== 'archived' && realPathIfThere(other.worktree) === path;
	return {
		id,
		entry,
		lifecycle: lifecycleOf(entry, relays),
		relays,
		isSelected: (names.selected ?? DEFAULT_NAME) === id,
		isFolderThere: path === null ? null : isFolder(path),
		sharedWith: entry?.lifecycle === 'archived' ? [] : names.names.filter(shares).map((other) => other.id),
	};
}

/** A relay that was killed left its hint behind, and the name active. */
function lifecycleOf(entry: NameEntry | null, relays: readonly FoundRelay[]): NameEntry['lifecycle'] {
	const isLive = relays.some(({ standing }) => standing !== 'stale');
	if (entry === null) return isLive ? 'active' : 'inactive';
	return entry.lifecycle === 'active' && relays.length > 0 && !isLive ? 'inactive' : entry.lifecycle;
}

/** Agents that took turns under it, and whether each works there now. */
export function participantsOf({ entry, relays }: NameView): Array<{ agent: string; attached: boolean }> {
	const attached = new Set(
		relays.flatMap(({ standing, hint }) => (standing === 'stale' || hint === null ? [] : hint.agents)),
	);
	return [...new Set([...(entry?.participants ?? []), ...attached])].map((agent) => ({
		agent,
		attached: attached.has(agent),
	}));
}

export function nameToJson(view: NameView): Record<string, unknown> {
	const { id, entry, lifecycle, relays, isSelected, isFolderThere, sharedWith } = view;
	return {
		id,
		label: entry?.label ?? null,
		lifecycle,
		selected: isSelected,
		worktree: entry?.worktree ?? null,
		worktree_is_there: isFolderThere,
		shares_worktree_with: sharedWith,
		participants: participantsOf(view),
		relays: relays.map(relayToJson),
		sessions: entry?.sessions ?? [],
		created_at: entry?.created_at ?? null,
		last_seen_at: entry?.last_seen_at ?? null,
	};
}

export function relayToJson({ standing, hint }: FoundRelay): Record<string, unknown> {
	return {
		standing,
		pid: hint?.pid ?? null,
		host: hint?.host ?? null,
		agent: hint?.agent ?? null,
		session: hint?.session ?? null,
		tmux: hint?.tmux ?? null,
		folder: hint?.folder ?? null,
		started_at: hint?.started_at ?? null,
	};
}
