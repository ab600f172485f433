import type { AgentExit } from '../../agents/agent-adapter.ts';
import type { AgentEvent, BackgroundTask, Limit } from '../../agents/events.ts';
import { syncInBackground } from '../../core/files/write-file.ts';
import type { AgentProcess } from '../../terminal/agent-process.ts';
import { AskedTerminal } from '../questions/terminal/asked-terminal.ts';
import { TurnQuestions } from '../questions/turn-questions.ts';
import type { TurnRecorder } from '../record/recorder.ts';
import type { TurnFiles } from '../record/turn-files.ts';
import type { TurnControl, TurnDeps, TurnSpec } from '../turn-spec.ts';
import type { AgentStart } from './agent-start.ts';
import { SampledDescendants } from './sampled-descendants.ts';
import { TurnStop, type TurnStopReason } from './turn-stop.ts';
import { TurnWatch, type WatchVerdict } from './turn-watch.ts';

/** How often deadlines are checked and a changed state is written: four times a second. */
const TICK_MS = 250;

export interface TurnProcessParts {
	spec: TurnSpec;
	deps: TurnDeps;
	control: TurnControl;
	start: AgentStart;
	files: TurnFiles;
	startedAt: number;
	/** Epoch ms that never jump while the turn runs. */
	now: () => number;
}

/** The agent of one turn while it runs: starts it, watches it, stops it when necessary, and returns how it ended. */
export class TurnProcess {
	readonly #watch: TurnWatch;
	readonly #parts: TurnProcessParts;
	readonly #stop: TurnStop;
	readonly #asked: AskedTerminal;
	readonly #questions: TurnQuestions;
	readonly #descendants: SampledDescendants;
	#removeNote: () => void = () => undefined;
	#promptOnDisk: Promise<void> = Promise.resolve();
	#failure: unknown = null;
	#tasks: readonly BackgroundTask[] = [];

