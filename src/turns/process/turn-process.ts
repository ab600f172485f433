import type { AgentExit } from '../../agents/contract.ts';
import type { AgentEvent, BackgroundTask } from '../../agents/events.ts';
import { toIso } from '../../core/clock.ts';
import { syncInBackground } from '../../core/files.ts';
import type { AgentProcess, ProcessIdentity } from '../../terminal/agent-process.ts';
import { AskedTerminal } from '../questions/asked-terminal.ts';
import type { TurnRecorder } from '../record/recorder.ts';
import type { TurnFiles } from '../record/turn-files.ts';
import type { TurnControl, TurnDeps, TurnSpec } from '../turn-spec.ts';
import type { AgentStart } from './agent-start.ts';
import { TurnStop } from './turn-stop.ts';
import { TurnWatch, type WatchVerdict } from './turn-watch.ts';

/** How often deadlines are looked at and a changed state is written: four times a second. */
const TICK_MS = 250;
/** How often the descendants of an agent at work are sampled. */
const SAMPLE_MS = 1000;

export interface TurnProcessParts {
	spec: TurnSpec;
	deps: TurnDeps;
	control: TurnControl;
	start: AgentStart;
	files: TurnFiles;
	startedAt: number;
	/** Epoch ms that do not jump while the turn runs. */
	now: () => number;
}

/** The agent of one turn while it runs: started, watched, stopped where it must be, and at its end what became of it. */
export class TurnProcess {
	readonly watch: TurnWatch;
	readonly #parts: TurnProcessParts;
	readonly #stop: TurnStop;
	readonly #asked: AskedTerminal;
	readonly #strays = new Map<string, ProcessIdentity>();
	#removeNote: () => void = () => undefined;
	#promptOnDisk: Promise<void> = Promise.resolve();
	#failure: unknown = null;
	#tasks: readonly BackgroundTask[] = [];
	#lastSample = 0;

