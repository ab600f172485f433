import { formatPlural } from '../../core/plural.ts';
import { safeLine } from '../../core/text.ts';
import { describeDistance, describeLimit, describeTime } from '../../limits/describe-limit.ts';
import type { LedgerEntry, RefusedLogin } from '../../limits/ledger-file.ts';
import { describeWindow } from '../../limits/window-name.ts';
import { renderTable } from '../../ui/table.ts';
import { wrapToColumns } from '../../ui/text-width.ts';
import type { Look } from '../look.ts';
import type { ClearedData, LimitsData } from './run.ts';

/** Enough to recognise the CLI's own sentence. */
const EVIDENCE_CHARS = 300;

/** The evidence, then who is next where someone is limited, then what of their windows agents have used. */
export function limitsLines(data: LimitsData, look: Look): string[] {
	const { entries, refused, now } = data;
	const blocks = [
		...entries.map((entry) => entryLines(entry, now, look)),
		...refused.map((login) => refusedLines(login, now, look)),
	];
	const evidence = blocks.length === 0 ? [['No agent is limited.']] : blocks;
	return [...evidence, nextLines(data, look), windowLines(data)]
		.filter((block) => block.length > 0)
		.flatMap((block, index) => [...(index === 0 ? [] : ['']), ...block]);
}

export function clearedLines({ agent, forgotten, logins, now }: ClearedData, look: Look): string[] {
	const whose = agent === null ? '' : ` of ${agent}`;
	const refused = logins.map((one) => `The refused login of ${safeLine(one.agent, 40)} is forgotten.`);
	if (forgotten.length === 0)
		return refused.length === 0 ? [`There was no limit${whose} to forget.`] : refused;
	return [
		`${formatPlural(forgotten.length, 'limit')}${whose} forgotten:`,
		...forgotten.flatMap((entry) => entryLines(entry, now, look)),
		...refused,
	];
}

function nextLines({ candidates, now }: LimitsData, { theme, columns }: Look): string[] {
	if (candidates.length === 0) return [];
	const rows = candidates.map(({ agent, model, verdict, reason, resetAt }) => [
		model === null ? agent : `${agent}:${safeLine(model, 30)}`,
		verdict.replaceAll('_', ' '),
		resetAt === null ? '' : describeTime(resetAt, { now }),
		safeLine(reason, 160),
	]);
	const heads = [
		{ title: 'agent', paint: theme.bold },
		{ title: 'verdict' },
		{ title: 'free' },
		{ title: 'why', minColumns: 16, paint: theme.dim },
	];
	return renderTable(heads, rows, { columns, theme });
}

function windowLines({ windows, now }: LimitsData): string[] {
	return windows.map(({ agent, window, ratio, resetAt, seenAt }) => {
		const reset = resetAt === null ? '' : `, resets ${describeTime(resetAt, { now })}`;
		const seen = now - seenAt < 60_000 ? '' : `, seen ${describeDistance(seenAt - now)}`;
		return `${safeLine(agent, 40)}: ${Math.round(ratio * 100)}% of its ${safeLine(describeWindow(window), 60)} used${reset}${seen}`;
	});
}

function entryLines(entry: LedgerEntry, now: number, { theme, columns }: Look): string[] {
	const isOver = entry.until <= now;
	const { until, isEstimated } = entry;
	const { summary, evidence } = describeLimit(entry.limit, { now, until, isEstimated });
	const model = entry.model.startsWith('*') ? '' : `:${safeLine(entry.model, 40)}`;
	const head = `${theme.bold(safeLine(entry.agent, 40))}${model}  ${safeLine(summary, EVIDENCE_CHARS)}`;
	const seen = `seen ${describeDistance(entry.recordedAt - now)}, by ${safeLine(evidence, EVIDENCE_CHARS)}`;
	return [
		...wrapToColumns(isOver ? `${head}${theme.good('  over')}` : head, columns, { indent: 4 }),
		...wrapToColumns(`  ${seen}`, columns, { indent: 4 }).map(theme.dim),
	];
}

function refusedLines(
	{ agent, reason, recordedAt, until }: RefusedLogin,
	now: number,
	{ theme, columns }: Look,
): string[] {
	const head = `${theme.bold(safeLine(agent, 40))}  login refused, until it changes; tried again ${describeDistance(until - now)}`;
	const seen = `  seen ${describeDistance(recordedAt - now)}: ${safeLine(reason, EVIDENCE_CHARS)}`;
	return [
		...wrapToColumns(head, columns, { indent: 4 }),
		...wrapToColumns(seen, columns, { indent: 4 }).map(theme.dim),
	];
}
