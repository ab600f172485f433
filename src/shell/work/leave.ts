import type { SlashContext } from '../slash/slash-command.ts';
import type { RunningWork } from './running-work.ts';
import { wordsFirst } from './words-first.ts';

/** Leaves the shell: at once where something runs, which is stopped then; else the state of a workstream may be put into words first. */
export async function leave(
	{ running, exit }: { running: RunningWork; exit: () => void },
	context: SlashContext,
): Promise<void> {
	try {
		if (running.isInterruptible) return;
		running.isLeaving = true;
		await wordsFirst(context);
	} finally {
		exit();
	}
}
