/** Goes on with a conversation of the index in any agent: ours as a session, another one from its transcript. */
import { existsSync } from 'node:fs';
import { RelayError } from '../../core/errors.ts';
import { quoteForShell } from '../../core/quote-for-shell.ts';
import { safeLine } from '../../core/text.ts';
import type { ConversationRow } from '../../history/index/find-conversations.ts';
import { findChain } from '../../history/query/chains.ts';
import { fileOf } from '../../history/transcript-items.ts';
import type { CommandContext } from '../context.ts';
import { resume } from '../shell/options.ts';

interface GoOn {
	/** The `ref` in `conversations`. */
	ref: string;
	/** null: who had it. */
	agent: string | null;
	/** In this folder, wherever it was held. */
	here: boolean;
}

/** The exit code of the shell. Throws `no_such_session`, `not_found` for a transcript that is gone, and like `resume`. */
export async function goOn(context: CommandContext, { ref, agent, here }: GoOn): Promise<number> {
	const { conversation } = await context.history((db) => findChain(db, ref));
	const place = placeOf(conversation, context, here);
	const given = { ref: sourceOf(conversation), here, ...(agent === null ? {} : { agent }) };
	const { exitCode } = await resume.call(place, given);
	return exitCode;
}

/** What `resume` takes: the folder of a session, or a transcript. */
function sourceOf({ path, ref, is_subagent: isSubAgent }: ConversationRow): string {
	if (isSubAgent === 1)
		throw new RelayError(
			'refused',
			`${safeLine(ref, 80)} is the work of a sub-agent, which nobody can go on with.`,
			{
				hint: 'Go on with the conversation that started it: agent-relay conversations',
			},
		);
	if (!existsSync(fileOf(path)))
		throw new RelayError('not_found', `${safeLine(path, 200)} is not there any more.`, {
			hint: `What was said is still in the index: agent-relay conversation ${quoteForShell(ref)}`,
		});
	return path;
}

/** Where it was held, unless that is gone or another place is wanted. */
function placeOf(
	{ project, ref }: ConversationRow,
	context: CommandContext,
	isHere: boolean,
): CommandContext {
	if (isHere || project === null || ref.startsWith('relay:') || project === context.folder) return context;
	if (!existsSync(project)) return context;
	context.notice(`in ${safeLine(project, 200)}, where that conversation was held`);
	return context.elsewhere({ folder: project, env: context.env });
}
