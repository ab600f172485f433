/** A race as a page: who took part, every figure that the order is made of, why the first is first, what to do next. */
import { fromIso } from '../../../core/clock.ts';
import { formatPlural } from '../../../core/plural.ts';
import { safeLine } from '../../../core/text.ts';
import { describeTime } from '../../../limits/describe-limit.ts';
import type { EntrantRecord, RaceRecord } from '../../../race/record/race-record.ts';
import { formatAgo, formatDuration, shortCost } from '../../../ui/quantities.ts';
import { renderTable, type TableColumn } from '../../../ui/table.ts';
import { columnsOf, wrapToColumns } from '../../../ui/text-width.ts';
import {
	checksText,
	checkText,
	failingText,
	filesText,
	limitedText,
	pricesNote,
	stateText,
	tokensText,
	workText,
} from '../../../view/race/race-figures.ts';
import type { Look } from '../../look.ts';
import type { RacePage } from './run.ts';

type RacePageOptions = Omit<RacePage, 'record'> & Look;

const LINE_CHARS = 300;

export function raceShowLines({ record, ...page }: RacePage, look: Look): string[] {
	const options = { ...page, ...look };
	const { theme, columns } = look;
	const wrap = (text: string, indent = 2) => wrapToColumns(text, columns, { indent });
	return [
		...wrap(`${theme.bold(`Race ${record.id}`)}  ${stateOf(record, options)}`),
		...wrap(theme.dim(`task: ${safeLine(record.task, LINE_CHARS)}`)),
		...wrap(theme.dim(headOf(record))),
		...wrap(theme.dim(`records: ${safeLine(options.folder, LINE_CHARS)}`)),
		'',
		...tableOf(record, options),
		...wrap(theme.dim(pricesNote(record.entrants) ?? ''), 3).filter((line) => line !== ''),
		...part(record.verdict === null ? [] : wrap(theme.bold(safeLine(record.verdict, 600)), 0)),
		...part(
			record.entrants.flatMap((entrant) => detailsOf(entrant, options)).flatMap((line) => wrap(line, 4)),
		),
		...part(record.shared_changes.flatMap((text) => wrap(theme.warn(`! ${safeLine(text, LINE_CHARS)}`)))),
		...part(record.adopted.flatMap((entry) => wrap(adoptedLine(entry, options)))),
		...part(notAdoptedLines(record).flatMap((line) => wrap(theme.warn(line), 4))),
		...part(nextSteps(record, options)),
	];
}

/** Lines set apart by a blank one, when there are any. */
const part = (lines: readonly string[]) => (lines.length === 0 ? [] : ['', ...lines]);

function stateOf(
	{ state, ended_at, winner, adopted }: RaceRecord,
	{ theme, now, isLive }: RacePageOptions,
): string {
	const endedAt = fromIso(ended_at);
	if (state === 'preparing' || state === 'running')
		return isLive ? theme.accent(state) : theme.warn('cut off');
	const ago = endedAt === null ? '' : ` ${formatAgo(endedAt, now)}`;
	const won = winner === null ? theme.warn('no winner') : theme.good(`winner ${winner}`);
	const rest = [state === 'cleaned' ? 'cleaned' : '', adopted.length > 0 ? 'adopted' : ''].filter(Boolean);
	return [`ended${ago}`, won, ...rest].join(theme.dim(' · '));
}

function headOf({ base, options }: RaceRecord): string {
	const commit = base.commit.slice(0, 10);
	const from = base.is_snapshot
		? `${commit} (snapshot of the checkout)`
		: `${commit}${base.ref === null ? '' : ` (${base.ref})`}`;
	const limit = `at most ${formatDuration(options.max_time_s * 1000).replace('.0 s', ' s')} each`;
	return safeLine(`base: ${from} · ${limit} · ${options.permissions}`, LINE_CHARS);
}

/** Best first once it is known, else as named. */
function inOrder({ ranking, entrants }: RaceRecord): EntrantRecord[] {
	const place = (id: string) => (ranking.includes(id) ? ranking.indexOf(id) : ranking.length);
	return [...entrants].sort((a, b) => place(a.id) - place(b.id));
}

function tableOf(record: RaceRecord, { theme, columns, isLive }: RacePageOptions): string[] {
	const isRanked = record.ranking.length > 0;
	const rows = inOrder(record).map((entrant, i) => [
		isRanked ? String(i + 1) : '',
		entrant.id,
		checksText(entrant),
		failingText(entrant),
		standing(entrant, isLive),
		filesText(entrant),
		shortCost(entrant),
		tokensText(entrant.tokens),
		workText(entrant),
	]);
	const heads: TableColumn[] = [
		{ title: '#', align: 'right' },
		{ title: 'entrant', paint: theme.accent },
		{ title: 'checks', align: 'right' },
		{ title: 'failing', align: 'right' },
		{ title: 'agent' },
		{ title: 'files' },
		{ title: 'cost', align: 'right' },
		{ title: 'tokens' },
		{ title: 'time', align: 'right' },
	];
	const table = renderTable(heads, rows, { columns, theme });
	const isTable = table.length === rows.length + 1;
	return isTable ? table : narrowTable(record, { theme, columns, isLive });
}

/** What was at work when the race was cut off works no more. */
const standing = (entrant: EntrantRecord, isLive: boolean) =>
	isLive || entrant.state === 'ended' ? stateText(entrant) : 'not done';

