import { ALLOW, type Question } from '../agents/asking/question.ts';
import { safeLine } from '../core/text.ts';
import { describeTime } from '../limits/describe-limit.ts';
import { describeWindow } from '../limits/window-name.ts';
import type { RelayEvent } from '../relay/events/relay-events.ts';
import { formatDuration } from '../ui/quantities.ts';
import type { Theme } from '../ui/theme.ts';
import {
	describeLeft,
	describeReceiver,
	describeSpeaker,
	describeTerminalAsked,
	describeTurnHead,
} from './describe-event.ts';
import { type HandOverLook, handOverRows } from './hand-over/hand-over-rows.ts';
import { nobodyRows } from './hand-over/nobody-rows.ts';
import { answerRow } from './transcript/answer-row.ts';
import { describeQuestion } from './transcript/describe-question.ts';
import { promptHead } from './transcript/prompt-head.ts';
import { TextStream } from './transcript/text-stream.ts';
import { TurnLines, type TurnLinesOptions } from './transcript/turn-lines.ts';
import { PLAIN_SIZE } from './transcript-sink.ts';

export interface TranscriptOptions extends TurnLinesOptions {
	/** What the user types to send a prompt again; without it nothing is said of that. */
	retry?: string;
	/** What shows the packet of a hand-over: `/packet shows it`. */
	packet?: string;
	/** How many commands agents ran in the session of that folder before a turn; absent: those that are seen are counted. */
	commandsBefore?: ((folder: string, turn: number) => number) | undefined;
	/** What answers a question on the agent's terminal, in words of whoever reads keys. */
	answer?: string;
	/** True where no prompt names who gets the words: a line does. */
	namesReceiver?: boolean;
	/** A line before each turn: its number, who works, and why. */
	headsTurns?: boolean;
}

const DETOUR_CHARS = 400;

export class Transcript {
	readonly #options: TranscriptOptions;
	readonly #stream: TextStream;
	readonly #turn: TurnLines;
	#detour: string | null = null;
	/** A prompt stands right above: it says who works. */
	#isPrompted = false;
	/** The session's; null: none was opened yet. */
	#folder: string | null = null;

	/** Those that wait for an answer, and since when (monotonic ms). */
	readonly #questions = new Map<string, { question: Question; askedAt: number }>();

	constructor(options: TranscriptOptions) {
		this.#options = options;
		this.#stream = new TextStream(options.sink);
		this.#turn = new TurnLines(options, this.#stream);
	}

	event(event: RelayEvent): void {
		const { theme, clock, sink } = this.#options;
		switch (event.type) {
			case 'session_opened':
				this.#folder = event.directory;
				break;
			case 'terminal_settled':
				break;
			case 'agent_chosen':
				this.detour(event.why);
				break;
			case 'turn_started':
				if (this.#options.headsTurns) this.#stream.heading(describeTurnHead(event, theme));
				else if (event.speaker) this.#stream.heading(describeSpeaker(event.speaker, theme));
				else if (this.#options.namesReceiver && event.trigger !== 'failover')
					this.#stream.lines('line', [describeReceiver(event, theme)], true);
				else if (this.#isPrompted && event.permissions === 'full')
					this.#say(theme.warn('  full: nothing is asked'));
				this.#isPrompted = false;
				this.#turn.start(
					event.speaker?.participant ?? event.agent,
					event.turn,
					this.#commandsBefore(event.turn),
				);
				break;
			case 'agent_event':
				this.#turn.event(event.event);
				break;
			case 'turn_idle':
				this.#sayIdle(event.idleMs);
				break;
			case 'terminal_asked':
				this.#say(...describeTerminalAsked(event, theme, this.#options));
				break;
			case 'question_asked':
				this.#ask(event);
				break;
			case 'question_settled':
				this.#settle(event);
				break;
			case 'turn_finished':
				this.#turn.end(event.state, event.edits);
				break;
			case 'handed_over':
				this.#stream.lines('line', handOverRows(event, this.#look()), true);
				break;
			case 'nobody_left':
				sink.status(null);
				this.#stream.lines('line', nobodyRows(event, { ...this.#options, ...this.#look() }), true);
				break;
			case 'waiting':
				this.#turn.waitsFor(event.agent, event.until);
				break;
			case 'participant_left':
				this.#say(describeLeft(event, theme));
				break;
			case 'utilization_warning':
				this.#say(theme.warn(describeUtilization(event, clock.now())));
				break;
			case 'notice':
				this.#say(describeNotice(event, theme));
				break;
			default:
				event satisfies never;
		}
	}

	#look(): HandOverLook {
		const { theme, clock, sink, packet } = this.#options;
		const columns = sink.size?.().columns ?? null;
		return { theme, columns, now: clock.now(), ...(packet === undefined ? {} : { packet }) };
	}

	#commandsBefore(turn: number): number | null {
		const { commandsBefore } = this.#options;
		return this.#folder === null || commandsBefore === undefined ? null : commandsBefore(this.#folder, turn);
	}

