import type { KeptSetting } from '../../config/given-settings.ts';
import { safeLine } from '../../core/text.ts';
import { shortRef } from '../../view/describe-session.ts';
import type { Look } from '../look.ts';
import { undoLines } from '../undo/lines.ts';
import type { ForkData } from './run.ts';

const describeSettings = (settings: readonly KeptSetting[]) =>
	settings.map(({ key, value }) => `${key} = ${safeLine(JSON.stringify(value), 80)}`).join(', ');

export function forkLines(
	{ from, turn, fork, files, isOpen, command, ownName }: ForkData,
	look: Look,
): string[] {
	const { theme } = look;
	const aboutFiles = files === null ? [] : undoLines({ session: from, result: files, command }, look);
	if (fork === null) return [...aboutFiles, 'The session was not forked.'];
	const ref = shortRef(fork.id);
	const next = isOpen
		? 'your next prompt goes there'
		: `say what to do there: ${ownName} run --session ${ref} "TASK"`;
	return [
		...aboutFiles,
		`Session ${theme.bold(ref)} begins after turn ${turn} of ${shortRef(from)}; ${theme.bold(safeLine(fork.to, 60))} gets the first prompt, with ${safeLine(fork.packet, 200)}`,
		...(fork.settings.length === 0
			? []
			: [theme.dim(`with its settings: ${describeSettings(fork.settings)}`)]),
		theme.dim(next),
	];
}