	constructor(parts: TurnProcessParts) {
		const { spec, deps, control, files, startedAt, now } = parts;
		this.#parts = parts;
		this.watch = new TurnWatch(deps.times, startedAt);
		this.#stop = new TurnStop(() => [...this.#strays.values()]);
		this.#asked = new AskedTerminal({
			startedAt,
			isTextAgent: spec.adapter.printsText === true,
			answerMs: deps.times.answerMs,
			control,
			now,
			warn: (text) => files.warn(text),
			giveUp: () => this.#stop.request('timed_out'),
		});
	}

	/** What went wrong on the relay's side first; null: nothing. */
	get failure(): unknown {
		return this.#failure;
	}

	/** From the start to the agent's last byte. Throws what kept it from starting, once that is on record. */
	async run(recorder: TurnRecorder): Promise<AgentExit> {
		const { signal, hardSignal } = this.#parts.control;
		const onAbort = () => this.#stop.request('cancelled');
		const onHardAbort = () => this.#stop.kill('cancelled');
		let ticker: NodeJS.Timeout | undefined;
		try {
			const agent = await this.#begin(recorder);
			signal.addEventListener('abort', onAbort, { once: true });
			hardSignal.addEventListener('abort', onHardAbort, { once: true });
			if (hardSignal.aborted) onHardAbort();
			else if (signal.aborted) onAbort();
			ticker = setInterval(() => this.guard(() => this.#tick(recorder, agent)), TICK_MS);
			const end = await agent.ended;
			this.#asked.close();
			await this.#stop.settled();
			this.#removeNote();
			return { ...end, stopRequested: this.#stop.reason };
		} finally {
			clearInterval(ticker);
			signal.removeEventListener('abort', onAbort);
			hardSignal.removeEventListener('abort', onHardAbort);
		}
	}

	/** Resolves when the prompt is surely on disk. */
	async promptKept(): Promise<void> {
		await this.#promptOnDisk;
	}

	/** What runs in the background, or did until the turn was asked to stop. */
	get tasks(): readonly BackgroundTask[] {
		return this.#tasks;
	}

	observe(event: AgentEvent, atMs: number): void {
		// Once it is asked to stop, the agent ends its tasks and its list of them.
		if ((event.type === 'background_tasks' || event.type === 'interim_answer') && this.#stop.reason === null)
			this.#tasks = event.tasks;
		this.#heed(this.watch.observe(event, atMs));
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
		this.#stop.request('failed');
	}

	async #begin(recorder: TurnRecorder): Promise<AgentProcess> {
		const { deps, files, start } = this.#parts;
		start.openTelemetry((chunk) => recorder.telemetry(chunk));
		try {
			start.writePrivateFiles();
			const promptPath = files.path('prompt.md');
			const agent = await deps.startProcess(
				start.processSpec({ promptPath, stderrPath: files.path('stderr.log') }),
				{
					onOutput: (chunk) => this.guard(() => recorder.output(this.#asked.output(chunk))),
					onStderr: (chunk) => this.guard(() => recorder.stderr(chunk)),
				},
			);
			files.change({ pid: agent.identity.pid, pid_start: agent.identity.start });
			this.#stop.attach(agent);
			// While the agent begins: from now on it may remove anything.
			this.guard(() => deps.session.keepRecords());
			// The words are on disk before the agent has read them through; a start that waited for it would be felt.
			this.#promptOnDisk = syncInBackground(files.path('prompt.md'));
			this.#asked.attach(agent);
			this.#noteRunning(agent);
			this.guard(() => files.write(recorder));
			return agent;
		} catch (error) {
			this.#recordUnstarted(error);
			throw error;
		}
	}

	#recordUnstarted(error: unknown): void {
		const { files, deps } = this.#parts;
		const message = error instanceof Error ? error.message : String(error);
		const failed = {
			status: 'failed',
			stop_reason: 'crashed',
			error: { code: 'not_started', message },
		} as const;
		files.writeFinal({ ...failed, ended_at: toIso(deps.clock.now()) }, this.#failure !== null);
	}

	#noteRunning({ identity: { pid, start } }: AgentProcess): void {
		const { session, runningAgents } = this.#parts.deps;
		const { turn, agent, executable, started_at } = this.#parts.files.state;
		this.#removeNote =
			runningAgents?.began({
				session_id: session.id,
				folder: session.folder,
				turn,
				agent,
				executable,
				worktree: session.meta.repo.worktree,
				started_at,
				wrapper: { pid, start },
			}) ?? this.#removeNote;
	}

	#heed(verdict: WatchVerdict): void {
		if (verdict === null) return;
		if ('stop' in verdict) this.#stop.request(verdict.stop);
		else this.#parts.control.onIdle(verdict.idleMs);
	}

	#tick(recorder: TurnRecorder, agent: AgentProcess): void {
		const { spec, start, files } = this.#parts;
		const now = this.#parts.now();
		this.#asked.tick();
		start.readTelemetry();
		const verdict = this.#watched(recorder, now);
		if (verdict !== null && 'stop' in verdict && verdict.stop === 'limited') this.#askAgain(recorder);
		else this.#heed(verdict);
		const hasWork = recorder.facts.hasOpenTool || this.#tasks.length > 0;
		const mayRunTool = hasWork || spec.adapter.hidesRunningTools === true;
		if (mayRunTool && now - this.#lastSample >= SAMPLE_MS) this.#sample(agent, now);
		files.writeIfChanged(recorder);
	}

	/** What has arrived meanwhile is read first: it may be the answer that takes the limit back. */
	#askAgain(recorder: TurnRecorder): void {
		const again = () => this.#heed(this.#watched(recorder, this.#parts.now()));
		setImmediate(() => this.guard(again));
	}

	#watched({ lastByteAt, facts }: TurnRecorder, now: number): WatchVerdict {
		return this.watch.tick(now, this.#asked.silentSince(lastByteAt), facts.hasOpenTool);
	}

	/** Descendants are on disk while a tool runs, so that the next start can end what a crash left behind. */
	#sample(agent: AgentProcess, now: number): void {
		const { files } = this.#parts;
		this.#lastSample = now;
		for (const identity of agent.descendants()) {
			const key = `${identity.pid} ${identity.start}`;
			if (!this.#strays.has(key)) files.markChanged();
			this.#strays.set(key, identity);
		}
		files.change({
			strays: [...this.#strays.values()].map(({ pid, start, command }) => ({ pid, start, command })),
		});
	}
}
