/** What stands against starting, stopping or changing a name: pure, with the reason and the way out. null: nothing does. */
import { isAbsolute, relative, sep } from 'node:path';
import { RelayError } from '../../core/errors.ts';
import { safeLine } from '../../core/text.ts';
import { DEFAULT_NAME, type NameId } from './name-id.ts';
import type { NameEntry } from './name-registry.ts';

/** The two ways to allow relays under names. */
export const ALLOW_VARIABLE = 'AGENT_RELAY_ALLOW_NAMED_SESSIONS';

export interface LaunchFacts {
	id: NameId;
	/** null: its first launch, which creates it. */
	entry: Pick<NameEntry, 'lifecycle' | 'worktree'> | null;
	/** The user allowed relays under names. */
	isAllowed: boolean;
	/** Where it starts; real. */
	folder: string;
	/** The bound folder, or what it would be bound to; real. null: it is not there. */
	bound: string | null;
	/** Other names that are bound to the same folder and have a live relay. */
	rivals: readonly NameId[];
}

/** In the order in which they are reported: whether relays under names are allowed at all comes first. */
export function whyNoLaunch({ id, entry, isAllowed, folder, bound, rivals }: LaunchFacts): RelayError | null {
	if (id === DEFAULT_NAME) return null;
	if (!isAllowed)
		return refused(
			`Nothing starts under the name ${id}: neither ${ALLOW_VARIABLE}=1 is set, nor names.allow = true in your own configuration.`,
			'Allow it: agent-relay config set names.allow true',
		);
	if (entry?.lifecycle === 'archived')
		return refused(`The name ${id} is archived.`, `Take it back: agent-relay name unarchive ${id}`);
	if (bound === null)
		return refused(
			`The name ${id} is bound to ${shown(entry?.worktree ?? '')}, which is not there.`,
			`Bind it to this folder: agent-relay name rebind ${id}`,
		);
	if (!isWithin(folder, bound))
		return refused(
			`The name ${id} is bound to ${shown(bound)}, and this is ${shown(folder)}.`,
			`Start there, or bind it to this folder: agent-relay name rebind ${id}`,
		);
	const [rival] = rivals;
	if (rival === undefined) return null;
	return refused(
		`The name ${rival} is bound to the same folder and has a live relay: ${shown(bound)}.`,
		`Stop it: agent-relay name kill ${rival}, or bind ${id} elsewhere: agent-relay name rebind ${id} --worktree PATH`,
	);
}

export type ChangeOfName = 'kill' | 'archive' | 'rebind' | 'select';

export interface ChangeFacts {
	id: NameId;
	lifecycle: NameEntry['lifecycle'];
	isLive: boolean;
	isSelected: boolean;
}

/** `default` first: it has no entry, so nothing else of it is asked. */
export const whyNotDefault = (change: ChangeOfName | 'unarchive', id: NameId): RelayError | null =>
	id !== DEFAULT_NAME || change === 'select'
		? null
		: refused(`default always exists; it cannot be ${PAST[change]}.`, HINT_OF_DEFAULT[change]);

export function whyNotChanged(
	change: ChangeOfName,
	{ id, lifecycle, isLive, isSelected }: ChangeFacts,
): RelayError | null {
	const isArchived = lifecycle === 'archived';
	if (change !== 'archive' && isArchived)
		return refused(
			`The name ${id} is archived; it cannot be ${PAST[change]}.`,
			`Take it back: agent-relay name unarchive ${id}`,
		);
	if ((change === 'archive' || change === 'rebind') && isLive)
		return refused(
			`The name ${id} has a live relay; it cannot be ${PAST[change]}.`,
			`Stop it: agent-relay name kill ${id}`,
		);
	if (change === 'archive' && isSelected)
		return refused(
			`The name ${id} is selected; it cannot be archived.`,
			'Select another: agent-relay name select default',
		);
	return null;
}

const PAST = {
	kill: 'killed by its name',
	archive: 'archived',
	unarchive: 'archived',
	rebind: 'bound to another folder',
	select: 'selected',
} as const;

const HINT_OF_DEFAULT = {
	kill: 'To stop its relays: agent-relay kill',
	archive: 'See the names: agent-relay name list',
	unarchive: 'See the names: agent-relay name list',
	rebind: 'It works in every folder of the repo.',
	select: '',
} as const;

/** The folder itself or below. */
function isWithin(folder: string, bound: string): boolean {
	const way = relative(bound, folder);
	return way === '' || (way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way));
}

const refused = (message: string, hint: string) => new RelayError('refused', message, { hint });
const shown = (path: string) => safeLine(path, 300);
