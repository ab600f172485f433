/**
 * One prompt to one agent, from the first file to the final state. What lives here: the order of things. What the bytes
 * mean is the adapter's, how the process is kept is the terminal's, what follows from a limit is the relay's.
 */
import { existsSync } from 'node:fs';
import { devNull } from 'node:os';
import type { AgentCommand, AgentExit, NativeFacts } from '../agents/contract.ts';
import { withAdditions } from '../agents/environment.ts';
import type { AgentEvent, BackgroundTask } from '../agents/events.ts';
import { steadyNow, toIso } from '../core/clock.ts';
import { RelayError } from '../core/errors.ts';
import { createExclusive, syncInBackground } from '../core/files.ts';
import { letBegin } from '../core/let-begin.ts';
import { explainWriteFailure } from '../core/write-failure.ts';
import type { Snapshot } from '../git/contract.ts';
import type { Conversation } from '../sessions/native-conversations.ts';
import { turnFile } from '../sessions/session-paths.ts';
import { beginTurn, endTurn } from '../sessions/transitions.ts';
import type { TurnState } from '../sessions/turn-state.ts';
import type { AgentProcess, ProcessIdentity } from '../terminal/agent-process.ts';
import { describeTasks } from './describe-tasks.ts';
import { limitToDisk } from './event-log.ts';
import { warningOf } from './judge/describe-refused-model.ts';
import { judgeTurn } from './judge/judge-turn.ts';
import { readNativeFacts } from './judge/native-facts.ts';
import { describeLeftRunning } from './process/left-running.ts';
import { PrivateFiles, privatePath } from './process/private-files.ts';
import { TurnStop } from './process/turn-stop.ts';
import { TurnWatch, type WatchVerdict } from './process/turn-watch.ts';
import { AskedTerminal } from './questions/asked-terminal.ts';
import { firstState } from './record/first-state.ts';
import { TurnRecorder } from './record/recorder.ts';
import { SpaceReserve } from './record/space-reserve.ts';
import { TelemetryFile } from './record/telemetry-file.ts';
import { unreadableOutput } from './record/unreadable-output.ts';
import type { TurnControl, TurnDeps, TurnSpec } from './turn-spec.ts';

/** How often deadlines are looked at and a changed state is written: four times a second. */
const TICK_MS = 250;
/** How often the descendants of an agent at work are sampled. */
const SAMPLE_MS = 1000;

const STATE_EVENTS: ReadonlySet<AgentEvent['type']> = new Set([
	'session_started',
	'tool_call',
	'tool_result',
	'plan',
	'limit',
	'turn_ended',
]);

/**
 * Runs the turn and returns its final state, which is also on disk, as is the session's meta. An agent's failure is a
 * value in that state. Throws RelayError when the turn could not be recorded or nothing was started.
 */