	constructor(parts: TurnProcessParts) {
		const { spec, deps, control, files, start, startedAt, now } = parts;
		const warn = (text: string) => files.warn(text);
		this.#parts = parts;
		this.#watch = new TurnWatch(deps.times, startedAt);
		this.#descendants = new SampledDescendants(files);
		this.#stop = new TurnStop(() => this.#descendants.all());
		this.#asked = new AskedTerminal({
			startedAt,
			isTextAgent: spec.adapter.printsText === true,
			answerMs: deps.times.answerMs,
			control,
			now,
			warn,
			giveUp: () => this.#halt('timed_out'),
		});
		const { questionMs } = deps.times;
		const guard = (action: () => void) => this.guard(action);
		this.#questions = new TurnQuestions({ ...start.asking, questionMs, control, now, warn, guard });
	}

	/** The first error on the relay's side; null: none. */
	get failure(): unknown {
		return this.#failure;
	}

	/**
	 * Runs from the start to the agent's last byte; the agent begins once `mayBegin` resolves. Throws the error that prevented the
	 * start, once that is on record.
	 */
	async run(recorder: TurnRecorder, mayBegin: Promise<void>): Promise<AgentExit> {
		const { signal, hardSignal } = this.#parts.control;
		const onAbort = () => this.#halt('cancelled');
		const onHardAbort = () => {
			this.#stop.kill('cancelled');
			void this.#questions.close();
		};
		let ticker: NodeJS.Timeout | undefined;
		try {
			const agent = await this.#begin(recorder, mayBegin);
			signal.addEventListener('abort', onAbort, { once: true });
			hardSignal.addEventListener('abort', onHardAbort, { once: true });
			if (hardSignal.aborted) onHardAbort();
			else if (signal.aborted) onAbort();
			ticker = setInterval(() => this.guard(() => this.#tick(recorder, agent)), TICK_MS);
			const end = await agent.ended;
			this.#asked.close();
			await this.#questions.close();
			await this.#stop.settled();
			this.#removeNote();
			return { ...end, stopRequested: this.#stop.reason };
		} finally {
			clearInterval(ticker);
			await this.#questions.close();
			signal.removeEventListener('abort', onAbort);
			hardSignal.removeEventListener('abort', onHardAbort);
		}
	}

	/** Resolves when the prompt is surely on disk. */
	async promptKept(): Promise<void> {
		await this.#promptOnDisk;
	}

	/** The background tasks now, or at the moment the turn was asked to stop. */
	get tasks(): readonly BackgroundTask[] {
		return this.#tasks;
	}

	observe(event: AgentEvent, atMs: number): void {
		// Once asked to stop, the agent ends its tasks and clears its list of them.
		if ((event.type === 'background_tasks' || event.type === 'interim_answer') && this.#stop.reason === null)
			this.#tasks = event.tasks;
		this.#actOn(this.#watch.observe(event, this.#questions.timeAt(atMs)));
	}

	/** An exception in a handler (a full disk, a bug of ours) stops the turn, not the relay; the first one is kept. */
	guard(action: () => void): void {
		try {
			action();
		} catch (error) {
			this.fail(error);
		}
	}

	fail(error: unknown): void {
		this.#failure ??= error;
		this.#halt('failed');
	}

	/** The limit that the turn was stopped for, if its own stream named none. */
	impatientLimit(): Limit | null {
		const now = this.#questions.timeAt(this.#parts.now());
		return this.#watch.impatientLimit(now, this.#parts.spec.adapter.id);
	}

	/** Denies whatever is asked as well: an agent being stopped gets no permission to continue. */
	#halt(reason: TurnStopReason): void {
		this.#stop.request(reason);
		void this.#questions.close();
	}

	async #begin(recorder: TurnRecorder, mayBegin: Promise<void>): Promise<AgentProcess> {
		const { deps, files, start } = this.#parts;
		await this.#questions.open(recorder);
		start.openTelemetry((chunk) => recorder.telemetry(chunk));
		try {
			start.writePrivateFiles();
			const paths = { promptPath: files.path('prompt.md'), stderrPath: files.path('stderr.log') };
			const mayBeginChecked = mayBegin.then(() => start.checkPrivateFiles());
			const agent = await deps.startProcess(start.processSpec(paths, mayBeginChecked), {
				onOutput: (chunk) => this.guard(() => this.#output(chunk, recorder)),
				onStderr: (chunk) => this.guard(() => recorder.stderr(chunk)),
			});
			files.change({ pid: agent.identity.pid, pid_start: agent.identity.start });
			this.#stop.attach(agent);
			// Read while the agent starts: from now on it may remove anything.
			this.guard(() => deps.session.keepRecords());
			// The prompt is synced before the agent has read it through; a start that waited for it would be noticeable.
			this.#promptOnDisk = syncInBackground(files.path('prompt.md'));
			this.#attach(agent);
			this.#removeNote = deps.runningAgents?.began(runningNote(agent, files, deps)) ?? this.#removeNote;
			this.guard(() => files.write(recorder));
			return agent;
		} catch (error) {
			await mayBegin.catch(() => undefined);
			files.writeUnstarted(error, deps.clock.now(), this.#failure !== null);
			throw error;
		}
	}

	#attach(agent: AgentProcess): void {
		const { channel } = this.#parts.start.asking;
		// An agent that reads its answers from a live stdin reads its terminal all the time.
		if (this.#parts.start.isLive) channel?.attach(agent);
		else this.#asked.attach(agent);
	}

	#output(chunk: Buffer, recorder: TurnRecorder): void {
		const kept = this.#asked.output(chunk);
		recorder.output(kept);
		this.#parts.start.asking.channel?.output(kept);
	}

	#actOn(verdict: WatchVerdict): void {
		if (verdict === null) return;
		if ('stop' in verdict) this.#halt(verdict.stop);
		else this.#parts.control.onIdle(verdict.idleMs);
	}

	#tick(recorder: TurnRecorder, agent: AgentProcess): void {
		const { spec, start, files } = this.#parts;
		const now = this.#parts.now();
		this.#asked.tick();
		this.#questions.tick();
		start.readTelemetry();
		const verdict = this.#watched(recorder, now);
		if (verdict !== null && 'stop' in verdict && verdict.stop === 'limited') this.#lookAgain(recorder);
		else this.#actOn(verdict);
		const hasWork = recorder.facts.hasOpenTool || this.#tasks.length > 0;
		const mayRunTool = hasWork || spec.adapter.hidesRunningTools === true;
		if (mayRunTool) this.#descendants.sample(agent, now);
		files.writeIfChanged(recorder);
	}

	/** Reads what has arrived meanwhile first: it may be the answer that revokes the limit. */
	#lookAgain(recorder: TurnRecorder): void {
		const again = () => this.#actOn(this.#watched(recorder, this.#parts.now()));
		setImmediate(() => this.guard(again));
	}

	#watched({ lastByteAt, facts }: TurnRecorder, now: number): WatchVerdict {
		const silentSince = this.#questions.timeAt(this.#asked.silentSince(lastByteAt));
		return this.#watch.tick(this.#questions.timeAt(now), silentSince, facts.hasOpenTool);
	}
}

function runningNote({ identity: { pid, start } }: AgentProcess, files: TurnFiles, { session }: TurnDeps) {
	const { turn, agent, executable, started_at } = files.state;
	return {
		session_id: session.id,
		folder: session.folder,
		turn,
		agent,
		executable,
		worktree: session.meta.repo.worktree,
		started_at,
		wrapper: { pid, start },
	};
}
