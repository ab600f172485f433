import { formatPlural } from '../../core/plural.ts';
import { safeLine } from '../../core/text.ts';
import { padToColumns, wrapToColumns } from '../../ui/text-width.ts';
import type { Theme } from '../../ui/theme.ts';
import type { Look } from '../look.ts';
import type { Finding } from './finding.ts';
import type { Ailment } from './run.ts';

const AREA_COLUMNS = 10;
/** Below this, the facts stand under their area. */
const NARROW_COLUMNS = 60;
const MOST_CHARS = 600;

/** A row for each finding, below it what to do; the sum last. */
export function doctorLines(ailments: readonly Ailment[], look: Look): string[] {
	const left = ailments.filter(({ level, end }) => level === 'problem' && end?.isFixed !== true);
	const fixable = left.filter(({ fix, end }) => fix !== null && end === null);
	const sum =
		left.length === 0
			? look.theme.good('Nothing stands in the way.')
			: look.theme.bad(`${formatPlural(left.length, 'problem')}.`);
	const hint = fixable.length === 0 ? '' : ` agent-relay doctor --fix can mend ${fixable.length} of them.`;
	return [
		...ailments.flatMap((one) => ailmentLines(one, look)),
		'',
		...wrapToColumns(sum + hint, look.columns),
	];
}

function ailmentLines({ area, level, what, toDo, end }: Ailment, { theme, columns }: Look): string[] {
	const isNarrow = columns < NARROW_COLUMNS;
	const indent = isNarrow ? 4 : AREA_COLUMNS + 4;
	const mark = end?.isFixed === true ? theme.good('✓') : markOf(level, theme);
	const head = `${mark} ${theme.bold(padToColumns(area, AREA_COLUMNS))}`;
	const facts = safeLine(what, MOST_CHARS);
	const under = (text: string) => wrapToColumns(`${' '.repeat(indent)}${text}`, columns, { indent });
	const next = end === null ? toDo : end.text;
	return [
		...(isNarrow
			? [`${mark} ${theme.bold(area)}`, ...under(facts)]
			: wrapToColumns(`${head}  ${facts}`, columns, { indent })),
		...(next === null ? [] : under(`${theme.accent('→')} ${safeLine(next, MOST_CHARS)}`)),
	];
}

function markOf(level: Finding['level'], theme: Theme): string {
	if (level === 'ok') return theme.good('✓');
	return level === 'note' ? theme.warn('!') : theme.bad('✗');
}
