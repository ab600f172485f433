import { safeLine } from '../../core/text.ts';
import { EXIT } from '../../relay/exit-codes.ts';
import { formatBytes } from '../../ui/quantities.ts';
import { shortRef } from '../../view/describe-session.ts';
import type { Look } from '../look.ts';
import type { HandoffData } from './run.ts';

export function handoffLines(data: HandoffData, look: Look): string[] {
	return data.kind === 'given' ? givenLines(data) : leftLines(data, look);
}

function givenLines({
	id,
	text,
	file,
	copiedBy,
	isPrinted,
}: Extract<HandoffData, { kind: 'given' }>): string[] {
	const size = formatBytes(Buffer.byteLength(text));
	const what = `The packet of session ${shortRef(id)} (${size})`;
	return [
		...(copiedBy === null ? [] : [`${what} is in the clipboard (${copiedBy}).`]),
		...(file === null ? [] : [`${what} is in ${safeLine(file, 300)}`]),
		...(isPrinted || copiedBy !== null || file !== null ? [] : [what]),
	];
}

function leftLines(data: Extract<HandoffData, { kind: 'left' }>, { theme }: Look): string[] {
	const { id, to, packet, isNew, losses, result, exitCode, ownName, isOpen } = data;
	const ref = shortRef(id);
	if (result !== null)
		return exitCode === EXIT.done
			? []
			: [`Session ${id} keeps the work. Continue with: ${ownName} run --session ${ref}`];
	const agent = theme.bold(to.model === null ? to.agent : `${to.agent} ${to.model}`);
	const head = isNew
		? `Session ${ref} waits for ${agent}, with ${safeLine(packet, 200)}`
		: `Session ${ref} waits for ${agent} already, with ${safeLine(packet, 200)}; no second packet was made.`;
	const lost =
		losses.length === 0 ? [] : [theme.warn(`${to.agent} cannot: ${safeLine(losses.join(', '), 300)}`)];
	const next = isOpen ? 'your next prompt goes there' : `let it continue: ${ownName} run --session ${ref}`;
	return [head, ...lost, theme.dim(next)];
}
