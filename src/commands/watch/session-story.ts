import type { FileEdit } from '../../agents/events.ts';
import { RelayError } from '../../core/errors.ts';
import { safeLine } from '../../core/text.ts';
import { fromLogEvent } from '../../relay/events/from-log.ts';
import { ReportedEdits } from '../../relay/turn/unshown-edits.ts';
import { readTurnState } from '../../sessions/files/json-record.ts';
import { turnFile } from '../../sessions/files/session-paths.ts';
import type { FollowedRecord } from '../../sessions/follow/follow-session.ts';
import { type LogEntry, type LogEvent, parseLogLine } from '../../sessions/log/log-entry.ts';
import type { TurnState } from '../../sessions/turns/turn-state.ts';
import { parseEventLine } from '../../turns/event-log.ts';
import { describeLogEvent } from '../../view/describe-log.ts';
import { Transcript, type TranscriptOptions } from '../../view/transcript.ts';
import { UnplacedEdits } from './unplaced-edits.ts';

export interface SessionStoryOptions
	extends Pick<TranscriptOptions, 'sink' | 'theme' | 'thinking' | 'allowHint'> {
	/** Where the session is now. */
	folder: () => string;
	/** Cut from the front of paths. */
	worktree: string;
	/** What a turn changed that no tool has reported; absent: nothing is known of that. */
	editsOf?: ((state: TurnState, reported: ReportedEdits) => Promise<FileEdit[]>) | undefined;
}

/** Entries with words of their own, besides those that the relay reports as it works. */
const ALSO_SAID: ReadonlySet<LogEvent['type']> = new Set([
	...(['session_reopened', 'session_repaired', 'session_moved', 'session_closed', 'agent_switched'] as const),
	...(['wait_ended', 'checkpointed', 'noted', 'participant_left', 'chat_agreed', 'chat_finished'] as const),
	...(['race_started', 'entrant', 'race_ended', 'race_adopted', 'race_cleaned'] as const),
]);

/** The records of one session, drawn as its own terminal draws what happens. */
export class SessionStory {
	readonly #options: SessionStoryOptions;
	readonly #transcript: Transcript;
	/** The time of the record that is drawn, epoch ms: what lasted ten seconds is shown so however fast it is read. */
	#now = 0;
	/** Its beginning was drawn, and its end was not; 0: none. */
	#openTurn = 0;
	#headedTurn = 0;
	/** In the turn that is drawn. */
	#reported = new ReportedEdits();
	#unplaced = new UnplacedEdits();

	constructor(options: SessionStoryOptions) {
		this.#options = options;
		const { sink, theme, thinking, worktree, allowHint } = options;
		const clock = { now: () => this.#now, monotonic: () => this.#now, sleep: async () => undefined };
		const shown = { sink, theme, thinking, clock, worktree, diffHint: null, ...(allowHint && { allowHint }) };
		this.#transcript = new Transcript({ ...shown, headsTurns: true, onlyWatches: true });
	}

	/** Resolves once it is drawn, where something has to be read for that. */
	record({ source, turn, line }: FollowedRecord): void | Promise<void> {
		this.#now = line.ts;
		if (source === 'log') {
			const entry = parseLogLine(line.text);
			return entry === null ? undefined : this.#entry(entry);
		}
		if (turn !== this.#headedTurn) this.#beginUnlogged(turn);
		const event = parseEventLine(line.text)?.event;
		if (event !== undefined) {
			const shown = this.#options.editsOf === undefined ? event : this.#unplaced.hold(event);
			this.#reported.event(shown);
			this.#transcript.event({ type: 'agent_event', turn, event: shown });
		} else if (line.json.type === 'oversized')
			this.#say(`an event of ${line.json.bytes} bytes is too long to be shown`);
	}

	/** Nobody works in the session any more: a turn that is still open has no known end. */
	end(): void {
		this.#endOpenTurn({ isOver: true });
		this.finish();
	}

	/** Shows what is held back. */
	finish(): void {
		this.#transcript.finish();
	}

	#entry({ event, raw }: LogEntry): void | Promise<void> {
		if (event === null) {
			this.#say(`${safeLine(String(raw.type), 60)} (not known to this version)`);
			return;
		}
		if (event.type === 'turn_started') this.#begin(event.turn);
		if (event.type === 'turn_finished') return this.#finish(event);
		const happened = fromLogEvent(event, this.#now);
		if (happened !== null) this.#transcript.event(happened);
		else if (ALSO_SAID.has(event.type)) {
			const { line, below } = describeLogEvent(event, this.#now);
			for (const text of [line, ...below]) this.#say(text);
		}
	}

	#begin(turn: number): void {
		if (turn !== this.#openTurn) this.#endOpenTurn({ isOver: false });
		this.#openTurn = turn;
		this.#headedTurn = turn;
		this.#reported = new ReportedEdits();
		this.#unplaced = new UnplacedEdits();
	}

	/** A turn whose beginning was out before, or is in no log. */
	#beginUnlogged(turn: number): void {
		this.#begin(turn);
		const state = this.#stateOf(turn);
		if (state === null) return;
		const { model, permissions, trigger, resumed, packet } = state;
		const agent = safeLine(state.participant ?? state.agent, 60);
		const how = { permissions, trigger, resumed, packet };
		this.#transcript.event({ type: 'turn_started', turn, agent, model, ...how });
	}

	#endOpenTurn({ isOver }: { isOver: boolean }): void {
		if (this.#openTurn !== 0) this.#end(this.#openTurn, isOver);
		this.#openTurn = 0;
	}

	#finish(event: Extract<LogEvent, { type: 'turn_finished' }>): void | Promise<void> {
		const { turn } = event;
		if (turn === this.#openTurn) this.#openTurn = 0;
		const state = this.#stateOf(turn);
		if (state === null) return this.#say(describeLogEvent(event, this.#now).line);
		// Drawn only once nobody can end it.
		if (state.status === 'running') return;
		const edits = turn === this.#headedTurn ? this.#options.editsOf?.(state, this.#reported) : undefined;
		return edits === undefined ? this.#drawEnd(state) : edits.then((found) => this.#drawEnd(state, found));
	}

	/** Ends a turn whose end nobody has logged. */
	#end(turn: number, isOver: boolean): void {
		const state = this.#stateOf(turn);
		if (state === null) return;
		const isRunning = state.status === 'running';
		if (!isRunning || isOver) this.#drawEnd(isRunning ? { ...state, status: 'outcome_unknown' } : state);
	}

	#drawEnd(state: TurnState, found: FileEdit[] = []): void {
		const edits = state.turn === this.#headedTurn ? this.#unplaced.whole(found) : found;
		const agent = safeLine(state.agent, 60);
		const more = edits.length > 0 ? { edits } : {};
		this.#transcript.event({
			type: 'turn_finished',
			turn: state.turn,
			state: { ...state, agent },
			...more,
		});
	}

	#stateOf(turn: number): TurnState | null {
		try {
			return readTurnState(turnFile(this.#options.folder(), turn, 'state.json'));
		} catch (error) {
			if (error instanceof RelayError) return null;
			throw error;
		}
	}

	#say(text: string): void {
		this.#transcript.event({ type: 'notice', level: 'info', text });
	}
}
