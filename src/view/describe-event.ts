/** What happened, in one line each. All text of others goes through `core/text` here; rows are broken by whoever draws. */
import type { AgentEvent, Limit, PlanItem, PlanStatus, ToolKind } from '../agents/events.ts';
import { formatPlural } from '../core/plural.ts';
import { safeLine, safeText } from '../core/text.ts';
import type { FileChange } from '../git/repo-facts.ts';
import { describeLimit, describeTime } from '../limits/describe-limit.ts';
import type { CandidateVerdict } from '../limits/successor.ts';
import type { RelayEvent, Speaker } from '../relay/events/relay-events.ts';
import { isDone } from '../sessions/turns/is-done.ts';
import type { TurnState } from '../sessions/turns/turn-state.ts';
import { readOf, writtenOf } from '../sessions/turns/turn-tokens.ts';
import { describeCost, formatCount, formatDuration } from '../ui/quantities.ts';
import type { Theme } from '../ui/theme.ts';

type Of<T extends RelayEvent['type']> = Extract<RelayEvent, { type: T }>;
type AgentOf<T extends AgentEvent['type']> = Extract<AgentEvent, { type: T }>;

/** Characters of a title, an error or a reason that are worth a line. */
const TITLE_CHARS = 160;
const ERROR_CHARS = 400;

const VERBS: Readonly<Record<ToolKind, string>> = {
	read: 'read',
	edit: 'edit',
	execute: 'run',
	search: 'search',
	fetch: 'fetch',
	other: '',
};

export function describeTool(call: AgentOf<'tool_call'>, worktree: string): string {
	const verb = VERBS[call.kind] || safeLine(call.name, 40);
	const title = safeLine(call.title.replaceAll(`${worktree}/`, ''), TITLE_CHARS);
	return title === '' || title === verb ? verb : `${verb} ${title}`;
}

/** `result` null: the turn ended without one. Lines: the call, and for a refused command what would allow it. */
export function describeToolResult(
	call: AgentOf<'tool_call'>,
	result: AgentOf<'tool_result'> | null,
	{
		theme,
		worktree,
		tookMs,
		allowHint,
	}: { theme: Theme; worktree: string; tookMs: number; allowHint: AllowHint },
): string[] {
	const what = describeTool(call, worktree);
	if (result === null) return [`${theme.dim('?')} ${what}${theme.dim(' · no outcome told')}`];
	if (result.denied) {
		const hint = call.command === null ? null : allowHint(call.command);
		const allow = hint === null ? [] : [theme.dim(`  to allow it: ${hint}`)];
		return [`${theme.warn('⊘')} ${what}${theme.warn(' · denied')}`, ...allow];
	}
	const facts = [
		result.exitCode !== null && (result.exitCode !== 0 || call.kind === 'execute')
			? `exit ${result.exitCode}`
			: '',
		result.ok === false && result.exitCode === null ? 'failed' : '',
		tookMs >= 1000 ? formatDuration(tookMs) : '',
	].filter((fact) => fact !== '');
	const mark = result.ok === false ? theme.bad('✗') : result.ok === null ? theme.dim('·') : theme.good('✓');
	return [`${mark} ${what}${theme.dim(facts.map((fact) => ` · ${fact}`).join(''))}`];
}

/** The line that would allow a refused command, or null when one line cannot. */
export type AllowHint = (command: string) => string | null;

export const slashAllowHint: AllowHint = (command) => {
	const isOneLine = command === safeLine(command, 200);
	return isOneLine ? `/permissions allow ${quoteArgument(command)}` : null;
};

function quoteArgument(command: string): string {
	return command.includes('"') ? command : `"${command}"`;
}

const PLAN_MARKS: Readonly<Record<PlanStatus, string>> = { pending: '☐', in_progress: '▸', completed: '☑' };

export function describePlanItem(item: PlanItem, theme: Theme): string {
	const text = `${PLAN_MARKS[item.status]} ${safeLine(item.text, TITLE_CHARS)}`;
	return item.status === 'completed'
		? theme.dim(text)
		: item.status === 'in_progress'
			? theme.bold(text)
			: text;
}

/** The whole plan at first, then only what changed. */
export function describePlan(
	before: readonly PlanItem[],
	after: readonly PlanItem[],
	theme: Theme,
): string[] {
	const known = new Map(before.map((item) => [item.text, item.status]));
	const changed = after.filter((item) => known.get(item.text) !== item.status);
	return changed.map((item) => describePlanItem(item, theme));
}

const RETRY_REASONS: Readonly<Record<AgentOf<'retry'>['reason'], string>> = {
	rate: 'too many requests',
	overloaded: 'the provider is overloaded',
	server: 'a server error',
	network: 'a network error',
	auth: 'the login was not accepted',
};

