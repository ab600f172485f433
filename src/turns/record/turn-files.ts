import { existsSync } from 'node:fs';
import { toIso } from '../../core/clock.ts';
import { RelayError } from '../../core/errors.ts';
import { explainWriteFailure } from '../../core/files/write-failure.ts';
import { createExclusive } from '../../core/files/write-file.ts';
import { turnFile } from '../../sessions/files/session-paths.ts';
import type { OpenSession } from '../../sessions/store/session-store.ts';
import { beginTurn, endTurn } from '../../sessions/transitions.ts';
import type { TurnState } from '../../sessions/turns/turn-state.ts';
import type { TurnRecorder } from './recorder.ts';
import { SpaceReserve } from './space-reserve.ts';

export interface TurnFilesOptions {
	session: OpenSession;
	/** Exactly what the agent reads. */
	prompt: Buffer;
	/** The state on disk before the agent is started. */
	state: TurnState;
	onWarning: (text: string) => void;
}

/** A turn's files besides those of its recorder: the prompt, its state, its share of the session's record. */
export class TurnFiles {
	readonly #options: TurnFilesOptions;
	#state: TurnState;
	#reserve: SpaceReserve | null = null;
	#isDirty = false;

	constructor(options: TurnFilesOptions) {
		this.#options = options;
		this.#state = options.state;
	}

	get state(): TurnState {
		return this.#state;
	}

	/** The path changes once something blocks the session's own folder. */
	get folder(): string {
		return this.#options.session.folder;
	}

	path(name: Parameters<typeof turnFile>[2]): string {
		return turnFile(this.folder, this.#state.turn, name);
	}

	/** Throws RelayError if the turn cannot be recorded. */
	prepare(): void {
		try {
			this.#options.session.together(() => this.#prepare());
		} catch (error) {
			this.release();
			throw explainWriteFailure(error, this.folder);
		}
	}

	/** Returns the reserved space: writes from here on may need it. */
	release(): void {
		this.#reserve?.release();
	}

	/** Changes the state; it is on disk with the next write. */
	change(facts: Partial<TurnState>): void {
		this.#state = { ...this.#state, ...facts };
	}

	markChanged(): void {
		this.#isDirty = true;
	}

	/** Warns once, and keeps the warning in the state. */
	warn(text: string): void {
		if (this.#state.warnings.includes(text)) return;
		this.change({ warnings: [...this.#state.warnings, text] });
		this.#options.onWarning(text);
	}

	writeIfChanged(recorder: TurnRecorder): void {
		if (this.#isDirty) this.write(recorder);
	}

	/** The state of a running turn. */
	write(recorder: TurnRecorder): void {
		this.#isDirty = false;
		this.#options.session.together(() => this.#write(recorder));
	}

	#write(recorder: TurnRecorder): void {
		this.restoreIfGone(recorder);
		const { facts, bytes } = recorder;
		this.change({
			native_session_id: facts.nativeSessionId ?? this.#state.native_session_id,
			model: facts.model ?? this.#state.model,
			...facts.toState(),
			bytes,
		});
		this.#options.session.writeTurnState(this.#state, { sync: false });
	}

	/** The final state, with the session's record. Throws RelayError, unless the turn has failed already. */
	writeFinal(facts: Partial<TurnState>, hasFailed: boolean): void {
		const { session } = this.#options;
		this.change(facts);
		try {
			session.together(() => {
				session.writeTurnState(this.#state, { sync: true });
				session.apply(endTurn, { state: this.#state, earlier: session.turns() }, { isMinor: true });
			});
		} catch (error) {
			if (!hasFailed) throw explainWriteFailure(error, this.folder);
		}
	}

	/** The last state of a turn whose agent could not be started. `now`: epoch ms. */
	writeUnstarted(reason: unknown, now: number, hasFailed: boolean): void {
		const message = reason instanceof Error ? reason.message : String(reason);
		const error = { code: 'not_started', message };
		this.writeFinal({ status: 'failed', stop_reason: 'crashed', error, ended_at: toIso(now) }, hasFailed);
	}

	restoreIfGone(recorder: TurnRecorder, { isLast = false } = {}): void {
		this.#options.session.together(() => this.#restoreIfGone(recorder, isLast));
	}

	#restoreIfGone(recorder: TurnRecorder, isLast: boolean): void {
		const { session } = this.#options;
		recorder.continueIn(session.writableFolder());
		const isGone = recorder.restoreIfGone();
		// Each kept file is checked only if something is gone already, and once the agent has ended.
		const isKeptGone = (isGone || isLast) && session.restore();
		if (!isGone && !isKeptGone) return;
		this.warn(
			'Records of this session were removed during the turn (git clean?); your words in all its turns, and the records of this turn, were restored.',
		);
	}

	#prepare(): void {
		const { session, prompt } = this.#options;
		const { turn } = this.#state;
		this.#reserve = new SpaceReserve(
			session.wayTo(`${session.writableFolder()}/turns/.reserve-${process.pid}-${turn}.tmp`),
		);
		if (existsSync(this.path('state.json'))) throw this.#existsAlready();
		// The prompt first: a turn that is known can always be asked again. Whole files only: an empty state would block
		// the number for ever. The session's lock keeps others out in between.
		this.#witnessWords();
		session.writePrompt(turn, prompt);
		session.writeTurnState(this.#state);
		createExclusive(session.wayTo(this.path('stderr.log')), '');
		session.apply(beginTurn, { state: this.#state, words: this.#ownWords() }, { isMinor: true });
	}

	#existsAlready(): RelayError {
		const { session } = this.#options;
		const what = `Turn ${this.#state.turn} of session ${session.id} already exists.`;
		return new RelayError('damaged_record', what, {
			hint: 'Another relay may have written it; open the session again.',
		});
	}

	/** Witnesses the user's words in this turn before it is on record. */
	#witnessWords(): void {
		const { user_prompt: range, turn } = this.#state;
		if (range === null) return;
		const { session, prompt } = this.#options;
		if (range.turn !== turn) session.witness.repeat(turn, range);
		else {
			const words = prompt.subarray(range.start, range.end);
			session.witness.add({ kind: 'prompt', turn, range, words });
		}
	}

	/** The user's words if they came with this turn; null when the prompt repeats an earlier one. */
	#ownWords(): string | null {
		const { user_prompt: range, turn } = this.#state;
		if (range?.turn !== turn) return null;
		return this.#options.prompt.subarray(range.start, range.end).toString();
	}
}
