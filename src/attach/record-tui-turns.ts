/**
 * Writes what happened in a TUI as turns of the session, while it happens. A turn is on record once something came of its prompt; its
 * state is final each time the agent waits for its user, and is written again if it goes on by itself. Files come from snapshots: one
 * at the start, one whenever the agent is done.
 */
import type { Limit } from '../agents/events.ts';
import type { Snapshot } from '../git/repo-facts.ts';
import type { TranscriptTurn } from '../history/group-turns.ts';
import { TurnRecording } from '../history/record-turns.ts';
import { updateLedger } from '../relay/agents/update-ledger.ts';
import type { RelayDeps } from '../relay/ports.ts';
import type { PreparedTui } from '../relay/turn/prepare-tui.ts';
import type { LogEvent } from '../sessions/log/log-entry.ts';
import type { OpenSession } from '../sessions/store/session-store.ts';
import { beginTurn, endTurn } from '../sessions/transitions.ts';
import type { TurnState } from '../sessions/turns/turn-state.ts';
import type { Heard } from './follow-record.ts';
import { type Looked, TuiFiles } from './tui-files.ts';
import { type OpenTurn, tuiTurnState } from './tui-turn-state.ts';
import { witnessWords } from './witness-words.ts';

export interface TuiTurnsOptions {
	session: OpenSession;
	prepared: PreparedTui;
	deps: RelayDeps;
	/** The first snapshot, from before the TUI began; null: there are none. */
	before: Snapshot | null;
	/** Whether the user's own keyboard sent these words. */
	hasSent(words: string): boolean;
	onLimit(limit: Limit): void;
}

type EventType = Extract<Heard, { step: 'event' }>['event']['type'];

/** The agent works on, although it had been done. Its usage may be reported later. */
const WORKS_ON: ReadonlySet<EventType> = new Set(['agent_message_chunk', 'tool_call', 'tool_result']);

export class TuiTurns {
	readonly #options: TuiTurnsOptions;
	readonly #recordings = new Map<string, TurnRecording>();
	readonly #states = new Map<number, TurnState>();
	/** A prompt that nothing has come of yet: claude leaves in its file what the user took back. */
	#waiting: Extract<Heard, { step: 'begin' }> | null = null;
	#turn: OpenTurn | null = null;
	/** What the files of the next turn are compared with. */
	#newest: Snapshot | null;
	#limit: Limit | null = null;

	constructor(options: TuiTurnsOptions) {
		this.#options = options;
		this.#newest = options.before;
	}

	/** Of all turns, each once. */
	get warnings(): readonly string[] {
		return [...new Set(this.states.flatMap(({ warnings }) => warnings))];
	}

