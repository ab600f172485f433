import type { TerminalInput } from '../../ui/terminal-modes.ts';
import { terminalColumns, terminalRows } from '../../ui/terminal-size.ts';
import { cutToColumns, wrapToColumns } from '../../ui/text-width.ts';
import type { ShellOutput } from '../shell-options.ts';
import type { PickChoice } from '../slash/slash-command.ts';

/** `? ` before a question, ` …` behind it. */
const MARK_COLUMNS = 5;
/** `▸ ` before a choice, and room for the cursor. */
const CHOICE_COLUMNS = 3;
const STYLES = /\x1b\[[\d;]*m/g;

interface Terminal {
	input: TerminalInput;
	output: ShellOutput;
	hasColor: boolean;
}

/**
 * Lets the user choose from a list with the arrow keys; null if they leave it with Escape or Ctrl+C. The terminal must be free:
 * the caller has cleared the edit line and left raw mode.
 */
export async function pickOne(
	message: string,
	choices: readonly PickChoice[],
	terminal: Terminal,
): Promise<string | null> {
	// Enquirer writes the chosen name after the question.
	const room = Math.max(20, terminalColumns(terminal.output) - CHOICE_COLUMNS);
	const named = choices.map(({ label }) => ({ name: label, message: cutToColumns(label, room) }));
	const initial = Math.max(
		0,
		choices.findIndex(({ isNow }) => isNow === true),
	);
	const chosen = await askEnquirer(
		{ type: 'select', message: wrapped(message, terminal), choices: named, initial },
		terminal,
	);
	return choices.find(({ label }) => label === chosen)?.value ?? null;
}

/** Lets the user type one line; otherwise like `pickOne`. */
export function typeLine(
	message: string,
	terminal: Terminal,
	{ isHidden = false } = {},
): Promise<string | null> {
	return askEnquirer(
		{ type: isHidden ? 'invisible' : 'input', message: wrapped(message, terminal) },
		terminal,
	);
}

/** Enquirer writes a mark before a question, and leaves long rows to the terminal, which breaks words. */
const wrapped = (message: string, { output }: Terminal) =>
	wrapToColumns(message, Math.max(20, terminalColumns(output) - MARK_COLUMNS)).join('\n  ');

async function askEnquirer(
	what: Record<string, unknown>,
	{ input, output, hasColor }: Terminal,
): Promise<string | null> {
	const { default: enquirer } = await import('enquirer');
	const question = {
		...what,
		name: 'choice',
		stdin: input,
		columns: terminalColumns(output),
		rows: terminalRows(output),
		stdout: hasColor ? output : withoutStyles(output),
	};
	try {
		const answer: unknown = await enquirer.prompt(question as never);
		return isAnswer(answer) ? answer.choice : null;
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
