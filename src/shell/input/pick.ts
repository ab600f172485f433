import type { TerminalInput } from '../../ui/terminal-modes.ts';
import { terminalColumns, terminalRows } from '../../ui/terminal-size.ts';
import { columnsOf, cutToColumns, wrapToColumns } from '../../ui/text-width.ts';
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
	const room = Math.max(20, terminalColumns(terminal.output) - CHOICE_COLUMNS);
	const question = wrapped(message, terminal);
	const named = choices.map(({ label }) => ({
		name: answered(question, label, terminal),
		message: cutToColumns(label, room),
	}));
	const initial = Math.max(
		0,
		choices.findIndex(({ isNow }) => isNow === true),
	);
	const chosen = await askEnquirer({ type: 'select', message: question, choices: named, initial }, terminal);
	return choices[named.findIndex(({ name }) => name === chosen)]?.value ?? null;
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

/** Enquirer writes the chosen name behind the question and ` · `: wrapped, so that it fits there. */
function answered(question: string, label: string, { output }: Terminal): string {
	const row = `  ${question}`.split('\n').at(-1) ?? '';
	const before = 'x'.repeat(columnsOf(row) + ' ·'.length);
	const columns = Math.max(20, terminalColumns(output) - 1);
	return wrapToColumns(`${before} ${label}`, columns, { indent: 2 })
		.join('\n')
		.slice(before.length)
		.replace(/^ /, '');
}

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
