/** What happened, in one line each. All text of others goes through `core/text` here; rows are broken by whoever draws. */
import type { AgentEvent, Limit } from '../agents/events.ts';
import { safeLine, safeText } from '../core/text.ts';
import { describeLimit, describeTime } from '../limits/describe-limit.ts';
import type { CandidateVerdict } from '../limits/successor.ts';
import type { RelayEvent, Speaker } from '../relay/events/relay-events.ts';
import { diffLines } from '../ui/diff-lines.ts';
import { formatDuration } from '../ui/quantities.ts';
import type { Theme } from '../ui/theme.ts';

type Of<T extends RelayEvent['type']> = Extract<RelayEvent, { type: T }>;
type AgentOf<T extends AgentEvent['type']> = Extract<AgentEvent, { type: T }>;

/** Characters of a title, an error or a reason that are worth a line. */
const TITLE_CHARS = 160;
const ERROR_CHARS = 400;

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

/** `5-hour window used up, resets 14:30 (in 2 h 10 min)`. */
function limitText(limit: Limit, now: number): string {
	return safeLine(describeLimit(limit, { now }).summary, ERROR_CHARS);
}

export function describeHandOver(event: Of<'handed_over'>, now: number, theme: Theme): string[] {
	const because = event.limit ? limitText(event.limit, now) : handOverReason(event);
	const line = `${theme.accent('→')} ${theme.bold(event.to)} takes over from ${event.from}: ${because}`;
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

/** Where it is shown. */
interface Shown {
	now: number;
	theme: Theme;
	/** What sends the prompt again, in words of whoever shows it; absent: that is said elsewhere. */
	retry?: string;
	/** No key reaches the relay. */
	onlyWatches?: boolean;
}

export function describeNobodyLeft(event: Of<'nobody_left'>, shown: Shown): string[] {
	const { now, theme } = shown;
	const { limit, failure } = event;
	const why = limit ? limitText(limit, now) : failure === null ? '' : couldNotStart('the last one', failure);
	return [
		theme.warn(`■ No agent is available${why && `: ${why}`}`),
		...event.candidates.map((candidate) => theme.dim(`  ${describeCandidate(candidate)}`)),
		`  ${describeProspect(event, shown)}`,
	];
}

function describeProspect(
	{ earliestReset, isWaiting = false }: Of<'nobody_left'>,
	{ now, retry, onlyWatches = false }: Shown,
): string {
	if (earliestReset === null)
		return `No reset is known; the work is saved${retry === undefined ? '.' : `: ${retry} when an agent is free.`}`;
	const when = `The work is saved; the first agent is free ${describeTime(earliestReset, { now })}`;
	if (isWaiting) return `${when}; it continues by itself then.${onlyWatches ? '' : ' Ctrl+C ends the wait.'}`;
	return retry === undefined ? `${when}.` : `${when}: ${retry} then.`;
}

function describeCandidate(candidate: CandidateVerdict): string {
	return `${candidate.agent}: ${safeLine(candidate.reason, TITLE_CHARS)}`;
}

/** `claude asks on the terminal: [sudo] password for dev:`, and what can be done. */
export function describeTerminalAsked(
	{ agent, text, refusedInMs }: Of<'terminal_asked'>,
	theme: Theme,
	{ answer = '', onlyWatches = false }: { answer?: string; onlyWatches?: boolean },
): string[] {
	const what =
		text === '' ? 'waits for input on the terminal' : `asks on the terminal: ${safeLine(text, TITLE_CHARS)}`;
	const how =
		refusedInMs === null
			? onlyWatches
				? 'it is answered where the relay runs'
				: `${answer} · Ctrl+C stops the turn`
			: `nobody can answer ${onlyWatches ? 'there' : 'here'}; refused in ${formatDuration(refusedInMs)} (turn.answer_s)`;
	return [theme.warn(`? ${agent} ${what}`), theme.dim(`  ${how}`)];
}

/** `claude asks to run a command`, all of what it wants, and why; what may be answered, where no key row says it. */
export function describeQuestion(event: Of<'question_asked'>, theme: Theme): string[] {
	const { agent, question, deniedInMs, isAllowed = false } = event;
	const { title, detail, options, wants } = question;
	const details = detail === '' ? [] : diffLines(safeText(detail), theme).map((line) => `  ${line}`);
	if (wants === undefined) {
		const choices = options.map(({ label }) => safeLine(label, TITLE_CHARS)).join(' / ');
		const until = `denied in ${formatDuration(deniedInMs)} (permissions.ask_timeout)`;
		return [
			theme.warn(`? ${agent} asks: ${safeLine(title, TITLE_CHARS)}`),
			...details,
			theme.dim(`  ${[choices, until].filter((part) => part !== '').join(' · ')}`),
		];
	}
	if (isAllowed) return [theme.dim(`  ${agent} may ${title}: ${safeLine(wants.what, TITLE_CHARS)}`)];
	const where = wants.folder === null ? [] : [`in ${safeLine(wants.folder, TITLE_CHARS)}`];
	const why = wants.reason === null ? [] : [`${agent} says: "${safeLine(wants.reason, TITLE_CHARS)}"`];
	return [
		theme.warn(`? ${agent} asks to ${safeLine(title, TITLE_CHARS)}`),
		...details,
		...[[...where, ...why].join(' · ')].filter((row) => row !== '').map((row) => theme.dim(`  ${row}`)),
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

/** Before a turn that is watched: `turn 2 · codex · edit · failover · with resume/001-claude-codex.md`. */
export function describeTurnHead(
	{ turn, agent, model, permissions, trigger, resumed, packet }: Of<'turn_started'>,
	theme: Theme,
): string {
	const facts = [
		model === null ? agent : `${agent} ${safeLine(model, 40)}`,
		permissions,
		trigger === 'user' ? '' : trigger,
		resumed ? 'its conversation is resumed' : '',
		packet === null ? '' : `with ${safeLine(packet, TITLE_CHARS)}`,
	].filter((fact) => fact !== '');
	return `${theme.bold(`turn ${turn}`)}${theme.dim(` · ${facts.join(' · ')}`)}`;
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
