/** Entries of a session's log in words. All text of others goes through `core/text` here; rows are broken by whoever draws. */

import { titleOfQuestion } from '../agents/asking/question.ts';
import { fromIso } from '../core/clock.ts';
import { formatPlural } from '../core/plural.ts';
import { safeLine } from '../core/text.ts';
import { describeLimit, describeTime } from '../limits/describe-limit.ts';
import { describeWindow } from '../limits/window-name.ts';
import type { LogEvent } from '../sessions/log/log-entry.ts';
import { limitFromDisk } from '../turns/event-log.ts';
import { describeAnswer } from '../turns/questions/describe-answer.ts';
import { formatDuration } from '../ui/quantities.ts';

type Of<T extends LogEvent['type']> = Extract<LogEvent, { type: T }>;
type DiskLimit = Of<'handed_over'>['limit'];

/** What happened, in one line, and lines that belong below it (who was considered, what was found). */
export interface LogText {
	line: string;
	below: string[];
}

const TEXT_CHARS = 400;
const NAME_CHARS = 60;

/** `+ui`, `-draft`. */
const marked = (mark: string, tags: readonly string[]) => tags.map((tag) => `${mark}${name(tag)}`);
const safe = (text: string, max = TEXT_CHARS) => safeLine(text, max);
const name = (text: string) => safeLine(text, NAME_CHARS);
const only = (line: string): LogText => ({ line, below: [] });

/** `now`: epoch ms, for distances. */
export function describeLogEvent(event: LogEvent, now: number): LogText {
	switch (event.type) {
		case 'session_opened':
			return only(event.is_new ? 'the session begins' : 'a prompt goes to the session');
		case 'session_reopened':
			return { line: 'the session is opened again', below: event.found.map((text) => safe(text)) };
		case 'session_repaired':
			return {
				line: 'what a relay left unfinished is repaired',
				below: event.found.map((text) => safe(text)),
			};
		case 'session_moved':
			return only(`the session works in ${safe([event.worktree, event.folder].filter(Boolean).join('/'))}`);
		case 'session_closed':
			return only(`the session is left: ${words(event.status)}${inBrackets(event.reason)}`);
		case 'agent_chosen':
			return {
				line: `${agent(event)} gets the prompt: ${safe(event.why)}`,
				below: describeCandidates(event.candidates),
			};
		case 'agent_switched':
			return {
				line: `you switched from ${name(event.from)} to ${agent({ agent: event.to, model: event.model })}`,
				below: describeLosses(event.to, event.losses),
			};
		case 'turn_started':
			return only(describeStart(event));
		case 'turn_idle':
			return only(`turn ${event.turn}: no output for ${formatDuration(event.idle_ms)}`);
		case 'terminal_asked':
			return only(`turn ${event.turn}: ${name(event.agent)} asks on the terminal: ${safe(event.text)}`);
		case 'terminal_settled':
			return only(`turn ${event.turn}: the terminal no longer asks`);
		case 'question_asked':
			return only(`turn ${event.turn}: ${name(event.agent)} asks: ${safe(titleOfQuestion(event.question))}`);
		case 'question_answered':
			return only(`turn ${event.turn}: ${describeAnswer(event)}`);
		case 'turn_finished':
			return only(describeEnd(event, now));
		case 'handed_over':
			return {
				line: describeHandOver(event, now),
				below: [...describeCandidates(event.candidates), ...describeLosses(event.to, event.losses)],
			};
		case 'nobody_left':
			return { line: describeNobodyLeft(event, now), below: describeCandidates(event.candidates) };
		case 'waiting':
			return only(`waits for ${name(event.agent)} until ${time(event.until, now)}`);
		case 'wait_ended':
			return only(event.is_due ? `the wait for ${name(event.agent)} is over` : 'the wait was given up');
		case 'prompt_finished':
			return only(`the prompt ends: ${words(event.outcome)}`);
		case 'checkpointed':
			return only(describeCheckpoint(event, now));
		case 'settled':
			return only('nothing waits any more');
		case 'undone':
			return describeUndone(event);
		case 'noted':
			return only(event.kind === 'shell' ? `you ran a command${exit(event.exit_code)}` : 'you left a note');
		case 'forked':
			return only(
				`the session is forked from turn ${event.turn} of ${name(event.session)}${event.files ? ', with its files' : ''}`,
			);
		case 'adopted':
			return only(
				`the session is made from a transcript of ${name(event.agent)}, with ${formatPlural(event.turns, 'turn')}: ${safe(event.path)}`,
			);
		case 'renamed':
			return only(event.title === null ? 'the title is gone' : `renamed: ${safe(event.title)}`);
		case 'tagged':
			return only([...marked('+', event.added), ...marked('-', event.removed)].join(' '));
		case 'archived':
			return only('archived');
		case 'unarchived':
			return only('taken back from the archive');
		case 'utilization_warning':
			return only(describeUtilization(event, now));
		case 'participant_left':
			return only(`${name(event.participant)} leaves the chat: it ${safe(event.text)}`);
		case 'chat_agreed':
			return only('all agreed');
		case 'chat_finished':
			return only(`the chat ends after ${formatPlural(event.turns, 'turn')}: ${words(event.outcome)}`);
		case 'race_started':
			return only(`the race begins: ${safe(event.entrants.map(({ id }) => id).join(', '))}`);
		case 'entrant':
			return only(
				`${name(event.entrant)}: ${words(event.outcome ?? event.state)}${inBrackets(event.reason)}`,
			);
		case 'race_ended':
			return only(`the race ends: ${safe(event.verdict ?? 'no verdict')}`);
		case 'race_adopted':
			return only(`the work of ${name(event.entrant)} is adopted${asBranch(event.branch)}`);
		case 'race_cleaned':
			return only('the worktrees of the race are removed');
		case 'notice':
			return only(safe(event.text));
		default:
			return event satisfies never;
	}
}

