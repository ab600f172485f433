/**
 * Runs one prompt on one agent, from the first file to the final state. This file holds the order of the steps: the meaning of the
 * bytes is the adapter's, the process is the terminal's, and the consequences of a limit are the relay's.
 */
import type { AgentExit, NativeFacts } from '../agents/agent-adapter.ts';
import type { AgentEvent } from '../agents/events.ts';
import { steadyNow, toIso, yieldToIo } from '../core/clock.ts';
import { RelayError } from '../core/errors.ts';
import { explainWriteFailure } from '../core/files/write-failure.ts';
import { turnFile } from '../sessions/files/session-paths.ts';
import type { Conversation } from '../sessions/lineage/native-conversations.ts';
import type { TurnState } from '../sessions/turns/turn-state.ts';
import { describeTasks } from './describe-tasks.ts';
import { limitToDisk } from './event-log.ts';
import { warningOf } from './judge/describe-refused-model.ts';
import { judgeTurn } from './judge/judge-turn.ts';
import { readNativeFacts } from './judge/native-facts.ts';
import { TouchedFiles } from './judge/touched-files.ts';
import { AgentStart } from './process/agent-start.ts';
import { describeLeftRunning } from './process/left-running.ts';
import { TurnProcess } from './process/turn-process.ts';
import { firstState } from './record/first-state.ts';
import { unreadableOutput } from './record/guard-parser.ts';
import { TurnRecorder } from './record/recorder.ts';
import { TurnFiles } from './record/turn-files.ts';
import type { TurnControl, TurnDeps, TurnSpec } from './turn-spec.ts';

const STATE_EVENTS: ReadonlySet<AgentEvent['type']> = new Set([
	'session_started',
	'tool_call',
	'tool_result',
	'plan',
	'limit',
	'turn_ended',
]);

/**
 * Runs the turn and returns its final state, which is also on disk, as is the session's meta. An agent's failure is a value in that
 * state. Throws RelayError when the turn could not be recorded or nothing was started.
 */
export async function runTurn(spec: TurnSpec, deps: TurnDeps, control: TurnControl): Promise<TurnState> {
	let conversation: Conversation | null = null;
	try {
		const turn = new RunningTurn(spec, deps, control);
		control.onBegin?.();
		turn.start();
		const state = await turn.finish();
		const { agent, native_session_id: nativeId } = state;
		conversation = nativeId === null ? null : { agent, nativeId };
		return state;
	} finally {
		spec.conversation?.end(conversation);
	}
}

class RunningTurn {
	readonly #spec: TurnSpec;
	readonly #deps: TurnDeps;
	readonly #control: TurnControl;
	readonly #startedAt: number;
	/** The time for everything measured in the turn: setting the clock during the turn changes none of it. */
	readonly #now: () => number;
	readonly #prompt: Buffer;
	readonly #start: AgentStart;
	readonly #files: TurnFiles;
	readonly #process: TurnProcess;
	readonly #touched: TouchedFiles;
	#mayBegin: Promise<void> = Promise.resolve();

	constructor(spec: TurnSpec, deps: TurnDeps, control: TurnControl) {
		const { session } = deps;
		const turn = session.meta.turn_count + 1;
		this.#spec = spec;
		this.#deps = deps;
		this.#control = control;
		this.#now = steadyNow(deps.clock);
		this.#startedAt = this.#now();
		this.#prompt = Buffer.from(spec.prompt);
		this.#start = new AgentStart(spec, turn, turnFile(session.folder, turn, 'prompt.md'), deps);
		const place = deps.processes.place();
		const where = { sessionId: session.id, turn, startedAt: this.#startedAt, place };
		const state = firstState(spec, this.#start.recordedArgs, where);
		this.#files = new TurnFiles({
			session,
			prompt: this.#prompt,
			state,
			onWarning: (text) => control.onWarning(text),
		});
		const [start, files, startedAt, now] = [this.#start, this.#files, this.#startedAt, this.#now];
		this.#process = new TurnProcess({ spec, deps, control, start, files, startedAt, now });
		this.#touched = new TouchedFiles(deps.snapshots, (text) => files.warn(text));
	}

	/** Writes the files first, then takes the snapshot: whatever dies from here on, the turn is known. */
	start(): void {
		this.#files.prepare();
		this.#mayBegin = this.#takeBefore();
		// A turn that ends before it waits for this leaves nobody to hear of it.
		this.#mayBegin.catch(() => undefined);
	}

	/** The agent's terminal is made meanwhile. */
	async #takeBefore(): Promise<void> {
		const { session } = this.#deps;
		await Promise.all([this.#touched.begin(this.#spec.before), session.settled()]);
		const problem = session.witness.takeProblem();
		if (problem !== null) this.#files.warn(problem);
		this.#files.change({ tree: this.#touched.trees });
	}

	async finish(): Promise<TurnState> {
		const { session } = this.#deps;
		session.hearNotices((text) => this.#files.warn(text));
		try {
			return await this.#finish();
		} finally {
			session.hearNotices(null);
		}
	}

	async #finish(): Promise<TurnState> {
		const recorder = this.#createRecorder();
		try {
			const exit = await this.#process.run(recorder, this.#mayBegin);
			return await this.#close(recorder, exit);
		} finally {
			this.#closeTelemetry();
			this.#start.removePrivateFiles();
			recorder.close();
			this.#files.release();
		}
	}

	#closeTelemetry(): void {
		this.#process.guard(() => this.#start.closeTelemetry());
	}

	#createRecorder(): TurnRecorder {
		const { adapter, request, cumulativeBefore, planBefore } = this.#spec;
		const { clock, session } = this.#deps;
		const parser = adapter.parser({
			requestedSessionId: request.nativeSessionId,
			resume: request.resume,
			requestedModel: request.model,
			cumulativeBefore,
			...(planBefore === null ? {} : { planBefore }),
			now: () => clock.now(),
		});
		return new TurnRecorder({
			folder: session.writableFolder(),
			turn: this.#files.state.turn,
			prompt: this.#prompt,
			wayTo: (path) => session.wayTo(path),
			parser,
			now: this.#now,
			planBefore,
			onEvent: (event, atMs) => this.#onEvent(event, atMs),
			onUnreadable: () => this.#files.warn(unreadableOutput(adapter.id, this.#files.path('raw.jsonl'))),
			onError: (error) => this.#process.fail(error),
		});
	}

