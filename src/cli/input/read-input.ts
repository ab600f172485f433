import type { App } from '../../app/create-app.ts';
import { RelayError } from '../../core/errors.ts';
import { collectInput, hasInput } from './collect-input.ts';

/** Whoever writes has it ready. */
const LONGEST_MS = 3_000;

/** As `CommandLine.readInput`. */
export async function readInput(
	maxBytes: number,
	{ streams, clock }: { streams: Pick<App['streams'], 'input'>; clock: App['clock'] },
): Promise<string | null> {
	if (!hasInput()) return null;
	const tooMuch = () => new RelayError('usage', `Stdin holds more than ${maxBytes} bytes.`);
	const { whole, ended, leave } = collectInput(streams.input, { maxBytes, tooMuch });
	await clock.sleep(LONGEST_MS, ended);
	if (!ended.aborted) {
		leave();
		return null;
	}
	try {
		return (await whole).toString('utf8');
	} catch (error) {
		if (error instanceof RelayError) return null;
		throw error;
	}
}
