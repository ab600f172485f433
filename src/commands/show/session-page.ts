/** One session as a page of lines: who worked, what each turn changed and checked, what is left. All text made safe here. */

import { join } from 'node:path';
import { titleOfQuestion } from '../../agents/asking/question.ts';
import { fromIso } from '../../core/clock.ts';
import { formatPlural } from '../../core/plural.ts';
import { safeLine } from '../../core/text.ts';
import { describeTime } from '../../limits/describe-limit.ts';
import { UNWITNESSED } from '../../relay/resume/session-origin.ts';
import type { LineageEntry } from '../../sessions/lineage/lineage.ts';
import { sumOfUsage } from '../../sessions/lineage/lineage-usage.ts';
import type { TrueStatus } from '../../sessions/listing/session-status.ts';
import { type AskedInTurn, askedQuestions } from '../../sessions/log/asked-questions.ts';
import type { LogEntry } from '../../sessions/log/log-entry.ts';
import { type Reason, reasonsByTurn } from '../../sessions/log/reasons.ts';
import { isDone } from '../../sessions/turns/is-done.ts';
import { participantOf, type TurnState } from '../../sessions/turns/turn-state.ts';
import { readOf, writtenOf } from '../../sessions/turns/turn-tokens.ts';
import { describeAnswer } from '../../turns/questions/describe-answer.ts';
import { fieldLines } from '../../ui/field-lines.ts';
import { describeCost, formatAgo, formatCount, formatDuration } from '../../ui/quantities.ts';
import { wrapToColumns } from '../../ui/text-width.ts';
import type { Paint, Theme } from '../../ui/theme.ts';
import { describeFiles } from '../../view/describe-files.ts';
import { describeLogEvent } from '../../view/describe-log.ts';
import { describeKind, describeUsage, shortRef } from '../../view/describe-session.ts';
import { firstLine } from '../../view/transcript/first-line.ts';

type PageEntry = Omit<LineageEntry, 'witness'> & {
	/** What the relay did in it, and why; empty in a record of an older version. */
	log?: readonly LogEntry[];
	/** What was said in its turns, by number. */
	said?: ReadonlyMap<number, SaidInTurn>;
};

interface SaidInTurn {
	/** The user's words; null: none that belong to this turn. */
	prompt: string | null;
	/** Empty: nothing. */
	answer: string;
}

export interface SessionPage extends TrueStatus {
	/** False: no relay of this user began it, so what it says that he said is not confirmed. */
	isOurs: boolean;
	/** Oldest first; the last is the session itself. */
	lineage: readonly PageEntry[];
	/** Epoch ms. */
	now: number;
	theme: Theme;
	columns: number;
	/** How this program is called where it works. */
	ownName: string;
}

const TASK_CHARS = 400;
const LINE_CHARS = 200;
const GRANT_CHARS = 400;
const SAID_CHARS = 160;

export function sessionPage(page: SessionPage): string[] {
	const { lineage, theme, columns } = page;
	const own = lineage.at(-1);
	if (own === undefined) return [];
	const problems = lineage.flatMap((entry) => entry.problems);
	return [
		`${theme.bold(own.meta.id)}  ${statusText(page)}`,
		...fieldLines(headFields(own, page), page),
		...(isRace(own) ? [] : partsOf(page).flatMap((entry) => ['', ...turnsOf(entry, entry === own, page)])),
		...(problems.length === 0 ? [] : ['']),
		...problems.flatMap((text) => wrapToColumns(theme.warn(`! ${safeLine(text, LINE_CHARS)}`), columns)),
	];
}

function statusText({ status, reason, theme }: SessionPage): string {
	if (status === 'completed') return theme.good(status);
	if (status === 'active') return theme.accent(status);
	return theme.warn(reason === null ? status : `${status} (${reason.replaceAll('_', ' ')})`);
}

