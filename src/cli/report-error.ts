import { RelayError } from '../core/errors.ts';
import { describeSystemFailure } from '../core/files/system-failure.ts';
import { ownName, withOwnName } from '../core/own-name.ts';
import { safeLine, safeText } from '../core/text.ts';
import { exitCodeOfError } from '../relay/exit-codes.ts';

const MAX_LINE = 1000;

/**
 * The only place where an error becomes text and an exit code. A bug of ours is shown with its stack. `name`: how this
 * program is called where it works.
 */
export function reportError(error: unknown, write: (text: string) => void, name: string = ownName()): number {
	if (error instanceof RelayError) {
		write(`agent-relay: ${safeLine(error.message, MAX_LINE)}\n`);
		const hint = error.hint ?? hintOfCause(error);
		if (hint) write(`  ${safeLine(withOwnName(hint, name), MAX_LINE)}\n`);
		return exitCodeOfError(error);
	}
	const failure = describeSystemFailure(error);
	if (failure !== null) {
		write(`agent-relay: ${safeLine(failure.message, MAX_LINE)}\n  ${failure.hint}\n`);
		return exitCodeOfError(error);
	}
	const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
	write(`agent-relay: this is a bug in agent-relay\n${safeText(text)}\n`);
	return exitCodeOfError(error);
}

function hintOfCause({ cause }: RelayError): string | null {
	const failure = describeSystemFailure(cause);
	return failure === null ? null : `${failure.message}. ${failure.hint}`;
}
