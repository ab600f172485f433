/** A session that no relay of this user began (it came with the repo, or from another home): on a terminal that is asked. */
import type { App } from '../app/create-app.ts';
import { RelayError } from '../core/errors.ts';
import type { SessionId } from '../core/ids.ts';
import { safeLine } from '../core/text.ts';
import { describeNoWitness } from '../relay/resume/session-origin.ts';
import { pickOne } from '../shell/pick.ts';

/**
 * True when the user says that it goes on; false where nobody can be asked, or nothing is to be asked. Throws
 * `nothing_to_continue` when he says no.
 */
export async function agreeOnOrigin(
	app: App,
	id: SessionId,
	question = 'Go on with it? What its records say goes to agents as a quote.',
): Promise<boolean> {
	const { input, errorOutput } = app.streams;
	const store = await app.store();
	if (store.witness(id).isOurs || !input.isTTY || !errorOutput.isTTY) return false;
	const { title, objective } = store.read(id);
	const ref = id.slice(-6);
	app.notice(`${describeNoWitness(id)}. Its task: ${safeLine(title ?? objective ?? '', 60)}`);
	const answer = await pickOne(
		question,
		[
			{ value: 'no', label: 'no' },
			{ value: 'yes', label: 'yes' },
		],
		{ input, output: errorOutput, hasColor: false },
	);
	if (answer === 'yes') return true;
	throw new RelayError('nothing_to_continue', `Session ${ref} was not gone on with.`, {
		hint: `Look at it: agent-relay show ${ref}`,
	});
}
