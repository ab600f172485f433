import { ALLOW, DENY, type Question } from '../../agents/asking/question.ts';
import { formatPlural } from '../../core/plural.ts';
import { safeLine } from '../../core/text.ts';
import { packedRows } from '../../ui/packed-rows.ts';
import { wrapToColumns } from '../../ui/text-width.ts';
import type { Theme } from '../../ui/theme.ts';
import { formatSeconds } from '../../view/live/describe-retry.ts';
import { NARROW_COLUMNS, type Waiting } from '../../view/live/status-rows.ts';
import type { Key } from '../editor/keys.ts';
import { alwaysRules, ruleLine } from './give-rules.ts';

/** A rule that takes more rows is shown by its key alone. */
const RULE_ROWS = 3;
/** From here on the status has room for the code. */
const CODE_BESIDE_COLUMNS = 95;

/** What one key answers. */
export interface KeyAnswer {
	key: string;
	means: string;
	does: 'answer' | 'session' | 'always' | 'tell';
	option?: string;
}

export function answersTo(question: Question): KeyAnswer[] {
	if (question.kind === 'text') return [{ key: 't', means: 'answer in words', does: 'tell' }];
	if (question.kind === 'choice' || question.wants === undefined)
		return question.options.slice(0, 9).map(({ id, label }, at) => ({
			key: String(at + 1),
			means: safeLine(label, 40),
			does: 'answer',
			option: id,
		}));
	const hasRule = alwaysRules(question).length > 0;
	return [
		{ key: 'y', means: 'once', does: 'answer', option: ALLOW },
		{ key: 's', means: 'in this session', does: 'session' },
		...(hasRule ? [{ key: 'a', means: 'always, shows the rule', does: 'always' as const }] : []),
		{ key: 'n', means: 'no', does: 'answer', option: DENY },
		{ key: 't', means: 'no, and say why', does: 'tell' },
	];
}

/** One typed character, or Esc; null: any other key, a paste, or several characters at once. */
export function letterOf(key: Key): string | null {
	if (key.kind === 'text') return key.text.length === 1 ? key.text.toLowerCase() : null;
	return key.kind === 'press' && key.name === 'escape' ? 'escape' : null;
}

export const isCtrlY = (key: Key) => key.kind === 'press' && key.ctrl && key.character === 'y';

export interface Shown {
	/** Nothing is typed, a prompt is, or the line is for a rule or for words. */
	line: 'empty' | 'typed' | 'borrowed';
	/** What another terminal is asked for; null: none can answer. */
	code: string | null;
	/** How many questions wait behind it. */
	more: number;
	/** What a row may take. */
	columns: number;
}

/** Where the last row has room for the code. */
const isCodeBeside = ({ columns, more }: Shown) => columns >= CODE_BESIDE_COLUMNS && more === 0;

/** Each row fits; while a prompt is typed they are dim, as no key answers then. */
export function keyRows(question: Question, shown: Shown & { theme: Theme }): string[] {
	const { line, code, columns, theme } = shown;
	if (line === 'borrowed') return [theme.dim('  Enter sends it · Esc goes back')];
	const isNarrow = columns < NARROW_COLUMNS;
	const paint = line === 'typed' ? (key: string) => key : theme.bold;
	const answers = answersTo(question);
	const inRows = answers
		.filter(({ does }) => isNarrow || does !== 'always')
		.map(({ key, means }) => `${paint(key)} ${means}`);
	const stops = line === 'typed' ? 'Ctrl+Y answers' : `${paint('Esc')} stops the turn`;
	const rule = isNarrow ? [] : ruleRows(question, columns, paint);
	const elsewhere = code === null || isCodeBeside(shown) ? [] : [theme.dim(describeCode(code, isNarrow))];
	const rows = isNarrow
		? packedRows([...inRows, ...elsewhere], columns)
		: [...packedRows([...inRows, stops], columns), ...rule, ...packedRows(elsewhere, columns)];
	return line === 'typed' ? rows.map(theme.dim) : rows;
}

/** `a always in this repo: npm test; git push`, whole, or only that its key shows it. */
function ruleRows(question: Question, columns: number, paint: (key: string) => string): string[] {
	const rules = alwaysRules(question);
	if (rules.length === 0) return [];
	const outside = question.wants?.action === 'leave' ? ', outside the sandbox' : '';
	// Its files are in another folder.
	const where = question.wants?.action === 'edit' ? 'for this repo' : 'in this repo';
	const head = `  ${paint('a')} always ${where}${outside}`;
	const rows = wrapToColumns(`${head}: ${safeLine(ruleLine(rules), RULE_ROWS * columns)}`, columns, {
		indent: 4,
	});
	return rows.length > RULE_ROWS ? [`${head}, shows the rule`] : rows;
}

const describeCode = (code: string, isNarrow: boolean) =>
	isNarrow ? `code ${code}` : `code ${code} for agent-relay answer`;

/** What is waited for, for the last row. Both in ms. */
export function describeWait(
	{ waited, deniedIn }: { waited: number; deniedIn: number },
	shown: Shown,
): Waiting {
	const { line, code, columns, more } = shown;
	const denied = `denied in ${inSeconds(Math.max(0, deniedIn - waited))}`;
	const isBeside = code !== null && isCodeBeside(shown) && line !== 'borrowed';
	const isNarrow = columns < NARROW_COLUMNS;
	const key = line === 'empty' ? 'Esc stops' : line === 'typed' ? 'Ctrl+Y answers' : '';
	return {
		text: 'waiting for you',
		short: denied,
		facts: [
			...(waited < 1000 ? [] : [{ text: inSeconds(waited), rank: 6 }]),
			{ text: denied, rank: 0, isNeeded: true },
			...(isBeside ? [{ text: describeCode(code, false), rank: 0, isNeeded: true }] : []),
			...(more > 0
				? [{ text: `${formatPlural(more, 'more question')} ${more === 1 ? 'waits' : 'wait'}`, rank: 4 }]
				: []),
		],
		stops: isNarrow ? key : '',
	};
}

const inSeconds = (ms: number) => formatSeconds(Math.round(ms / 1000));

/** The key that matters while something is typed; null: none does. */
export function keyBeside(
	{ current, label }: { current: Question | null; label: string | null },
	typed: string,
): string | null {
	return current !== null && label === null && typed !== '' ? 'Ctrl+Y answers' : null;
}