/** `claude → codex: 5-hour window used up, resets 16:40 (in 2 h 10 min)`. */
function describeHandOver({ from, to, reason, failure, limit }: Of<'handed_over'>, now: number): string {
	const why = reason === 'switch' ? 'you switched' : (whyItStopped(limit, failure, now) ?? words(reason));
	return `${name(from)} → ${name(to)}: ${why}`;
}

function describeNobodyLeft({ limit, failure, earliest_reset, is_waiting }: Of<'nobody_left'>, now: number) {
	const why = whyItStopped(limit, failure, now);
	const when = earliest_reset === null ? '' : `; the first is free ${time(earliest_reset, now)}`;
	return `no agent is available${why === null ? '' : `: ${why}`}${when}${is_waiting ? ', and the relay waits for it' : ''}`;
}

function whyItStopped(limit: DiskLimit, failure: string | null, now: number): string | null {
	if (failure !== null) return `it could not start (${safe(failure)})`;
	return limit === null ? null : limitText(limit, now);
}

const limitText = (limit: NonNullable<DiskLimit>, now: number) =>
	safe(describeLimit(limitFromDisk(limit), { now }).summary);

function describeStart(event: Of<'turn_started'>): string {
	const { turn, permissions, trigger, resumed, packet, participant } = event;
	const who = participant === undefined ? agent(event) : `${name(participant)} (${agent(event)})`;
	const facts = [
		words(permissions),
		trigger === 'user' ? '' : words(trigger),
		resumed ? 'its conversation is resumed' : '',
		packet === null ? '' : `with ${safe(packet, 120)}`,
	].filter((fact) => fact !== '');
	return `turn ${turn} begins: ${[who, ...facts].join(' · ')}`;
}

function describeEnd(
	{ turn, status, stop_reason, duration_ms, limit, error }: Of<'turn_finished'>,
	now: number,
) {
	const reported = error === null ? (stop_reason === 'end_turn' ? null : stop_reason) : error.message;
	const why = limit === null ? reported : limitText(limit, now);
	const took = duration_ms === null ? '' : ` · ${formatDuration(duration_ms)}`;
	return `turn ${turn} ends: ${words(status)}${why === null ? '' : ` · ${safe(why)}`}${took}`;
}

function describeCheckpoint(
	{ reason, packet, next_agent, reset_at, pending }: Of<'checkpointed'>,
	now: number,
) {
	const facts = [
		packet === null ? '' : safe(packet, 120),
		next_agent === null ? '' : `for ${name(next_agent)}`,
		reset_at === null ? '' : `until ${time(reset_at, now)}`,
		pending ? 'your prompt waits' : '',
	].filter((fact) => fact !== '');
	return `checkpoint (${[words(reason), ...facts].join(' · ')})`;
}

function describeUtilization(
	{ agent: who, window, ratio, reset_at, next = null }: Of<'utilization_warning'>,
	now: number,
) {
	const when = reset_at === null ? '' : `, resets ${time(reset_at, now)}`;
	return `${name(who)} has used ${Math.round(ratio * 100)}% of its ${name(describeWindow(window))}${when}${next === null ? '' : `; ${name(next)} takes over then`}`;
}

/** Each agent that was considered, with the reason: `gemini: not installed: npm install -g …`. */
function describeCandidates(candidates: Of<'handed_over'>['candidates']): string[] {
	return candidates.map((candidate) => `${agent(candidate)}: ${safe(candidate.reason)}`);
}

const describeLosses = (to: string, losses: readonly string[]) =>
	losses.length === 0 ? [] : [`${name(to)} cannot: ${safe(losses.join(', '))}`];

const agent = (choice: { agent: string; model: string | null }) =>
	choice.model === null ? name(choice.agent) : `${name(choice.agent)} ${name(choice.model)}`;

const words = (word: string) => name(word).replaceAll('_', ' ');
const inBrackets = (text: string | null) => (text === null ? '' : ` (${safe(text).replaceAll('_', ' ')})`);
const asBranch = (branch: string | null) => (branch === null ? '' : ` as branch ${name(branch)}`);
const exit = (code: number | null | undefined) =>
	code === undefined || code === null ? '' : `, exit ${code}`;

function time(iso: string, now: number): string {
	const at = fromIso(iso);
	return at === null ? name(iso) : describeTime(at, { now });
}

/** How many files of an undo are named. */
const SHOWN_FILES = 5;

/** `you took back turn 2: 3 files`, and below it their names, and what was left or kept. */
function describeUndone({ kind, turns, files, paths, left, kept }: Of<'undone'>): LogText {
	const numbers = turns.map(({ turn }) => turn).join(', ');
	const which = `${turns.length === 1 ? 'turn' : 'turns'} ${numbers}`;
	const line = `you ${kind === 'undo' ? 'took back' : 'brought back'} ${which}: ${formatPlural(files, 'file')}`;
	const namesOf = (all: readonly string[], count: number) => {
		const named = all.slice(0, SHOWN_FILES).map((path) => safeLine(path, 120));
		const more = count - named.length;
		return `${named.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
	};
	const below = [
		paths.length === 0
			? ''
			: namesOf(
					paths.map(({ path }) => path),
					files,
				),
		left.length === 0 ? '' : `left as they were, changed since: ${namesOf(left, left.length)}`,
		kept === null ? '' : `copies of what was replaced: ${safeLine(kept, 200)}`,
	];
	return { line, below: below.filter((text) => text !== '') };
}
