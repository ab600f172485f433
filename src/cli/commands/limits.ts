/** `agent-relay limits [clear [AGENT]]`: who is limited until when, and by what evidence. */
import type { App } from '../../app/create-app.ts';
import { openLedger, readSettings } from '../../app/open-relay.ts';
import { toIso } from '../../core/clock.ts';
import { formatPlural } from '../../core/plural.ts';
import { safeLine } from '../../core/text.ts';
import { describeDistance, describeLimit } from '../../limits/describe-limit.ts';
import type { LedgerEntry, RefusedLogin } from '../../limits/ledger-file.ts';
import { EXIT } from '../../relay/exit-codes.ts';
import { wrapToColumns } from '../../ui/text-width.ts';
import type { CommandResult, Output } from '../command.ts';

/** Enough to recognise the CLI's own sentence. */
const EVIDENCE_CHARS = 300;

export async function limits(app: App, _options: object, output: Output): Promise<CommandResult> {
	const ledger = openLedger(app);
	const entries = ledger.entries();
	const refused = ledger.refusedLogins();
	const now = app.clock.now();
	const blocks = [
		...entries.map((entry) => entryLines(entry, now, output)),
		...refused.map((login) => refusedLines(login, now, output)),
	];
	const data = {
		limits: entries.map((entry) => limitToJson(entry, now)),
		refused_logins: refused.map(refusedToJson),
	};
	const lines = blocks.flatMap((block, index) => [...(index === 0 ? [] : ['']), ...block]);
	return { exitCode: EXIT.done, data, lines: blocks.length === 0 ? ['No agent is limited.'] : lines };
}

export async function clearLimits(
	app: App,
	options: { agent?: string },
	output: Output,
): Promise<CommandResult> {
	const ledger = openLedger(app);
	const known = [...ledger.entries(), ...ledger.refusedLogins()];
	const agent = options.agent === undefined ? null : await agentNamed(app, options.agent, known);
	const wasRefused = ledger.refusedLogins().filter((one) => agent === null || one.agent === agent);
	const now = app.clock.now();
	const forgotten = agent === null ? ledger.clear() : ledger.clear(agent);
	const whose = agent === null ? '' : ` of ${agent}`;
	const data = {
		cleared: forgotten.map((entry) => limitToJson(entry, now)),
		cleared_logins: wasRefused.map(refusedToJson),
	};
	const logins = wasRefused.map((one) => `The refused login of ${safeLine(one.agent, 40)} is forgotten.`);
	if (forgotten.length === 0)
		return {
			exitCode: EXIT.done,
			data,
			lines: logins.length === 0 ? [`There was no limit${whose} to forget.`] : logins,
		};
	const lines = [
		`${formatPlural(forgotten.length, 'limit')}${whose} forgotten:`,
		...forgotten.flatMap((entry) => entryLines(entry, now, output)),
		...logins,
	];
	return { exitCode: EXIT.done, data, lines };
}

/** A limited agent may be one that no configuration names any more. */
async function agentNamed(
	app: App,
	name: string,
	entries: ReadonlyArray<Pick<LedgerEntry, 'agent'>>,
): Promise<string> {
	if (entries.some(({ agent }) => agent === name)) return name;
	const { registry } = await readSettings(app, { isTrusted: false, config: [] });
	return registry.find(name).id;
}

function entryLines(entry: LedgerEntry, now: number, { theme, columns }: Output): string[] {
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
	{ theme, columns }: Output,
): string[] {
	const head = `${theme.bold(safeLine(agent, 40))}  login refused, until it changes; tried again ${describeDistance(until - now)}`;
	const seen = `  seen ${describeDistance(recordedAt - now)}: ${safeLine(reason, EVIDENCE_CHARS)}`;
	return [
		...wrapToColumns(head, columns, { indent: 4 }),
		...wrapToColumns(seen, columns, { indent: 4 }).map(theme.dim),
	];
}

function refusedToJson({ agent, account, reason, recordedAt, until }: RefusedLogin): Record<string, unknown> {
	return { agent, account, reason, recorded_at: toIso(recordedAt), until: toIso(until) };
}

function limitToJson(entry: LedgerEntry, now: number): Record<string, unknown> {
	const { agent, account, model, limit, recordedAt, until, isEstimated, strikes } = entry;
	return {
		agent,
		account,
		model,
		kind: limit.kind,
		window: limit.window,
		scope: limit.scope,
		in_force: until > now,
		until: toIso(until),
		estimated: isEstimated,
		reset_at: limit.resetAt === null ? null : toIso(limit.resetAt),
		recorded_at: toIso(recordedAt),
		strikes,
		confidence: limit.confidence,
		source: { ...limit.source },
	};
}
