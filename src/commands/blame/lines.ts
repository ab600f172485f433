import { fromIso } from '../../core/clock.ts';
import { safeLine, safeText } from '../../core/text.ts';
import { formatAgo } from '../../ui/quantities.ts';
import { columnsOf, cutToColumns, expandTabs, padToColumns, wrapToColumns } from '../../ui/text-width.ts';
import { describeLogEvent } from '../../view/describe-log.ts';
import { shortRef } from '../../view/describe-session.ts';
import type { Look } from '../look.ts';
import type { WritingTurn } from './describe-turn.ts';
import type { BlameData, BlamedLine, LineOrigin } from './run.ts';
import type { UnknownReason } from './trace-lines.ts';

/** The widest that the name of who wrote a line is shown. */
const WHO_COLUMNS = 28;
const NARROW_WHO_COLUMNS = 12;
/** Below it the file needs the room. */
const NARROW = 70;
const LINE_CHARS = 2_000;
const PROMPT_CHARS = 160;

/** A row a line, with who wrote it where that changes; then the turns that wrote them. */
export function blameLines(data: BlameData, look: Look): string[] {
	const { theme } = look;
	if (data.lines.length === 0) return [theme.dim(`${safeLine(data.path, 200)} is empty.`)];
	const column = whoColumn(data);
	const most = look.columns < NARROW ? NARROW_WHO_COLUMNS : WHO_COLUMNS;
	const width = Math.min(most, Math.max(...new Set(column.map(columnsOf))));
	const digits = String(data.lines.at(-1)?.number ?? 1).length;
	return [
		...data.lines.map((line, i) => {
			const paint = line.by.kind === 'turn' ? theme.accent : theme.dim;
			const cell = paint(padToColumns(cutToColumns(column[i] ?? '', width), width));
			const number = theme.dim(String(line.number).padStart(digits));
			return `${cell}  ${number}  ${safeText(expandTabs(line.text.slice(0, LINE_CHARS)))}`.trimEnd();
		}),
		...legend(data, look),
	];
}

/** Who wrote each line; empty where it is the same as above. */
function whoColumn(data: BlameData): string[] {
	let above = '';
	return data.lines.map((line) => {
		const key = keyOf(line.by);
		if (isBlankUnknown(line) || key === above) return '';
		above = key;
		return whoText(line.by, data);
	});
}

/** Nobody asks who wrote a blank line. */
const isBlankUnknown = ({ text, by }: BlamedLine) => by.kind === 'unknown' && text.trim() === '';

function keyOf(by: LineOrigin): string {
	if (by.kind === 'turn') return `${by.session} ${by.turn}`;
	return by.kind === 'you' ? 'you' : `unknown ${by.why} ${by.commit?.commit ?? ''}`;
}

function whoText(by: LineOrigin, { turns }: BlameData): string {
	if (by.kind === 'you') return 'you';
	if (by.kind === 'unknown')
		return by.commit === null ? 'unknown' : `unknown (${by.commit.commit.slice(0, 8)})`;
	const turn = turns.find(({ session, number }) => session === by.session && number === by.turn);
	return turn === undefined
		? placeOf(by.session, by.turn)
		: `${placeOf(turn.session, turn.number)} ${nameOf(turn)}`;
}

const placeOf = (session: string, turn: number) => `${shortRef(session)}:${turn}`;

function nameOf({ agent, model }: WritingTurn): string {
	return safeLine(model === null ? agent : `${agent} ${model}`, 60);
}

function legend(data: BlameData, { theme, columns }: Look): string[] {
	const below = (text: string) => wrapToColumns(`  ${text}`, columns, { indent: 4 });
	const turns = data.turns.flatMap((turn) => [
		...below(
			`${theme.bold(placeOf(turn.session, turn.number))}  ${theme.accent(nameOf(turn))}  ${agoText(turn, data.now)}`,
		),
		...(turn.prompt === null ? [] : below(`  ${safeLine(turn.prompt, PROMPT_CHARS)}`).map(theme.dim)),
		...(turn.why === null ? [] : below(`  ${describeLogEvent(turn.why, data.now).line}`).map(theme.dim)),
	]);
	const known = data.lines.filter((line) => !isBlankUnknown(line));
	const unknown = [...new Map(known.flatMap(({ by }) => unknownText(by))).values()];
	const problems = data.problems.map((problem) => theme.warn(`! ${safeLine(problem, 200)}`));
	const blocks = [turns, unknown.flatMap(below).map(theme.dim), problems].filter((block) => block.length > 0);
	return blocks.flatMap((block) => ['', ...block]);
}

function agoText({ startedAt }: WritingTurn, now: number): string {
	const at = fromIso(startedAt);
	return at === null ? '' : formatAgo(at, now);
}

const UNKNOWN: Readonly<Record<UnknownReason, string>> = {
	overlap: 'several turns ran at once',
	no_snapshot: 'no snapshot shows which turn wrote it, if one did',
	ambiguous: 'it may have come from a turn as well as from somebody else',
	commit: 'its commit is not known to be yours',
	no_tool: 'it changed during a turn that used no tool which writes files',
};

/** With a key, so that each is said once. */
function unknownText(by: LineOrigin): Array<[string, string]> {
	if (by.kind !== 'unknown') return [];
	if (by.commit === null) return [[by.why, `unknown: ${UNKNOWN[by.why]}`]];
	const { commit, name } = by.commit;
	return [[commit, `unknown (${commit.slice(0, 8)}): a commit of ${safeLine(name, 80)}`]];
}
