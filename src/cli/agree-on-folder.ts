/** Nobody named the session, and the latest one works in another folder: on a terminal that is asked before anything runs there. */
import { existsSync } from 'node:fs';
import type { App } from '../app/create-app.ts';
import { RelayError } from '../core/errors.ts';
import { safeLine } from '../core/text.ts';
import type { SessionSummary } from '../sessions/listing/session-list.ts';
import { pickOne } from '../shell/pick.ts';

/** Throws `nothing_to_continue` when the user says no. Elsewhere than on a terminal going on names the folder. */
export async function agreeOnFolder(
	app: App,
	{ id, meta }: Pick<SessionSummary, 'id' | 'meta'>,
): Promise<void> {
	const { input, errorOutput } = app.streams;
	const { worktree: here } = await app.repo();
	const there = meta?.repo.worktree ?? here;
	if (there === here || !existsSync(there) || !input.isTTY || !errorOutput.isTTY) return;
	const task = safeLine(meta?.title ?? meta?.objective ?? '', 60);
	app.notice(`No session of this folder fits; the latest one works in ${safeLine(there, 200)}: ${task}`);
	const answer = await pickOne(
		'Go on there?',
		[
			{ value: 'no', label: 'no' },
			{ value: 'yes', label: 'yes' },
		],
		{ input, output: errorOutput, hasColor: false },
	);
	if (answer === 'yes') return;
	throw new RelayError('nothing_to_continue', 'No session of this folder was gone on with.', {
		hint: `By its name: agent-relay run --session ${id.slice(-6)}, with --here in this folder`,
	});
}
