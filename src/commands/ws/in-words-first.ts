/** The state in the words of the agent that the user's configuration names, where a command saves it and there is time. */
import type { Conversation } from '../../relay/conversation-contract.ts';
import type { InWords } from '../../relay/ports.ts';
import type { CommandContext } from '../context.ts';
import type { Shown } from '../live.ts';

type Context = Pick<CommandContext, 'live' | 'parentTurn' | 'settings'>;

/**
 * Calls `save` where an agent may be started for it: not from a tool, not within an agent's own turn, and not where the configuration
 * names none. The user sees who writes, and can stop it; what the command saves then is from the records.
 */
export async function inWordsFirst(
	{ live, parentTurn, settings }: Context,
	save: (how: InWords) => Promise<void>,
): Promise<void> {
	if (!live.startsAgents || parentTurn !== null) return;
	if ((await settings()).loaded.config.ws.summarize_with === null) return;
	const running = { stopHard: () => undefined, close: async () => undefined };
	await live.conversation(running, ({ signal, lines, status }) =>
		save(shownWords({ signal, lines, status })),
	);
}

/** The same for the session that a conversation has open, where it has one with turns. */
export async function sessionInWords(conversation: Conversation, how: InWords): Promise<void> {
	if ((conversation.session()?.meta.turn_count ?? 0) === 0) return;
	await conversation.holding(async ({ session, ports }) => ports.workstreams?.saveInWords(session.id, how));
}

/** Says who writes. */
export const shownWords = ({
	signal,
	lines,
	status,
}: Pick<Shown<unknown>, 'signal' | 'lines' | 'status'>): InWords => ({
	signal,
	began: (what) => {
		status(what);
		lines(({ theme }) => [theme.dim(`${what}; Ctrl+C takes the records as they are`)]);
	},
});
