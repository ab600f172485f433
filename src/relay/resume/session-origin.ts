/** Whether a session may be resumed: this user's relay began it, or the user accepts it. */
import { RelayError } from '../../core/errors.ts';
import type { SessionId } from '../../core/ids.ts';
import { isArchived, type SessionMeta } from '../../sessions/session-meta.ts';
import type { SessionStore } from '../../sessions/store/session-store.ts';
import type { Witness } from '../../sessions/witness/witness.ts';

/**
 * Throws `refused` for a session that no relay of this user began, unless the user accepts it (`isAccepted`). `command`: the
 * command that accepts it.
 */
export function requireOrigin(
	meta: Pick<SessionMeta, 'id' | 'kind'> & Partial<Pick<SessionMeta, 'status'>>,
	{ isOurs, problem, path }: Witness,
	isAccepted: boolean,
	command = acceptingCommand(meta),
): void {
	if (isOurs || isAccepted) return;
	const { id, kind } = meta;
	const why = problem === null ? '' : ` ${path} cannot say so: ${problem}.`;
	throw new RelayError('refused', `${describeNoWitness(id, kind === 'race' ? 'race' : 'session')}.${why}`, {
		hint: `Look at it: agent-relay show ${id.slice(-6)}, or continue it: ${command}`,
	});
}

function acceptingCommand({ id, kind, status }: Parameters<typeof requireOrigin>[0]): string {
	const task = status === 'completed' && kind !== 'chat' ? ' "TASK"' : '';
	return `agent-relay ${kind === 'chat' ? 'chat' : 'run'} --session ${id.slice(-6)} --here${task}`;
}

/** Throws `refused` for a session that the user has put away. */
export function refuseArchived(meta: Pick<SessionMeta, 'id' | 'archived_at'>): void {
	if (!isArchived(meta)) return;
	throw new RelayError('refused', `Session ${meta.id} is archived.`, {
		hint: `Take it back first: agent-relay unarchive ${meta.id.slice(-6)}`,
	});
}

/** Why the user is asked about a session or a race, without a full stop. */
export function describeNoWitness(id: string, what: 'session' | 'race' = 'session'): string {
	return `No witness says that ${what} ${id.slice(-6)} is yours: ${UNWITNESSED}`;
}

/** For a session that the text before names. */
export const NO_WITNESS = 'no witness says that it is yours';
/** Where such a session may come from. */
export const UNWITNESSED =
	'it came with the repo, from another home, or from a relay that kept no witness yet';

/** From now on the session is this user's. What was said in it before stays unconfirmed. */
export function acceptOrigin(id: SessionId, store: SessionStore): void {
	const witness = store.witness(id);
	if (!witness.isOurs) witness.begin(store.folderOf(id), { isAccepted: true });
}
