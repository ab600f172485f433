import type { TerminalInput } from '../../ui/terminal-modes.ts';
import { terminalColumns, terminalRows } from '../../ui/terminal-size.ts';
import type { ShellOutput } from '../shell-options.ts';
import type { PickChoice } from '../slash/slash-command.ts';

const STYLES = /\x1b\[[\d;]*m/g;

/**
 * Lets the user choose from a list with the arrow keys; null if they leave it with Escape or Ctrl+C. The terminal must be free:
 * the caller has cleared the edit line and left raw mode.
 */
export async function pickOne(
	message: string,
	choices: readonly PickChoice[],
	{ input, output, hasColor }: { input: TerminalInput; output: ShellOutput; hasColor: boolean },
): Promise<string | null> {
	const { default: enquirer } = await import('enquirer');
	const question = {
		type: 'select',
		name: 'choice',
		message,
		// Enquirer writes the chosen name after the question.
		choices: choices.map(({ label }) => ({ name: label, message: label })),
		stdin: input,
		columns: terminalColumns(output),
		rows: terminalRows(output),
		stdout: hasColor ? output : withoutStyles(output),
	};
	try {
		const answer: unknown = await enquirer.prompt(question as never);
		if (!isAnswer(answer)) return null;
		return choices.find(({ label }) => label === answer.choice)?.value ?? null;
	} catch {
		// Enquirer rejects with an empty value when the question is left.
		return null;
	}
}

function isAnswer(value: unknown): value is { choice: string } {
	return typeof value === 'object' && value !== null && 'choice' in value && typeof value.choice === 'string';
}

/** The same stream, which writes everything without styles. */
function withoutStyles(output: ShellOutput): ShellOutput {
	return new Proxy(output, {
		get(target, property) {
			if (property === 'write') return (text: string) => target.write(text.replace(STYLES, ''));
			const value: unknown = Reflect.get(target, property, target);
			return typeof value === 'function' ? value.bind(target) : value;
		},
	});
}
