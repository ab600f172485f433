import { RelayError } from '../core/errors.ts';
import type { SessionView } from '../relay/session-view.ts';
import type { CommandContext } from './context.ts';

/** The view of the open conversation. Throws RelayError `no_such_session` where none is. */
export function viewAtHand({ conversation }: Pick<CommandContext, 'conversation'>): SessionView {
	if (conversation !== null) return conversation.view;
	throw new RelayError('no_such_session', 'No conversation is open.');
}