/** One line for the place and the name, one for the figures. */
function narrowTable(
	record: RaceRecord,
	{ theme, columns, isLive }: Pick<RacePageOptions, 'theme' | 'columns' | 'isLive'>,
): string[] {
	return inOrder(record).flatMap((entrant, i) => {
		const checks = checksText(entrant);
		const failing = failingText(entrant);
		const files = filesText(entrant);
		const figures = [
			checks === '' ? '' : `checks ${checks}`,
			failing === '' || failing === '0' ? '' : `${failing} failing`,
			files === '' ? '' : `files ${files}`,
			shortCost(entrant),
			tokensText(entrant.tokens),
			workText(entrant),
		].filter((figure) => figure !== '');
		const place = record.ranking.length > 0 ? `${i + 1} ` : '';
		return [
			...wrapToColumns(`${place}${theme.accent(entrant.id)} ${standing(entrant, isLive)}`, columns, {
				indent: 2,
			}),
			...(figures.length === 0
				? []
				: wrapToColumns(`  ${figures.join(' · ')}`, columns, { indent: 2 }).map(theme.dim)),
		];
	});
}

/** What the table has no room for: why it ended so, which checks did not pass, until when it is limited, notes. */
function detailsOf(entrant: EntrantRecord, { theme, now }: RacePageOptions): string[] {
	const { setup } = entrant;
	const lines = [
		entrant.reason === null ? '' : safeLine(entrant.reason, LINE_CHARS),
		limitedText(entrant, now),
		entrant.agents.length > 1 ? `worked: ${entrant.agents.join(', then ')}` : '',
		setup === null || setup.status === 'passed' ? '' : `setup: ${checkLine(setup)}`,
		...entrant.checks.flatMap((check) =>
			check.status === 'passed' || check.status === 'not_run' ? [] : [checkLine(check)],
		),
		...entrant.notes.map((note) => safeLine(note, LINE_CHARS)),
	].filter((line) => line !== '');
	return lines.map((line) => `${theme.accent(entrant.id)}: ${theme.dim(line)}`);
}

function checkLine(check: EntrantRecord['checks'][number]): string {
	return check.output === null
		? checkText(check)
		: `${checkText(check)}, output in ${safeLine(check.output, 120)}`;
}

/** How many paths are named; all of them stand in `race.json`. */
const SHOWN_PATHS = 20;

function notAdoptedLines({ not_adopted = [] }: RaceRecord): string[] {
	const rest = not_adopted.length - SHOWN_PATHS;
	const line = ({ entrant, path, why }: (typeof not_adopted)[number]) =>
		`! not adopted of ${safeLine(entrant, 60)}: ${safeLine(path, LINE_CHARS)}: ${safeLine(why, 600)}`;
	return [
		...not_adopted.slice(0, SHOWN_PATHS).map(line),
		...(rest > 0 ? [`! and ${formatPlural(rest, 'more path')}, see race.json`] : []),
	];
}

function adoptedLine(entry: RaceRecord['adopted'][number], { theme, now }: RacePageOptions): string {
	const at = fromIso(entry.at);
	const where =
		entry.branch !== null
			? ` as branch ${safeLine(entry.branch, 80)}`
			: entry.commit !== null
				? ` as commit ${entry.commit.slice(0, 10)}`
				: '';
	return theme.good(
		`✓ ${safeLine(entry.entrant, 60)} was adopted${where}${at === null ? '' : ` ${formatAgo(at, now)}`}`,
	);
}

function nextSteps(
	record: RaceRecord,
	{ command, ref, theme, isLive, now, columns }: RacePageOptions,
): string[] {
	// A command that is broken into rows cannot be pasted.
	const step = (what: string, line: string) =>
		columnsOf(`${what}: ${line}`) <= columns
			? [`${theme.dim(`${what}:`)} ${line}`]
			: [...wrapToColumns(theme.dim(`${what}:`), columns, { indent: 2 }), line];
	const race = ref === null ? '' : ` --race ${ref}`;
	const own = ref === null ? '' : ` ${ref}`;
	// It must be given again.
	const again = record.options.permissions === 'full' ? ' -p full' : '';
	if (record.state === 'cleaned') return [];
	if (record.state !== 'ended') return isLive ? [] : step('resume', `${command} resume${own}${again}`);
	// An entrant that changed nothing has nothing to see or to take.
	const first = record.winner ?? inOrder(record).find(({ diff }) => diff !== null && diff.files > 0)?.id;
	const name = record.winner === null ? ` ${first}` : '';
	return [
		...(first === undefined
			? []
			: [
					...step('look at it', `${command} diff ${first}${race}`),
					...(record.adopted.length > 0 ? [] : step('adopt it', `${command} adopt${name}${race}`)),
				]),
		...goOnSteps(record, now).flatMap((what) => step(what, `${command} resume${own}${again}`)),
		...step('tidy up', `${command} clean${own} --apply`),
	];
}

/** `resume`, or from when on that makes sense; nothing where everybody is done. */
function goOnSteps({ entrants }: RaceRecord, now: number): string[] {
	const unfinished = entrants.filter(({ outcome }) => outcome === 'limited' || outcome === 'outcome_unknown');
	const from = Math.min(...unfinished.map(({ limited_until }) => fromIso(limited_until) ?? now));
	if (unfinished.length === 0) return [];
	return [from <= now ? 'resume' : `resume from ${describeTime(from, { now })}`];
}