	#ask(event: Extract<RelayEvent, { type: 'question_asked' }>): void {
		const { clock, sink } = this.#options;
		const { question, deniedInMs } = event;
		const rows = describeQuestion(event, { ...this.#options, columns: sink.size?.().columns });
		this.#stream.lines('question', rows);
		this.#questions.set(question.id, { question, askedAt: clock.monotonic() });
		this.#turn.asked(question, deniedInMs);
	}

	#settle(event: Extract<RelayEvent, { type: 'question_settled' }>): void {
		const { theme, clock } = this.#options;
		const { question, askedAt = clock.monotonic() } = this.#questions.get(event.id) ?? {};
		this.#questions.delete(event.id);
		const { id, answer, by } = event;
		this.#turn.answered({ type: 'question_answered', id, answer, by });
		if (answer?.option !== ALLOW && question?.wants !== undefined) this.#turn.refused(question.wants.what);
		const row = answerRow(event, { question, waitedMs: clock.monotonic() - askedAt, theme });
		if (row !== null) this.#say(row);
	}

	/** What was typed, and who gets it. `turn`: its number, where an agent does. */
	prompt(text: string, who: string, turn: number | null = null): void {
		this.#isPrompted = true;
		const { theme, sink } = this.#options;
		const { columns } = sink.size?.() ?? PLAIN_SIZE;
		const shows = turn === null ? '' : `/show ${turn}`;
		this.#stream.lines('shell', promptHead(text, { who, columns, theme, shows }), true);
	}

	/** Lines of the shell itself (an answer of a command, an echo), kept apart from what stands above. */
	lines(lines: readonly string[]): void {
		this.#stream.lines('shell', lines, true);
	}

	/** Why the prompt does not go to the first choice; said once until it changes. */
	detour(why: string | null): void {
		if (why !== null && why !== this.#detour)
			this.#say(this.#options.theme.warn(safeLine(why, DETOUR_CHARS)));
		this.#detour = why;
	}

	/** What a shell command prints; `finish` ends it. */
	shellOutput(text: string): void {
		this.#stream.text('output', 'shell', text);
	}

	/** Shows what is still held back of a growing text. */
	finish(): void {
		this.#stream.end();
	}

	#sayIdle(idleMs: number): void {
		const { theme, onlyWatches } = this.#options;
		const stops = onlyWatches ? '' : '; Ctrl+C stops it';
		this.#say(theme.warn(`! nothing from ${this.#turn.agent} for ${formatDuration(idleMs)}${stops}`));
	}

	#say(...lines: readonly string[]): void {
		this.#stream.lines('line', lines);
	}
}

function describeNotice(event: Extract<RelayEvent, { type: 'notice' }>, theme: Theme): string {
	const text = safeLine(event.text, 500);
	return event.level === 'warning' ? theme.warn(`! ${text}`) : theme.dim(text);
}

function describeUtilization(
	event: Extract<RelayEvent, { type: 'utilization_warning' }>,
	now: number,
): string {
	const reset = event.resetAt === null ? '' : `; it resets ${describeTime(event.resetAt, { now })}`;
	const window = safeLine(describeWindow(event.window), 60);
	const then =
		event.next === undefined
			? ''
			: event.next === null
				? '. No other agent can take over then.'
				: `. ${safeLine(event.next, 60)} takes over then.`;
	return `! ${event.agent} has used ${Math.round(event.ratio * 100)}% of its ${window}${reset}${then}`;
}
