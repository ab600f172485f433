/** Whether a session may go on: one that this user's relay began, or of which he says so. */
import { RelayError } from '../core/errors.ts';
import type { SessionId } from '../core/ids.ts';
import type { SessionMeta } from '../sessions/session-meta.ts';
import type { SessionStore } from '../sessions/session-store.ts';
import type { Witness } from '../sessions/witness.ts';

/**
 * Throws `refused` for a session that no relay of this user began, unless `isAccepted`: he says that it goes on. `goOn`: the
 * command that says so.
 */
export function requireOrigin(
	{ id, kind }: Pick<SessionMeta, 'id' | 'kind'>,
	{ isOurs, problem, path }: Witness,
	isAccepted: boolean,
	goOn = `agent-relay ${kind === 'chat' ? 'chat' : 'run'} --session ${id.slice(-6)} --here`,
): void {
	if (isOurs || isAccepted) return;
	const ref = id.slice(-6);
	const why = problem === null ? '' : ` ${path} cannot say so: ${problem}.`;
	throw new RelayError('refused', `Session ${ref} was not begun by your relay on this machine.${why}`, {
		hint: `Look at it: agent-relay show ${ref}\nIf it is to go on here: ${goOn}`,
	});
}

/** From now on the session is this user's. What was said in it before stays unconfirmed. */
export function acceptOrigin(id: SessionId, store: SessionStore): void {
	const witness = store.witness(id);
	if (!witness.isOurs) witness.begin(store.folderOf(id), { isAccepted: true });
}