function headFields({ meta, folder }: PageEntry, page: SessionPage): Array<[string, string]> {
	const { now, lineage, ownName } = page;
	const { repo, usage, checkpoint } = meta;
	const branch = repo.branch === null ? '' : ` (${repo.branch})`;
	const agents = Object.entries(meta.agents).map(
		([agent, { turns }]) => `${agent} ${formatPlural(turns, 'turn')}`,
	);
	return [
		['kind', describeKind(meta)],
		['look at', meta.kind === 'race' ? `${ownName} race show ${shortRef(meta.parent ?? meta.id)}` : ''],
		['task', safeLine(meta.objective ?? '', TASK_CHARS)],
		['forked from', meta.forked_from === undefined ? '' : forkText(meta.forked_from)],
		[
			'made from',
			meta.adopted_from === undefined
				? ''
				: safeLine(`${meta.adopted_from.agent} ${meta.adopted_from.path}`, LINE_CHARS),
		],
		['works in', safeLine(`${join(repo.worktree, repo.folder ?? '')}${branch}`, LINE_CHARS)],
		['folder', safeLine(folder, LINE_CHARS)],
		['began', formatAgo(fromIso(meta.created_at) ?? now, now)],
		['origin', page.isOurs ? '' : `${UNWITNESSED}; the words that it says are yours are not confirmed`],
		['agents', safeLine(agents.join(', '), LINE_CHARS)],
		...Object.entries(meta.agents).map(grantField),
		['usage', describeUsage(usage)],
		['total', lineage.length > 1 ? describeUsage(sumOfUsage(lineage.map((entry) => entry.meta.usage))) : ''],
		['packet', safeLine(checkpoint?.packet ?? '', LINE_CHARS)],
		['waits', page.status === 'checkpointed' ? waitsFor(meta.checkpoint, page) : ''],
		['error', safeLine(meta.error?.message ?? '', LINE_CHARS)],
	];
}

function forkText({ session, turn, files }: NonNullable<LineageEntry['meta']['forked_from']>): string {
	return safeLine(`turn ${turn} of ${session}${files ? ', with its files' : ''}`, LINE_CHARS);
}

/** Under what an agent worked last: `claude  edit · model opus · account 1f2e3d… · may run npm test · MCP github`. */
function grantField([agent, known]: [string, LineageEntry['meta']['agents'][string]]): [string, string] {
	const { model_asked, account, allow_commands, mcp_servers, permissions } = known;
	const parts = [
		permissions,
		model_asked ? `model ${safeLine(model_asked, 60)}` : '',
		account === undefined ? '' : `account ${accountText(account)}`,
		permissions === 'edit' && allow_commands?.length ? `may run ${allow_commands.join(', ')}` : '',
		mcp_servers?.length ? `MCP ${mcp_servers.join(', ')}` : '',
	].filter((part) => part !== '');
	return [safeLine(agent, 40), safeLine(parts.join(' · '), GRANT_CHARS)];
}

/** Eight characters distinguish accounts; a login that cannot be seen from outside has none. */
function accountText({ profile, hash }: NonNullable<TurnState['account']>): string {
	const login = hash === 'default' ? 'not visible' : hash.slice(0, 8);
	return profile === null ? login : `${profile} (${login})`;
}

function waitsFor(checkpoint: LineageEntry['meta']['checkpoint'], { now }: SessionPage): string {
	const resetAt = fromIso(checkpoint?.reset_at);
	const who = checkpoint?.next_agent ? `for ${safeLine(checkpoint.next_agent, 40)}` : '';
	const when = resetAt === null || resetAt <= now ? '' : `until ${describeTime(resetAt, { now })}`;
	return [who, when].filter((part) => part !== '').join(' ');
}

/** The race itself, whose turns are its entrants'. */
function isRace({ meta }: Pick<LineageEntry, 'meta'>): boolean {
	return meta.kind === 'race' && meta.parent === null;
}

/** What an entrant continues is its race, which has no turns. */
function partsOf({ lineage }: SessionPage): readonly PageEntry[] {
	return lineage.filter((entry) => !isRace(entry));
}

function turnsOf({ meta, turns, log = [], said }: PageEntry, isOwn: boolean, page: SessionPage): string[] {
	const { theme } = page;
	const title = isOwn ? 'Turns' : `Turns of ${meta.id}, which this session continues`;
	if (turns.length === 0) return [theme.dim(isOwn ? noTurns(meta) : title)];
	const width = String(turns.at(-1)?.turn ?? 1).length;
	const reasons = reasonsByTurn(log);
	const asked = askedQuestions(log);
	const reasonsAfter = (turn: number) =>
		(reasons.get(turn) ?? []).flatMap((reason) => reasonLines(reason, width, page));
	return [
		theme.dim(title),
		...reasonsAfter(0),
		...turns.flatMap((state) => [
			...turnLines(
				{ state, said: said?.get(state.turn), asked: asked.filter(({ turn }) => turn === state.turn) },
				width,
				page,
			),
			...reasonsAfter(state.turn),
		]),
	];
}