export function describeRetry(event: AgentOf<'retry'>, agent: string, theme: Theme): string {
	const count =
		event.attempt === null
			? ''
			: ` ${event.attempt}${event.maxAttempts === null ? '' : `/${event.maxAttempts}`}`;
	const wait = event.delayMs === null ? '' : ` in ${formatDuration(event.delayMs)}`;
	return theme.warn(
		`↻ ${agent} tries again${wait}${count === '' ? '' : ` (try${count})`}: ${RETRY_REASONS[event.reason]}`,
	);
}

export function describeError(event: AgentOf<'error'>, theme: Theme): string {
	return theme.bad(`! ${safeLine(event.message, ERROR_CHARS)}`);
}

/** `plan window used up (five_hour), resets 14:30 (in 2 h 10 min)`. */
function limitText(limit: Limit, now: number): string {
	return safeLine(describeLimit(limit, { now }).summary, ERROR_CHARS);
}

export function describeHandOver(event: Of<'handed_over'>, now: number, theme: Theme): string[] {
	const because = event.limit ? limitText(event.limit, now) : handOverReason(event);
	const line = `${theme.accent('→')} ${theme.bold(event.to)} goes on for ${event.from}: ${because}`;
	return event.losses.length === 0
		? [line]
		: [line, theme.warn(`  ${event.to} cannot: ${safeLine(event.losses.join(', '), ERROR_CHARS)}`)];
}

function handOverReason({ reason, failure }: Of<'handed_over'>): string {
	switch (reason) {
		case 'limit':
			return 'a limit';
		case 'switch':
			return 'you switched';
		case 'failed_successor':
			return couldNotStart('it', failure);
	}
}

function couldNotStart(who: string, failure: string | null): string {
	return `${who} could not start${failure === null ? '' : ` (${safeLine(failure, ERROR_CHARS)})`}`;
}

/** `retry`: what sends the prompt again, in words of whoever shows it; null: that is said elsewhere. */
export function describeNobodyLeft(
	event: Of<'nobody_left'>,
	{ now, theme, retry }: { now: number; theme: Theme; retry: string | null },
): string[] {
	const { limit, failure } = event;
	const why = limit ? limitText(limit, now) : failure === null ? '' : couldNotStart('the last one', failure);
	return [
		theme.warn(`■ Nobody is left to go on${why && `: ${why}`}`),
		...event.candidates.map((candidate) => theme.dim(`  ${describeCandidate(candidate)}`)),
		`  ${describeProspect(event, now, retry)}`,
	];
}

function describeProspect(
	{ earliestReset, isWaiting = false }: Of<'nobody_left'>,
	now: number,
	retry: string | null,
): string {
	if (earliestReset === null)
		return `No reset is known; the work is saved${retry === null ? '.' : `: ${retry} when an agent is free.`}`;
	const when = `The work is saved; the first agent is free ${describeTime(earliestReset, { now })}`;
	if (isWaiting) return `${when}, and goes on then by itself. Ctrl+C ends the wait.`;
	return retry === null ? `${when}.` : `${when}: ${retry} then.`;
}

function describeCandidate(candidate: CandidateVerdict): string {
	return `${candidate.agent}: ${safeLine(candidate.reason, TITLE_CHARS)}`;
}

/** `claude opus · 12.3 s · 1.2k in 340 out · $0.013 · 3 files +40 -2`, led by how it ended when it did not go well. */
export function describeFooter(
	state: TurnState,
	theme: Theme,
	{ isSaid = false }: { /** Its error was shown when it came. */ isSaid?: boolean } = {},
): string[] {
	const parts = [
		state.model === null ? state.agent : `${state.agent} ${safeLine(state.model, 40)}`,
		describeVerdict(state),
		state.status === 'limited' ? 'limited' : '',
		state.duration_ms === null ? '' : formatDuration(state.duration_ms),
		describeTokens(state),
		state.cost_usd === 0 ? '' : describeCost(state),
		describeFiles(state.files),
	].filter((part) => part !== '');
	const footer = theme.dim(parts.join(' · '));
	const ending = describeEnding(isSaid ? { ...state, error: null } : state);
	return ending === null ? [footer] : [theme[ending.tone](ending.text), footer];
}

/** Of a message in a chat; one that was cut off has none. */
function describeVerdict({ verdict, status }: TurnState): string {
	if (verdict === undefined || status !== 'completed') return '';
	return verdict === null ? 'no verdict' : `says ${verdict.toUpperCase()}`;
}

