import { sep } from 'node:path';
import { fromIso } from '../../core/clock.ts';
import { RelayError } from '../../core/errors.ts';
import { findConversation } from '../../relay/resume/find-conversation.ts';
import type { CommandContext } from '../context.ts';
import { metSessionsOf } from '../hook/met-sessions-of.ts';

/**
 * The transcript of the conversation that an agent's hook reported last in this worktree, where it is newer than every session of
 * ours; null: there is none.
 */
export async function nativeConversation(context: CommandContext): Promise<string | null> {
	const { worktree } = await context.repo();
	const isHere = (cwd: string | null) => cwd === worktree || cwd?.startsWith(worktree + sep) === true;
	const met = metSessionsOf(context)
		.all()
		.find(({ transcript, cwd }) => transcript !== null && isHere(cwd));
	if (met === undefined) return null;
	const own = await lastChange(context);
	return own === null || own < (fromIso(met.seen_at) ?? 0) ? met.transcript : null;
}

/** When the newest session of ours last changed; epoch ms. */
async function lastChange({ store }: CommandContext): Promise<number | null> {
	try {
		return fromIso(findConversation('latest', await store()).meta?.updated_at ?? null);
	} catch (error) {
		if (error instanceof RelayError && error.code === 'no_such_session') return null;
		throw error;
	}
}
