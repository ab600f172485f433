/** `agent-relay` and `agent-relay resume`: the shell on a conversation, new or earlier. */
import { RelayError } from '../../core/errors.ts';
import { nameInRef } from '../../sessions/listing/session-ref.ts';
import type { Body, Result } from '../command.ts';
import type { CommandContext } from '../context.ts';
import { refuseOddModel, startConversation } from '../conversation-start.ts';
import { openEarlier, refuseTwoSessions } from '../open-earlier.ts';
import type { ConversationOptions, EarlierOptions } from '../options/conversation-options.ts';

interface ShellOptions extends ConversationOptions, EarlierOptions {}

interface ResumeOptions extends ConversationOptions {
	ref: string | null;
}

export const shell: Body<ShellOptions, null> = { run: openShell, toJson: () => undefined };

export const resume: Body<ResumeOptions, null> = {
	run: async (context, { ref, ...options }) => {
		const store = await context.store();
		if ((ref === null || ref === 'latest') && store.list({ limit: 1 }).length === 0) {
			throw new RelayError('no_such_session', 'There is no session here yet.', {
				hint: 'Start one: agent-relay',
			});
		}
		// `latest` is the latest conversation, which only the listing of kinds knows; so is the latest of a name.
		const isLatest = ref === null || ref === 'latest' || nameInRef(ref) !== null;
		const session = isLatest ? (ref ?? 'latest') : store.resolve(ref);
		return openShell(context, { ...options, session, continue: false });
	},
	toJson: () => undefined,
};

async function openShell(context: CommandContext, options: ShellOptions): Promise<Result<null>> {
	const { live, env, commandLine } = context;
	if (commandLine === null) throw new Error('a shell cannot be opened from here');
	refuseTwoSessions(options);
	refuseOddModel(options);
	const conversation = await startConversation(context, options, {
		kind: 'shell',
		canAnswer: live.canAnswer && env.TERM !== 'dumb',
		willAsk: true,
	});
	let isShellsOwn = false;
	try {
		await openEarlier(context, conversation, options);
		// From here on the shell closes it, in bounded time.
		isShellsOwn = true;
		return { exitCode: await commandLine.runShell(conversation), data: null };
	} finally {
		if (!isShellsOwn) await conversation.close();
	}
}
