/** A session that no relay of this user began (it came with the repo, or from another home): where somebody can be asked, that is asked. */
import { RelayError } from '../core/errors.ts';
import type { SessionId } from '../core/ids.ts';
import { safeLine } from '../core/text.ts';
import { describeNoWitness } from '../relay/resume/session-origin.ts';
import type { CommandContext } from './context.ts';

/**
 * True when the user agrees to continue it; false where nobody can be asked, or nothing is to be asked. Throws
 * `nothing_to_continue` when the user says no.
 */
export async function agreeOnOrigin(
	{ ask, notice, store: openStore }: Pick<CommandContext, 'ask' | 'notice' | 'store'>,
	id: SessionId,
	question = 'Continue it? Agents get what its records say as a quote.',
): Promise<boolean> {
	const store = await openStore();
	if (ask === null || store.witness(id).isOurs) return false;
	const { title, objective } = store.read(id);
	const ref = id.slice(-6);
	notice(`${describeNoWitness(id)}. Its task: ${safeLine(title ?? objective ?? '', 60)}`);
	if ((await ask(question, NO_OR_YES)) === 'yes') return true;
	throw new RelayError('nothing_to_continue', `Session ${ref} was not continued.`, {
		hint: `Look at it: agent-relay show ${ref}`,
	});
}

/** The first is chosen by a bare Enter. */
export const NO_OR_YES = [
	{ value: 'no', label: 'no' },
	{ value: 'yes', label: 'yes' },
] as const;