/** Why the work continued elsewhere, and below it who else was considered. */
function reasonLines(reason: Reason, width: number, { theme, columns, now }: SessionPage): string[] {
	const { line, below } = describeLogEvent(reason, now);
	const rows = (text: string, indent: number) =>
		wrapToColumns(`${' '.repeat(indent)}${text}`, columns, { indent: indent + 2 });
	return [
		...rows(theme.accent(line), width + 4),
		...below.flatMap((text) => rows(text, width + 6).map(theme.dim)),
	];
}

/** Damaged records are named below them; their turns took place. */
const noTurns = ({ turn_count }: LineageEntry['meta']) =>
	turn_count === 0 ? 'No turn yet.' : 'No turn can be read.';

function turnLines(
	{ state, said, asked }: { state: TurnState; said: SaidInTurn | undefined; asked: readonly AskedInTurn[] },
	width: number,
	{ theme, columns }: SessionPage,
): string[] {
	const number = String(state.turn).padStart(width);
	const model = state.model === null ? '' : ` ${safeLine(state.model, 40)}`;
	const who = participantOf(state);
	const as = who === state.agent ? '' : ` (${safeLine(state.agent, 40)})`;
	const why = state.trigger === 'user' ? '' : ` (${state.trigger})`;
	const facts = [
		state.verdict ? `says ${state.verdict.toUpperCase()}` : '',
		state.duration_ms === null ? '' : formatDuration(state.duration_ms),
		tokensOf(state),
		describeCost(state),
		describeFiles(state.files),
	].filter((fact) => fact !== '');
	const indent = width + 4;
	const below = (text: string, paint: Paint) =>
		wrapToColumns(`${' '.repeat(indent)}${text}`, columns, { indent: indent + 2 }).map(paint);
	return [
		...wrapToColumns(
			`  ${theme.bold(number)}  ${theme.accent(safeLine(who, 60))}${as}${model}${why} ${outcomeText(state, theme)}`,
			columns,
			{ indent },
		),
		...(said?.prompt ? below(`› ${safeLine(said.prompt, SAID_CHARS)}`, theme.bold) : []),
		...asked.flatMap((question) => below(askedText(question), theme.warn)),
		...(said?.answer ? below(firstLine(said.answer, SAID_CHARS), (text) => text) : []),
		...(facts.length === 0 ? [] : below(facts.join(' · '), theme.dim)),
		...state.validation.flatMap((check) => below(...checkText(check, theme))),
		...(state.error === null ? [] : below(safeLine(state.error.message, LINE_CHARS), theme.bad)),
		...state.warnings.flatMap((text) => below(`! ${safeLine(text, LINE_CHARS)}`, theme.warn)),
	];
}

/** `? Run npm publish → Allow (user)`. */
function askedText({ question, answered }: AskedInTurn): string {
	const came = answered === null ? 'no answer recorded' : describeAnswer(answered, question);
	return `? ${safeLine(titleOfQuestion(question), SAID_CHARS)} → ${came}`;
}

function outcomeText(state: TurnState, theme: Theme): string {
	const { status, stop_reason } = state;
	const text = status.replaceAll('_', ' ');
	if (isDone(state)) return theme.good(text);
	const isSaid = stop_reason === null || `${status}`.startsWith(stop_reason);
	const full = isSaid ? text : `${text} (${safeLine(stop_reason, 40)})`;
	return status === 'failed' || status === 'outcome_unknown' ? theme.bad(full) : theme.warn(full);
}

function tokensOf({ tokens }: TurnState): string {
	if (tokens.input === null && tokens.output === null) return '';
	return `${formatCount(readOf(tokens))} in ${formatCount(writtenOf(tokens))} out`;
}

function checkText(check: TurnState['validation'][number], theme: Theme): [string, Paint] {
	const paint = { passed: theme.good, failed: theme.bad, unknown: theme.dim }[check.status];
	return [`${check.kind} ${check.status}: ${safeLine(check.command, LINE_CHARS)}`, paint];
}