function describeEnding(state: TurnState): { text: string; tone: 'bad' | 'warn' } | null {
	const reason = state.stop_reason === null ? '' : ` (${safeLine(state.stop_reason, 40)})`;
	const said = state.error === null ? '' : `: ${safeLine(state.error.message, ERROR_CHARS)}`;
	switch (state.status) {
		case 'completed':
			if (!isDone(state)) return { text: '■ answered · its background tasks were stopped', tone: 'warn' };
			return ORDINARY_ENDS.has(state.stop_reason) ? null : { text: `■ stopped${reason}`, tone: 'warn' };
		case 'running':
			return null;
		case 'limited':
			// The hand-over, or that nobody is left, follows and says why.
			return null;
		case 'cancelled':
			return { text: '■ interrupted', tone: 'warn' };
		case 'timed_out':
			return { text: '■ timed out', tone: 'bad' };
		case 'failed':
			return { text: `■ failed${reason}${said}`, tone: 'bad' };
		case 'outcome_unknown':
			return { text: `■ outcome unknown${said}`, tone: 'bad' };
	}
}

const ORDINARY_ENDS: ReadonlySet<string | null> = new Set([null, 'end_turn']);

function describeTokens({ tokens }: TurnState): string {
	const [read, written] = [readOf(tokens), writtenOf(tokens)];
	return read + written === 0 ? '' : `${formatCount(read)} in ${formatCount(written)} out`;
}

export function describeFiles(files: TurnState['files']): string {
	if (files.length === 0) return '';
	const count = formatPlural(files.length, 'file');
	// Binary files, and files that only a tool call names, have no lines to count.
	if (files.every(({ source }) => source === 'tool')) return `${count} (from tool calls)`;
	if (files.every(({ added, removed }) => added === null && removed === null)) return count;
	const added = files.reduce((sum, file) => sum + (file.added ?? 0), 0);
	const removed = files.reduce((sum, file) => sum + (file.removed ?? 0), 0);
	return `${count} +${added} -${removed}`;
}

/** What is known of a file's lines: nothing where only a tool call named it. */
export function describeLines({ added, removed, source }: FileCount): string {
	if (added !== null || removed !== null) return `+${added ?? 0} -${removed ?? 0}`;
	return source === 'git' ? 'binary' : '';
}

type FileCount = Pick<FileChange, 'added' | 'removed' | 'source'>;

export function describePath({
	path,
	from,
}: Pick<FileChange, 'path'> & { from?: string | undefined }): string {
	return from === undefined ? path : `${from} -> ${path}`;
}

/** `claude asks on the terminal: [sudo] password for dev:`, and what can be done. */
export function describeTerminalAsked(
	{ agent, text, refusedInMs }: Of<'terminal_asked'>,
	theme: Theme,
	answer: string,
): string[] {
	const what =
		text === '' ? 'waits for input on the terminal' : `asks on the terminal: ${safeLine(text, TITLE_CHARS)}`;
	const how =
		refusedInMs === null
			? `${answer} · Ctrl+C stops the turn`
			: `nobody can answer here; refused in ${formatDuration(refusedInMs)} (turn.answer_s)`;
	return [theme.warn(`? ${agent} ${what}`), theme.dim(`  ${how}`)];
}

/** `claude asks: run npm test`, all of what is asked for, and what may be answered. */
export function describeQuestion(
	{ agent, question, deniedInMs }: Of<'question_asked'>,
	theme: Theme,
): string[] {
	const { title, detail, options } = question;
	const details = detail === '' ? [] : safeText(detail).split('\n');
	const choices = options.map(({ label }) => safeLine(label, TITLE_CHARS)).join(' / ');
	const until = `denied in ${formatDuration(deniedInMs)} (turn.question_s)`;
	return [
		theme.warn(`? ${agent} asks: ${safeLine(title, TITLE_CHARS)}`),
		...details.map((line) => `  ${line}`),
		theme.dim(`  ${[choices, until].filter((part) => part !== '').join(' · ')}`),
	];
}

/** Before a turn, where no prompt says so: `claude opus · edit · in api/`. */
export function describeReceiver(
	{ agent, model, permissions, folder }: Of<'turn_started'>,
	theme: Theme,
): string {
	const who = model === null ? agent : `${agent} ${safeLine(model, 40)}`;
	const where = folder === undefined ? [] : [describeFolder(folder)];
	return theme.dim([who, permissions, ...where].join(' · '));
}

/** A folder of the worktree, relative to it. */
export const describeFolder = (folder: string) => `in ${safeLine(folder, 60)}/`;

/** Before a turn of a chat: `codex (critic) · turn 3 of 6`. */
export function describeSpeaker({ participant, role, number, maxTurns }: Speaker, theme: Theme): string {
	const as = role === null ? '' : ` (${safeLine(role, TITLE_CHARS)})`;
	return `${theme.bold(participant)}${as}${theme.dim(` · turn ${number} of ${maxTurns}`)}`;
}

export function describeLeft({ participant, text }: Of<'participant_left'>, theme: Theme): string {
	return theme.warn(`! ${participant} leaves the chat: it ${safeLine(text, ERROR_CHARS)}`);
}
