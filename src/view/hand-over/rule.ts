import { columnsOf, cutToColumns, wrapToColumns } from '../../ui/text-width.ts';
import type { Theme } from '../../ui/theme.ts';

const MIN_TAIL = 3;

export interface RuleLook {
	theme: Theme;
	/** What a row may take; null: no terminal, so that the rule does not fill one. */
	columns: number | null;
}

/**
 * The rule across the screen, the head of what follows: `── claude → codex · you switched ───`. `why`: facts, which stand below the
 * rule where it has no room for all of them. Both are safe text.
 */
export function ruleRows(from: string | null, to: string, why: readonly string[], look: RuleLook): string[] {
	const { theme, columns } = look;
	const plain = from === null ? to : `${from} → ${to}`;
	const arrow = theme.accent(theme.bold('→'));
	const names =
		from === null
			? theme.bold(to)
			: `${theme.accent(theme.bold(from))} ${arrow} ${theme.accent(theme.bold(to))}`;
	const facts = why.length === 0 ? '' : ` · ${why.join(', ')}`;
	const line = (count: number) => theme.accent('─'.repeat(Math.max(0, count)));
	if (columns === null) return [`${line(2)} ${names}${facts} ${line(MIN_TAIL)}`];
	const room = columns - columnsOf(`── ${plain}${facts} `);
	if (room >= MIN_TAIL) return [`${line(2)} ${names}${facts} ${line(room)}`];
	const below = why.flatMap((fact) => wrapToColumns(`  ${fact}`, columns, { indent: 2 }));
	const short = columns - columnsOf(`── ${plain} `);
	if (short >= 0) return [`${line(2)} ${names} ${line(short)}`, ...below];
	return [cutToColumns(`── ${plain}`, columns), ...below];
}

/** `  carried   2 prompts, 1 note · /packet shows it`: never broken inside a fact, unless one alone is too long. */
export function factRows(
	label: string,
	facts: readonly string[],
	end: string | null,
	look: RuleLook,
): string[] {
	const { columns, theme } = look;
	const tail = end === null ? '' : theme.dim(` · ${end}`);
	const whole = `${label}${facts.join(', ')}${tail}`;
	if (columns === null || columnsOf(whole) <= columns) return [whole];
	const indent = ' '.repeat(columnsOf(label));
	const rows: string[] = [];
	let row = label;
	facts.forEach((fact, at) => {
		const part = at === facts.length - 1 ? fact : `${fact},`;
		const isFirst = row === label || row === indent;
		if (!isFirst && columnsOf(`${row} ${part}`) > columns) {
			rows.push(row);
			row = indent + part;
		} else row += isFirst ? part : ` ${part}`;
	});
	if (end === null)
		return [...rows, row].flatMap((one) => wrapToColumns(one, columns, { indent: indent.length }));
	const isRoom = columnsOf(row + tail) <= columns;
	return [...rows, ...(isRoom ? [row + tail] : [row, indent + theme.dim(end)])].flatMap((one) =>
		wrapToColumns(one, columns, { indent: indent.length }),
	);
}
