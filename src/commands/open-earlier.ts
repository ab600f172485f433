/** The way from `--session`, `--continue` or a named session to the conversation that continues it. */
import { existsSync } from 'node:fs';
import { RelayError } from '../core/errors.ts';
import { safeLine } from '../core/text.ts';
import type { Conversation } from '../relay/conversation-contract.ts';
import {
	type FoundConversation,
	findConversation,
	findUnfinished,
} from '../relay/resume/find-conversation.ts';
import { agreeOnOrigin, NO_OR_YES } from './agree-on-origin.ts';
import type { CommandContext } from './context.ts';

export interface Earlier {
	/** The latest with work left. */
	continue: boolean;
	/** id, prefix, suffix, @name, latest; null: not named. */
	session: string | null;
	/** Continue it in this folder, wherever and by whomever it was started. */
	here: boolean;
}

/** Throws RelayError `usage` where both are given. */
export function refuseTwoSessions({ continue: isContinued, session }: Omit<Earlier, 'here'>): void {
	if (!isContinued || session === null) return;
	throw new RelayError('usage', '--continue and --session name two sessions.', {
		hint: 'Give one of them.',
	});
}

/** Repairs what crashed relays left here, then opens the session that is meant, if one is. */
export async function openEarlier(
	context: CommandContext,
	conversation: Pick<Conversation, 'resume' | 'repairAbandoned'>,
	earlier: Earlier,
	signal?: AbortSignal,
): Promise<void> {
	const { notice } = context;
	for (const line of await conversation.repairAbandoned()) notice(line);
	const store = await context.store();
	const { session, here } = earlier;
	if (session === null && !earlier.continue) return;
	const found = session === null ? findUnfinished(store) : findConversation(session, store);
	if (!found.isNamed && !here) await agreeOnFolder(context, found);
	const isAccepted = !here && (await agreeOnOrigin(context, found.id));
	const lines = await conversation.resume(found.id, {
		isAccepted,
		...(signal === undefined ? {} : { signal }),
	});
	for (const line of lines) notice(line);
}

/**
 * Nobody named the session, and the latest one works in another folder: where somebody can be asked, that is asked before
 * anything runs there. Throws `nothing_to_continue` when the user says no. Elsewhere, continuing names the folder.
 */
async function agreeOnFolder(
	{ ask, notice, repo }: Pick<CommandContext, 'ask' | 'notice' | 'repo'>,
	{ id, meta }: FoundConversation,
): Promise<void> {
	const { worktree: here } = await repo();
	const there = meta?.repo.worktree ?? here;
	if (there === here || !existsSync(there) || ask === null) return;
	const task = safeLine(meta?.title ?? meta?.objective ?? '', 60);
	notice(`No session of this folder fits; the latest one works in ${safeLine(there, 200)}: ${task}`);
	if ((await ask('Continue there?', NO_OR_YES)) === 'yes') return;
	throw new RelayError('nothing_to_continue', 'No session of this folder was continued.', {
		hint: `By its name: agent-relay run --session ${id.slice(-6)}, with --here in this folder`,
	});
}