	get states(): TurnState[] {
		return [...this.#states.values()];
	}

	/** That ended the newest turn; null: none did. */
	get limit(): Limit | null {
		return this.#limit;
	}

	/** Throws `disk_full`, `not_writable`, `session_locked`. */
	async take(heard: Heard): Promise<void> {
		switch (heard.step) {
			case 'begin':
				// Another conversation was begun in the TUI, or the next turn of this one.
				if (this.#turn !== null) await this.#finish(this.#turn.known, 'completed');
				this.#waiting = heard;
				return;
			case 'event':
				await this.#beginWaiting(heard.nativeId);
				if (this.#turn?.nativeId !== heard.nativeId) return;
				this.#turn.known = heard.open ?? this.#turn.known;
				if (WORKS_ON.has(heard.event.type)) this.#turn.mark = null;
				this.#turn.recording.write(heard);
				this.#turn.isKept = false;
				return;
			case 'marked':
				await this.#beginWaiting(heard.nativeId);
				if (this.#turn?.nativeId !== heard.nativeId) return;
				this.#turn.known = heard.open ?? this.#turn.known;
				// claude says twice that it is done.
				if (this.#turn.mark !== null && heard.mark.failed === null) return;
				this.#turn.mark = heard.mark;
				// Final, until the agent goes on.
				await this.#write(this.#turn, 'completed');
				return;
			case 'end':
				if (heard.turn.outcome !== 'completed') await this.#beginWaiting(heard.nativeId);
				if (this.#turn?.nativeId === heard.nativeId) await this.#finish(heard.turn, 'completed');
				else if (this.#waiting?.nativeId === heard.nativeId) this.#waiting = null;
		}
	}

	/** Writes what a relay that dies now leaves of a turn under way. Throws as `take`. */
	keep(): void {
		const turn = this.#turn;
		const known = turn === null ? undefined : this.#states.get(turn.number);
		if (turn === null || known === undefined || turn.isKept || turn.mark !== null) return;
		turn.isKept = true;
		const { files, tree } = known;
		const state = this.#stateOf(turn, 'running', { files, tree: { ...tree, after: null } });
		this.#states.set(turn.number, state);
		this.#options.session.writeTurnState(state);
	}

	/**
	 * The TUI has ended, and its transcripts are complete: `last` is that. `cut`: what became of a turn of which no line says that it
	 * ended.
	 */
	async end(last: readonly Heard[], cut: 'cancelled' | 'outcome_unknown'): Promise<void> {
		for (const [at, heard] of last.entries()) {
			const goesOn = last.slice(at + 1).some(({ nativeId }) => nativeId === heard.nativeId);
			if (heard.step !== 'end' || goesOn) await this.take(heard);
			else await this.#endLast(heard, cut);
		}
		for (const recording of this.#recordings.values()) recording.close();
		await this.#options.session.settled();
	}

	/** The last prompt of a conversation counts, whatever came of it. */
	async #endLast(heard: Extract<Heard, { step: 'end' }>, cut: TurnState['status']): Promise<void> {
		await this.#beginWaiting(heard.nativeId);
		if (this.#turn?.nativeId === heard.nativeId) await this.#finish(heard.turn, cut);
	}

	async #beginWaiting(nativeId: string): Promise<void> {
		const waiting = this.#waiting;
		if (waiting === null || waiting.nativeId !== nativeId) return;
		this.#waiting = null;
		const { session, prepared, deps } = this.#options;
		const number = session.meta.turn_count + 1;
		const recording = this.#recordingOf(nativeId);
		const isFirst = this.#states.size === 0 && prepared.firstPrompt !== null;
		const known = waiting.open;
		if (known === null) return;
		const files = new TuiFiles(deps.snapshots);
		const turn: OpenTurn = {
			...{ number, nativeId, recording, known, prompt: waiting.text, isFirst, files },
			...{ mark: null, settled: null, isKept: true, hasFinished: false },
		};
		this.#log({ type: 'turn_started', turn: number, ...this.#asStarted(isFirst) });
		witnessWords({ turn: number, prompt: waiting.text, isFirst }, this.#options);
		recording.write({ ...waiting, turn: number });
		this.#turn = turn;
		const looked = await files.begin(this.#newest);
		const problem = session.witness.takeProblem();
		if (problem !== null) files.warn(problem);
		const state = this.#stateOf(turn, 'running', looked);
		this.#states.set(number, state);
		session.writeTurnState(state);
		session.apply(beginTurn, { state, words: isFirst ? null : waiting.text });
	}

	#recordingOf(nativeId: string): TurnRecording {
		const known = this.#recordings.get(nativeId);
		if (known !== undefined) return known;
		const { session, prepared, deps } = this.#options;
		const { adapter, request } = prepared.spec;
		const folder = session.meta.repo.folder ?? '';
		const made = new TurnRecording(session, {
			...{ agent: adapter.id, nativeId, worktree: request.worktree, folder, now: deps.clock.now() },
			onState: () => undefined,
		});
		this.#recordings.set(nativeId, made);
		return made;
	}

	#asStarted(isFirst: boolean) {
		const { adapter, request } = this.#options.prepared.spec;
		const { model, permissions } = request;
		const packet = isFirst ? (this.#options.prepared.packet?.path ?? null) : null;
		const resumed = request.resume || this.#states.size > 0;
		return { agent: adapter.id, model, permissions, trigger: 'user', resumed, packet };
	}

	async #finish(known: TranscriptTurn, unmarked: TurnState['status']): Promise<void> {
		const turn = this.#turn;
		if (turn === null) return;
		turn.known = known;
		await this.#write(turn, unmarked);
		turn.recording.write({ step: 'end', turn: { ...known, turn: turn.number } });
		this.#turn = null;
	}

	async #write(turn: OpenTurn, unmarked: TurnState['status']): Promise<void> {
		const { session } = this.#options;
		const status = turn.mark === null ? unmarked : 'completed';
		const looked = await turn.files.look(turn.mark, {
			isCancelled: status === 'cancelled',
			reported: () => turn.recording.stateOf(turn.known)?.files ?? [],
		});
		this.#newest = turn.files.newest;
		const state = this.#stateOf(turn, status, looked);
		this.#states.set(turn.number, state);
		session.writeTurnState(state);
		session.apply(endTurn, { state, earlier: session.turns() });
		if (turn.settled === turn.mark && turn.mark !== null) return;
		turn.settled = turn.mark;
		this.#tell(state, turn);
	}

	/** To the ledger, and once to the log. */
	#tell(state: TurnState, turn: OpenTurn): void {
		const { deps, prepared, session, onLimit } = this.#options;
		const { adapter, modelAsked = null } = prepared.spec;
		const login = adapter.probeLogin(deps.env);
		this.#limit = updateLedger(state, { model: modelAsked, login }, deps);
		const { agent, status, stop_reason, duration_ms, error, limit } = state;
		const end = { turn: turn.number, agent, status, stop_reason, duration_ms, limit, error };
		if (!turn.hasFinished) {
			this.#log({ type: 'turn_finished', ...end });
			deps.hooks?.event({ type: 'turn_finished', turn: turn.number, state }, session);
		}
		turn.hasFinished = true;
		if (this.#limit !== null) onLimit(this.#limit);
	}

	#stateOf(turn: OpenTurn, status: TurnState['status'], looked: Looked): TurnState {
		const { prepared, deps } = this.#options;
		const isFirst = turn.number === (this.states[0]?.turn ?? turn.number);
		return tuiTurnState(turn, status, looked, { prepared, deps, isFirst });
	}

	#log(event: LogEvent): void {
		this.#options.session.log(event);
	}
}
