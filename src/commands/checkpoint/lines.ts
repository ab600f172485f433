import { safeLine } from '../../core/text.ts';
import { shortRef } from '../../view/describe-session.ts';
import type { Look } from '../look.ts';
import type { CheckpointData } from './run.ts';

export function checkpointLines(
	{ id, packet, isNew, isOpen, ownName }: CheckpointData,
	{ theme }: Look,
): string[] {
	const path = theme.bold(safeLine(packet, 300));
	const ref = shortRef(id);
	const what = isNew
		? `Checkpoint written: ${path}`
		: `Nothing has happened since the last checkpoint: ${path}`;
	return isOpen
		? [what]
		: [what, theme.dim(`continue session ${ref}: ${ownName} run --session ${ref} "TASK"`)];
}