	#onEvent(event: AgentEvent, atMs: number): void {
		if (STATE_EVENTS.has(event.type)) this.#files.markChanged();
		const warning = warningOf(event, atMs);
		if (warning !== null) this.#files.warn(warning);
		this.#process.observe(event, atMs);
		this.#control.onEvent(event);
	}

	async #close(recorder: TurnRecorder, exit: AgentExit): Promise<TurnState> {
		await Promise.all([this.#touched.end(exit.stopRequested), this.#judgeMeanwhile(recorder, exit)]);
		await this.#process.promptKept();
		const endedAt = this.#now();
		const { firstOutputAt } = recorder;
		const { hashes } = this.#files.state;
		this.#files.writeFinal(
			{
				...this.#failureOutcome(),
				agent_version: this.#agentVersion(),
				ended_at: toIso(endedAt),
				duration_ms: endedAt - this.#startedAt,
				first_output_ms: firstOutputAt === null ? null : firstOutputAt - this.#startedAt,
				exit_code: exit.exitCode,
				signal: exit.signal,
				strays: [],
				files: await this.#touched.changes(() => recorder.facts.editedFiles()),
				tree: this.#touched.trees,
				bytes: recorder.bytes,
				hashes: { ...hashes, ...recorder.hashes },
			},
			this.#process.failure !== null,
		);
		return this.#files.state;
	}

	/** Judges the outcome by what the agent left; git reads the worktree meanwhile. */
	async #judgeMeanwhile(recorder: TurnRecorder, exit: AgentExit): Promise<void> {
		await yieldToIo();
		this.#process.guard(() => this.#reportLeftRunning());
		this.#closeTelemetry();
		const native = await this.#readNative(recorder);
		this.#files.release();
		this.#process.guard(() => this.#judge(recorder, exit, native));
	}

	#judge(recorder: TurnRecorder, exit: AgentExit, native: NativeFacts | null): void {
		this.#files.restoreIfGone(recorder, { isLast: true });
		const parsed = recorder.end(exit, native);
		const { request } = this.#spec;
		this.#files.change(judgeTurn(parsed, recorder.facts, request.model, this.#deps.estimateCost));
		const { status, limit } = this.#files.state;
		const impatient = exit.stopRequested === 'limited' ? this.#process.impatientLimit() : null;
		const isReported = status === 'completed' || limit !== null;
		if (impatient !== null && !isReported) {
			const limited = { status: 'limited', stop_reason: 'limit', error: null } as const;
			this.#files.change({ ...limited, limit: limitToDisk(impatient) });
		}
		const { tasks } = this.#process;
		if (exit.stopRequested !== null && tasks.length > 0)
			this.#files.warn(`Stopped with the turn: ${describeTasks(tasks)}`);
		recorder.sync();
	}

	#readNative(recorder: TurnRecorder): Promise<NativeFacts | null> {
		const { adapter, request } = this.#spec;
		return readNativeFacts(adapter, this.#deps.clock, {
			nativeSessionId: recorder.facts.nativeSessionId ?? request.nativeSessionId,
			folder: request.folder,
			env: this.#start.env,
			startedAt: this.#startedAt,
		});
	}

	/** On an agent's first turn its version may have become known only during the turn. */
	#agentVersion(): string | null {
		return this.#files.state.agent_version ?? this.#deps.knownVersion(this.#spec.executable);
	}

	#failureOutcome(): Partial<TurnState> {
		const { failure } = this.#process;
		if (failure === null) return {};
		const error = explainWriteFailure(failure, this.#files.folder);
		const code = error instanceof RelayError ? error.code : 'internal';
		const message = error instanceof Error ? error.message : String(error);
		return { status: 'failed', stop_reason: 'crashed', error: { code, message } };
	}

	#reportLeftRunning(): void {
		const { turn, pid } = this.#files.state;
		const of = { session: this.#deps.session.id, turn, after: pid };
		const text = describeLeftRunning(of, this.#deps.processes);
		if (text !== null) this.#files.warn(text);
	}
}
