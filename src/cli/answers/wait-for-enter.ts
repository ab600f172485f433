import type { App } from '../../app/create-app.ts';
import { showProgress } from '../../ui/progress.ts';

/** Up to the row that Enter left, and clear from there. */
const TAKE_ROW_AWAY = '\x1b[1A\r\x1b[J';

/**
 * Shows `what` until the user presses Enter; false: `signal` came first, or the terminal has gone. The terminal stays as it is, so
 * that Ctrl+C, Ctrl+Z and a kill leave it in order.
 */
export async function waitForEnter(
	what: string,
	signal: AbortSignal,
	{ streams: { input, output } }: Pick<App, 'streams'>,
): Promise<boolean> {
	if (signal.aborted) return false;
	showProgress(output, what);
	let entered = (_: boolean) => {};
	const isEntered = new Promise<boolean>((done) => {
		entered = done;
	});
	const onData = () => entered(true);
	const onGone = () => entered(false);
	input.on('data', onData).on('end', onGone).on('error', onGone).resume();
	signal.addEventListener('abort', onGone);
	try {
		const isDone = await isEntered;
		output.write(isDone ? TAKE_ROW_AWAY : '\n');
		return isDone;
	} finally {
		input.off('data', onData).off('end', onGone).off('error', onGone).pause();
		signal.removeEventListener('abort', onGone);
	}
}
