import { RelayError } from '../../core/errors.ts';
import { safeLine, safeText } from '../../core/text.ts';
import type { Theme } from '../../ui/theme.ts';

/** An error as the transcript shows it: message and hint of a RelayError, the stack of a fault of our own. */
export function errorLines(error: unknown, theme: Theme): string[] {
	if (error instanceof RelayError) {
		const hint = error.hint === undefined ? [] : [theme.dim(`  ${safeLine(error.hint, 600)}`)];
		return [theme.bad(`! ${safeLine(error.message, 600)}`), ...hint];
	}
	const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
	return safeText(text).split('\n').map(theme.bad);
}