export async function runTurn(spec: TurnSpec, deps: TurnDeps, control: TurnControl): Promise<TurnState> {
	let conversation: Conversation | null = null;
	try {
		const turn = new RunningTurn(spec, deps, control);
		await turn.start();
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
	readonly #number: number;
	readonly #startedAt: number;
	/** Time for all that is measured of the turn: a clock that is set in mid-turn changes none of it. */
	readonly #now: () => number;
	readonly #command: AgentCommand;
	#env: Record<string, string>;
	readonly #privateFiles: PrivateFiles;
	readonly #prompt: Buffer;
	readonly #watch: TurnWatch;
	readonly #stop: TurnStop;
	readonly #asked: AskedTerminal;
	#removeNote: () => void = () => undefined;
	readonly #strays = new Map<string, ProcessIdentity>();
	#state: TurnState;
	#reserve: SpaceReserve | null = null;
	#before: Snapshot | null = null;
	#telemetry: TelemetryFile | null = null;
	#promptOnDisk: Promise<void> = Promise.resolve();
	#failure: unknown = null;
	/** What runs in the background, until the turn is asked to stop. */
	#tasks: readonly BackgroundTask[] = [];
	#isDirty = false;
	#lastSample = 0;

	constructor(spec: TurnSpec, deps: TurnDeps, control: TurnControl) {
		this.#spec = spec;
		this.#deps = deps;
		this.#control = control;
		this.#number = deps.session.meta.turn_count + 1;
		this.#now = steadyNow(deps.clock);
		this.#startedAt = this.#now();
		this.#command = this.#makeCommand();
		this.#privateFiles = new PrivateFiles(spec.adapter.title);
		const { args, recordedArgs, env } = this.#command;
		this.#env = withAdditions(spec.request.env, env);
		this.#prompt = Buffer.from(spec.prompt);
		this.#watch = new TurnWatch(deps.times, this.#startedAt);
		this.#stop = new TurnStop(() => [...this.#strays.values()]);
		this.#asked = new AskedTerminal({
			startedAt: this.#startedAt,
			isTextAgent: spec.adapter.printsText === true,
			answerMs: deps.times.answerMs,
			control,
			now: this.#now,
			warn: (text) => this.#warn(text),
			giveUp: () => this.#stop.request('timed_out'),
		});
		const where = {
			sessionId: deps.session.id,
			turn: this.#number,
			startedAt: this.#startedAt,
			place: deps.processes.place(),
		};
		this.#state = firstState(spec, recordedArgs ?? args, where);
	}

	/** Files first, then the snapshot: whatever dies from here on, the turn is known. */
	async start(): Promise<void> {
		try {
			this.#prepareFiles();
		} catch (error) {
			this.#reserve?.release();
			throw explainWriteFailure(error, this.#folder);
		}
		const { witness } = this.#deps.session;
		const [before] = await Promise.all([this.#spec.before ?? this.#snapshot(), witness.settle()]);
		this.#before = before;
		const problem = witness.takeProblem();
		if (problem !== null) this.#warn(problem);
		this.#state.tree.before = this.#before?.tree ?? null;
	}

	async finish(): Promise<TurnState> {
		const { session } = this.#deps;
		session.hearNotices((text) => this.#warn(text));
		try {
			return await this.#finish();
		} finally {
			session.hearNotices(null);
		}
	}

	async #finish(): Promise<TurnState> {
		const recorder = this.#createRecorder();
		let ticker: NodeJS.Timeout | undefined;
		const onAbort = () => this.#stop.request('cancelled');
		const onHardAbort = () => this.#stop.kill('cancelled');
		const { signal, hardSignal } = this.#control;
		try {
			const process = await this.#startProcess(recorder);
			signal.addEventListener('abort', onAbort, { once: true });
			hardSignal.addEventListener('abort', onHardAbort, { once: true });
			if (hardSignal.aborted) onHardAbort();
			else if (signal.aborted) onAbort();
			ticker = setInterval(() => this.#guard(() => this.#tick(recorder, process)), TICK_MS);
			const end = await process.ended;
			this.#asked.close();
			await this.#stop.settled();
			this.#removeNote();
			clearInterval(ticker);
			return await this.#close(recorder, { ...end, stopRequested: this.#stop.reason });
		} finally {
			clearInterval(ticker);
			signal.removeEventListener('abort', onAbort);
			hardSignal.removeEventListener('abort', onHardAbort);
			this.#closeTelemetry();
			this.#privateFiles.remove();
			recorder.close();
			this.#reserve?.release();
		}
	}

	#makeCommand(): AgentCommand {
		const { adapter, request, prompt: text } = this.#spec;
		const { privateFolder, processes, session } = this.#deps;
		return adapter.command({
			...request,
			...(privateFolder === undefined
				? {}
				: { privatePath: privatePath(privateFolder, `${session.id}-${this.#number}`, processes) }),
			prompt: { path: this.#path('prompt.md'), text },
		});
	}

	/** Where the agent can tell more in a file of its own; a file that cannot be made is not worth a word. */
	#openTelemetry(recorder: TurnRecorder): void {
		const { telemetry } = this.#command;
		if (telemetry === undefined) return;
		try {
			this.#telemetry = new TelemetryFile(telemetry.path, (chunk) => recorder.telemetry(chunk));
		} catch {
			return;
		}
		this.#env = withAdditions(this.#env, telemetry.env);
	}

	#closeTelemetry(): void {
		this.#guard(() => this.#telemetry?.close());
	}

	/** Another one once something stands in the way of the session's own. */
	get #folder(): string {
		return this.#deps.session.folder;
	}

	#path(name: Parameters<typeof turnFile>[2]): string {
		return turnFile(this.#folder, this.#number, name);
	}

	#prepareFiles(): void {
		const { session } = this.#deps;
		this.#reserve = new SpaceReserve(
			session.wayTo(`${session.writableFolder()}/turns/.reserve-${process.pid}-${this.#number}.tmp`),
		);
		if (existsSync(this.#path('state.json'))) throw this.#existsAlready();
		// The prompt first: a turn that is known can always be asked again. Whole files only: an empty state would block
		// the number for ever. The session's lock keeps others out in between.
		this.#witnessWords();
		session.writePrompt(this.#number, this.#prompt);
		session.writeTurnState(this.#state);
		createExclusive(session.wayTo(this.#path('stderr.log')), '');
		session.apply(beginTurn, { state: this.#state, words: this.#ownWords() }, { isMinor: true });
	}

	#existsAlready(): RelayError {
		const { session } = this.#deps;
		return new RelayError('damaged_record', `Turn ${this.#number} of session ${session.id} exists already.`, {
			hint: 'Another relay may have written it; open the session again.',
		});
	}

	/** What this turn is sent of the user's words, before it is on record. */
	#witnessWords(): void {
		const { userPrompt: range } = this.#spec;
		if (range === null) return;
		const { witness } = this.#deps.session;
		if (range.turn !== this.#number) witness.repeat(this.#number, range);
		else {
			const words = this.#prompt.subarray(range.start, range.end);
			witness.add({ kind: 'prompt', turn: this.#number, range, words });
		}
	}

	/** The user's words when they came with this turn; null when the prompt repeats an earlier one. */
	#ownWords(): string | null {
		const { userPrompt } = this.#spec;
		if (userPrompt?.turn !== this.#number) return null;
		return this.#prompt.subarray(userPrompt.start, userPrompt.end).toString();
	}

	#createRecorder(): TurnRecorder {
		const { adapter, request, cumulativeBefore, planBefore } = this.#spec;
		const { clock } = this.#deps;
		const parser = adapter.parser({
			requestedSessionId: request.nativeSessionId,
			resume: request.resume,
			requestedModel: request.model,
			cumulativeBefore,
			...(planBefore === null ? {} : { planBefore }),
			now: () => clock.now(),
		});
		return new TurnRecorder({
			folder: this.#deps.session.writableFolder(),
			turn: this.#number,
			prompt: this.#prompt,
			wayTo: (path) => this.#deps.session.wayTo(path),
			parser,
			now: this.#now,
			planBefore,
			onEvent: (event, atMs) => this.#onEvent(event, atMs),
			onUnreadable: () => this.#warn(this.#unreadable()),
			onError: (error) => this.#fail(error),
		});
	}

	#unreadable(): string {
		return unreadableOutput(this.#spec.adapter.id, this.#path('raw.jsonl'));
	}

	async #startProcess(recorder: TurnRecorder): Promise<AgentProcess> {
		const { adapter, executable, request } = this.#spec;
		this.#openTelemetry(recorder);
		try {
			this.#privateFiles.write(this.#command.files ?? []);
			this.#privateFiles.check();
			const agent = await this.#deps.startProcess(
				{
					executable,
					args: this.#command.args,
					env: this.#env,
					cwd: request.folder,
					promptPath: this.#command.stdin === 'empty' ? devNull : this.#path('prompt.md'),
					stderrPath: this.#path('stderr.log'),
					claimsExitCode: (code) => adapter.claimsExitCode?.(code) ?? false,
				},
				{
					onOutput: (chunk) => this.#guard(() => recorder.output(this.#asked.output(chunk))),
					onStderr: (chunk) => this.#guard(() => recorder.stderr(chunk)),
				},
			);
			this.#state = { ...this.#state, pid: agent.identity.pid, pid_start: agent.identity.start };
			this.#stop.attach(agent);
			// While the agent begins: from now on it may remove anything.
			this.#guard(() => this.#deps.session.keepRecords());
			// The words are on disk before the agent has read them through; a start that waited for it would be felt.
			this.#promptOnDisk = syncInBackground(this.#path('prompt.md'));
			this.#asked.attach(agent);
			this.#noteRunning(agent);
			this.#guard(() => this.#writeState(recorder));
			return agent;
		} catch (error) {
			const message = error instanceof Error ? error.message : String(error);
			const failed = {
				status: 'failed',
				stop_reason: 'crashed',
				error: { code: 'not_started', message },
			} as const;
			this.#writeFinalState({ ...this.#state, ...failed, ended_at: toIso(this.#deps.clock.now()) });
			throw error;
		}
	}

	#noteRunning({ identity }: AgentProcess): void {
		const { session, runningAgents } = this.#deps;
		const { agent, executable, started_at } = this.#state;
		const { pid, start } = identity;
		this.#removeNote =
			runningAgents?.began({
				session_id: session.id,
				folder: session.folder,
				turn: this.#number,
				agent,
				executable,
				worktree: session.meta.repo.worktree,
				started_at,
				wrapper: { pid, start },
			}) ?? this.#removeNote;
	}

	/** An exception in a handler (a full disk, a bug of ours) stops the turn, not the relay; the first one is kept. */
	#guard(action: () => void): void {
		try {
			action();
		} catch (error) {
			this.#fail(error);
		}
	}

	#fail(error: unknown): void {
		this.#failure ??= error;
		this.#stop.request('failed');
	}

	#onEvent(event: AgentEvent, atMs: number): void {
		this.#isDirty ||= STATE_EVENTS.has(event.type);
		// Once it is asked to stop, the agent ends its tasks and its list of them.
		if ((event.type === 'background_tasks' || event.type === 'interim_answer') && this.#stop.reason === null)
			this.#tasks = event.tasks;
		const warning = warningOf(event, atMs);
		if (warning !== null) this.#warn(warning);
		this.#heed(this.#watch.observe(event, atMs));
		this.#control.onEvent(event);
	}

	#heed(verdict: WatchVerdict): void {
		if (verdict === null) return;
		if ('stop' in verdict) this.#stop.request(verdict.stop);
		else this.#control.onIdle(verdict.idleMs);
	}

	#tick(recorder: TurnRecorder, agent: AgentProcess): void {
		const now = this.#now();
		this.#asked.tick();
		this.#telemetry?.read();
		const verdict = this.#watched(recorder, now);
		if (verdict !== null && 'stop' in verdict && verdict.stop === 'limited') this.#askAgain(recorder);
		else this.#heed(verdict);
		const hasWork = recorder.facts.hasOpenTool || this.#tasks.length > 0;
		const mayRunTool = hasWork || this.#spec.adapter.hidesRunningTools === true;
		if (mayRunTool && now - this.#lastSample >= SAMPLE_MS) this.#sample(agent, now);
		if (this.#isDirty) this.#writeState(recorder);
	}

	/** What has arrived meanwhile is read first: it may be the answer that takes the limit back. */
	#askAgain(recorder: TurnRecorder): void {
		const again = () => this.#heed(this.#watched(recorder, this.#now()));
		setImmediate(() => this.#guard(again));
	}

	#watched({ lastByteAt, facts }: TurnRecorder, now: number): WatchVerdict {
		return this.#watch.tick(now, this.#asked.silentSince(lastByteAt), facts.hasOpenTool);
	}

	/** Descendants are on disk while a tool runs, so that the next start can end what a crash left behind. */
	#sample(agent: AgentProcess, now: number): void {
		this.#lastSample = now;
		for (const identity of agent.descendants()) {
			const key = `${identity.pid} ${identity.start}`;
			this.#isDirty ||= !this.#strays.has(key);
			this.#strays.set(key, identity);
		}
	}

	#writeState(recorder: TurnRecorder): void {
		this.#isDirty = false;
		this.#restoreIfGone(recorder);
		const { facts } = recorder;
		this.#state = {
			...this.#state,
			native_session_id: facts.nativeSessionId ?? this.#state.native_session_id,
			model: facts.model ?? this.#state.model,
			...facts.toState(),
			strays: [...this.#strays.values()].map(({ pid, start, command }) => ({ pid, start, command })),
			bytes: recorder.bytes,
		};
		this.#deps.session.writeTurnState(this.#state, { sync: false });
	}

	async #close(recorder: TurnRecorder, exit: AgentExit): Promise<TurnState> {
		const [after] = await Promise.all([this.#snapshot(), this.#judgeMeanwhile(recorder, exit)]);
		await this.#promptOnDisk;
		const endedAt = this.#now();
		const { firstOutputAt } = recorder;
		const state: TurnState = {
			...this.#state,
			...this.#failureOutcome(),
			agent_version: this.#agentVersion(),
			ended_at: toIso(endedAt),
			duration_ms: endedAt - this.#startedAt,
			first_output_ms: firstOutputAt === null ? null : firstOutputAt - this.#startedAt,
			exit_code: exit.exitCode,
			signal: exit.signal,
			strays: [],
			files: await this.#filesTouched(after, recorder),
			tree: { before: this.#before?.tree ?? null, after: after?.tree ?? null },
			bytes: recorder.bytes,
			hashes: { ...this.#state.hashes, ...recorder.hashes },
		};
		this.#writeFinalState(state);
		return state;
	}

	/** What the agent left behind tells the outcome; git reads the worktree meanwhile. */
	async #judgeMeanwhile(recorder: TurnRecorder, exit: AgentExit): Promise<void> {
		await letBegin();
		this.#guard(() => this.#tellLeftRunning());
		this.#closeTelemetry();
		const native = await this.#readNative(recorder);
		this.#reserve?.release();
		this.#guard(() => this.#judge(recorder, exit, native));
	}

	#judge(recorder: TurnRecorder, exit: AgentExit, native: NativeFacts | null): void {
		this.#restoreIfGone(recorder, { isLast: true });
		const parsed = recorder.end(exit, native);
		const { request } = this.#spec;
		this.#state = {
			...this.#state,
			...judgeTurn(parsed, recorder.facts, request.model, this.#deps.estimateCost),
		};
		const impatient =
			exit.stopRequested === 'limited'
				? this.#watch.impatientLimit(this.#now(), this.#spec.adapter.id)
				: null;
		const isTold = this.#state.status === 'completed' || this.#state.limit !== null;
		if (impatient !== null && !isTold) {
			const limited = { status: 'limited', stop_reason: 'limit', error: null } as const;
			this.#state = { ...this.#state, ...limited, limit: limitToDisk(impatient) };
		}
		if (exit.stopRequested !== null && this.#tasks.length > 0)
			this.#warn(`Stopped with the turn: ${describeTasks(this.#tasks)}`);
		recorder.sync();
	}

	#readNative(recorder: TurnRecorder): Promise<NativeFacts | null> {
		const { adapter, request } = this.#spec;
		return readNativeFacts(adapter, this.#deps.clock, {
			nativeSessionId: recorder.facts.nativeSessionId ?? request.nativeSessionId,
			folder: request.folder,
			env: this.#env,
			startedAt: this.#startedAt,
		});
	}

	#writeFinalState(state: TurnState): void {
		const { session } = this.#deps;
		this.#state = state;
		try {
			session.writeTurnState(state, { sync: true });
			// After a limit the checkpoint is written next, durably.
			const isMinor = state.status === 'limited';
			session.apply(endTurn, { state, earlier: session.turns() }, { isMinor });
		} catch (error) {
			if (this.#failure === null) throw explainWriteFailure(error, this.#folder);
		}
	}

	/** On an agent's first turn its version may have become known only meanwhile. */
	#agentVersion(): string | null {
		const { adapter, executable } = this.#spec;
		return this.#state.agent_version ?? this.#deps.knownVersion(adapter.id, executable);
	}

	#failureOutcome(): Partial<TurnState> {
		if (this.#failure === null) return {};
		const error = explainWriteFailure(this.#failure, this.#folder);
		const code = error instanceof RelayError ? error.code : 'internal';
		const message = error instanceof Error ? error.message : String(error);
		return { status: 'failed', stop_reason: 'crashed', error: { code, message } };
	}

	async #snapshot(): Promise<Snapshot | null> {
		const snapshot = (await this.#deps.snapshots?.take()) ?? null;
		if (snapshot?.unavailable)
			this.#warn(`Files touched are taken from the agent's tool calls: ${snapshot.unavailable}`);
		if (snapshot && snapshot.skipped.length > 0)
			this.#warn(`Not in the snapshot: ${snapshot.skipped.slice(0, 5).join(', ')}`);
		return snapshot;
	}

	/** Facts from git where there are any; an agent's own words about its edits otherwise. */
	async #filesTouched(after: Snapshot | null, recorder: TurnRecorder): Promise<TurnState['files']> {
		const before = this.#before?.tree;
		if (before && after?.tree && this.#deps.snapshots) {
			try {
				const changes = await this.#deps.snapshots.changes(before, after.tree);
				return changes.map((change) => ({ ...change }));
			} catch (error) {
				if (!(error instanceof RelayError)) throw error;
				this.#warn(`Files touched are taken from the agent's tool calls: ${error.message}`);
			}
		}
		return recorder.facts.editedFiles();
	}

	#restoreIfGone(recorder: TurnRecorder, { isLast = false } = {}): void {
		const { session } = this.#deps;
		recorder.goOnIn(session.writableFolder());
		const isGone = recorder.restoreIfGone();
		// Each kept file is looked at only where something is gone already, and once the agent has ended.
		const isKeptGone = (isGone || isLast) && session.restore();
		if (!isGone && !isKeptGone) return;
		this.#warn(
			'Records of this session were removed in mid-turn (git clean?); your words of all its turns, and what this turn wrote, are there again.',
		);
	}

	#tellLeftRunning(): void {
		const of = { session: this.#deps.session.id, turn: this.#number, after: this.#state.pid };
		const text = describeLeftRunning(of, this.#deps.processes);
		if (text !== null) this.#warn(text);
	}

	#warn(text: string): void {
		if (this.#state.warnings.includes(text)) return;
		this.#state = { ...this.#state, warnings: [...this.#state.warnings, text] };
		this.#control.onWarning(text);
	}
}
