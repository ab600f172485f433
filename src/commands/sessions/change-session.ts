/** The way of a command that is about one session, in the shell the open one: reads its record, or changes it. */
import { RelayError } from '../../core/errors.ts';
import type { SessionId } from '../../core/ids.ts';
import { noSessionYet } from '../../relay/session-view.ts';
import type { SessionMeta } from '../../sessions/session-meta.ts';
import type { Transition } from '../../sessions/transitions.ts';
import type { CommandContext } from '../context.ts';

type Context = Pick<CommandContext, 'conversation' | 'store'>;

interface ChangedSession {
	id: SessionId;
	before: SessionMeta;
	after: SessionMeta;
}

/** `ref` null: the open session. Throws `no_such_session` where none is open, and `session_locked` for one in use elsewhere. */
export async function changeSession<Facts>(
	context: Context,
	ref: string | null,
	transition: Transition<Facts>,
	facts: Facts,
): Promise<ChangedSession> {
	const { id, meta: before } = await readSession(context, ref);
	const { conversation } = context;
	if (conversation?.session()?.id === id)
		return { id, before, after: conversation.change(transition, facts) };
	return { id, before, after: (await context.store()).change(id, transition, facts) };
}

/** Throws `no_such_session`, `ambiguous_session`, `damaged_record`. */
export async function readSession(
	{ conversation, store: openStore }: Context,
	ref: string | null,
): Promise<{ id: SessionId; meta: SessionMeta }> {
	if (ref === null) return openOne(conversation);
	const store = await openStore();
	const id = store.resolve(ref);
	return { id, meta: store.read(id) };
}

function openOne(conversation: Context['conversation']): { id: SessionId; meta: SessionMeta } {
	if (conversation === null) throw new RelayError('usage', 'Which session?');
	const session = conversation.session();
	if (session === null) throw noSessionYet();
	return session;
}
