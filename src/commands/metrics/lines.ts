import { formatPlural } from '../../core/plural.ts';
import { safeLine } from '../../core/text.ts';
import { formatCost, formatCount, formatDuration } from '../../ui/quantities.ts';
import { renderTable } from '../../ui/table.ts';
import { shortRef } from '../../view/describe-session.ts';
import type { Look } from '../look.ts';
import { csvLines } from './csv.ts';
import type { MetricsData, MetricsRow } from './metrics-data.ts';
import { sparkline } from './sparkline.ts';
import { MICROS_PER_USD, type Sums, successRate } from './turn-sums.ts';

export function metricsLines(data: MetricsData, look: Look): string[] {
	if (data.isCsv) return csvLines(data);
	const { theme } = look;
	const { total, days } = data;
	const damaged = damagedLines(data).map(theme.warn);
	if (total.turns === 0) return [...nothingLines(data, look), ...damaged];
	const notes = notesOf(data).map(theme.dim);
	return [
		...tableLines(data, look),
		'',
		sparkline('turns a day', days, look),
		...(notes.length === 0 ? [] : ['', ...notes]),
		...(damaged.length === 0 ? [] : ['', ...damaged]),
	];
}

function nothingLines(
	{ since, agent, isOfAllRepos, ownName, called }: MetricsData,
	{ theme }: Look,
): string[] {
	if (since !== null || agent !== null) return ['No turn matches.', theme.dim(`See them all: ${called}`)];
	const where = isOfAllRepos ? 'No turns in any repo yet.' : 'No turns here yet.';
	return [where, theme.dim(`Start one: ${ownName} run "TASK"`)];
}

function tableLines({ by, rows, total }: MetricsData, { theme, columns }: Look): string[] {
	const right = { align: 'right' as const };
	const heads = [
		{ title: by, paint: theme.bold, minColumns: 10 },
		{ title: 'turns', ...right },
		{ title: 'success', ...right },
		{ title: 'input', ...right },
		{ title: 'cached', ...right },
		{ title: 'output', ...right },
		{ title: 'reasoning', ...right },
		{ title: 'reported', ...right },
		{ title: 'estimated', ...right },
		{ title: 'in plan', ...right },
		{ title: 'agent time', ...right },
		{ title: 'wall time', ...right },
		{ title: 'limits', ...right },
		{ title: 'hand-overs', ...right },
	];
	const cells = rows.map((row) => [nameOf(row, by), ...cellsOf(row.sums)]);
	const all = rows.length < 2 ? [] : [['total', ...cellsOf(total)]];
	return renderTable(heads, [...cells, ...all], { columns, theme });
}

function nameOf({ key, title }: MetricsRow, by: MetricsData['by']): string {
	if (key === null) return '(unknown)';
	return safeLine(by === 'lineage' ? `${shortRef(key)} ${title ?? ''}` : key, 60);
}

function cellsOf({ tokens, cost, ...sums }: Sums): string[] {
	const rate = successRate(sums);
	return [
		String(sums.turns),
		rate === null ? '' : `${Math.floor(rate * 100)}%`,
		tokensOf(tokens.input),
		tokensOf(tokens.cacheRead + tokens.cacheWrite),
		tokensOf(tokens.output),
		tokensOf(tokens.reasoning),
		costOf(cost.reported),
		costOf(cost.estimated, true),
		costOf(cost.inPlan),
		sums.agentMs === 0 ? '' : formatDuration(sums.agentMs),
		// Turns one after the other: it would say the same again.
		sums.wallMs === sums.agentMs ? '' : formatDuration(sums.wallMs),
		sums.limits === 0 ? '' : String(sums.limits),
		sums.handOvers === 0 ? '' : String(sums.handOvers),
	];
}

const tokensOf = (count: number) => (count === 0 ? '' : formatCount(count));
const costOf = (micros: number, isEstimated = false) =>
	micros === 0 ? '' : formatCost(micros / MICROS_PER_USD, isEstimated);

function notesOf({ total: { cost, uncounted, turns, ended } }: MetricsData): string[] {
	return [
		...(cost.pricesAsOf === null ? [] : [`~ is an estimate, by prices of ${cost.pricesAsOf}`]),
		...(cost.inPlan === 0
			? []
			: ['in plan: at list prices, for turns of a login whose agent reported the windows of a plan']),
		...(uncounted === 0 ? [] : [`${formatPlural(uncounted, 'turn')} without token counts`]),
		...(ended === turns ? [] : [`${formatPlural(turns - ended, 'turn')} not ended, or left by a crash`]),
	];
}

/** So many are named one by one. */
const NAMED = 10;

function damagedLines({ damaged, isOfAllRepos, ownName }: MetricsData): string[] {
	const named = damaged.slice(0, NAMED).map(({ id, root, problem }) => {
		const where = isOfAllRepos ? ` in ${safeLine(root, 120)}` : '';
		return `Damaged, counted as far as it can be read: session ${shortRef(id)}${where}: ${safeLine(problem, 200)}`;
	});
	const rest = damaged.length - named.length;
	return rest === 0 ? named : [...named, `and ${rest} more; all of them: ${ownName} metrics --json`];
}
