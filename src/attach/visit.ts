/** One visit of an agent's own TUI: it is started, followed by its transcripts, and ended with all that it started. */
import { withAdditions } from '../agents/environment.ts';
import type { AgentTui } from '../agents/tui/agent-tui.ts';
import { toIso } from '../core/clock.ts';
import { RelayError } from '../core/errors.ts';
import type { RelayDeps } from '../relay/ports.ts';
import type { PreparedTui, TuiPlan } from '../relay/turn/prepare-tui.ts';
import type { TuiProcess } from '../terminal/tui-process.ts';
import type { AttachEnd, TuiTerminal } from './attach-contract.ts';
import { RecordFollower } from './follow-record.ts';
import { TuiTurns } from './record-tui-turns.ts';

export interface AttachOptions extends TuiPlan {
	/** Of the adapter. */
	tui: AgentTui;
	terminal: TuiTerminal;
	/** As `attach.on_limit` says. */
	onLimit: 'stay' | 'return';
	/** Tells the user, before the TUI has the terminal. */
	notice(text: string): void;
	/** The user's own arguments for the TUI, read by its rules. */
	passed: readonly string[];
	/** How the user begins another conversation, where somebody works in this one. */
	anew: string;
}

/** How often the transcripts are looked at. */
const LOOK_MS = 200;
/** How often the processes are sampled, for those that leave the tree; a look takes 1-10 ms. */
const SAMPLE_MS = 1_000;
/** Until then the TUI itself may not be among them yet. */
const STARTING_MS = 10_000;
/** A busy claude has recorded an interruption 0.12-0.17 s later. */
const INTERRUPT_MS = 1_500;
/** Between SIGTERM and SIGKILL: gemini takes 4 s, claude and codex half a second. */
const TERMINATE_MS = 5_000;
/** The same where a signal ends the relay, which promises to be gone within 5 s. */
const SIGNALLED_MS = 2_500;

export class Visit {
	readonly #options: AttachOptions;
	readonly #prepared: PreparedTui;
	readonly #deps: RelayDeps;
	readonly #tui: AgentTui;
	readonly #command;
	readonly #env: Record<string, string>;
	readonly #follower: RecordFollower;
	readonly #startedAt: number;
	#isLimited = false;
	#tellLimit: () => void = () => undefined;

	constructor(options: AttachOptions, prepared: PreparedTui, deps: RelayDeps) {
		const { adapter, tui, passed } = options;
		const { request } = prepared.spec;
		this.#options = options;
		this.#prepared = prepared;
		this.#deps = deps;
		this.#tui = tui;
		this.#command = this.#tui.command({ ...request, firstPrompt: prepared.firstPrompt, passed });
		this.#env = withAdditions(request.env, this.#command.env);
		this.#startedAt = deps.clock.now();
		this.#follower = new RecordFollower({
			agent: adapter.id,
			record: this.#tui.record,
			env: this.#env,
			folder: request.folder,
			startedAt: this.#startedAt,
			nativeId: request.nativeSessionId,
			monotonic: () => deps.clock.monotonic(),
			now: () => deps.clock.now(),
		});
	}

	/** The conversation that it was in last. */
	get nativeId(): string | null {
		return this.#follower.ids.at(-1) ?? null;
	}

	async run(statusPath: string): Promise<AttachEnd> {
		const { session, terminal, onLimit } = this.#options;
		const { snapshots } = this.#deps;
		await this.#requireAlone();
		const [before] = await Promise.all([snapshots?.take() ?? null, session.settled()]);
		const limited = new Promise<void>((resolve) => {
			this.#tellLimit = resolve;
		});
		const turns = new TuiTurns({
			...{ session, prepared: this.#prepared, deps: this.#deps, before },
			hasSent: (words) => terminal.hasSent(words),
			onLimit: () => {
				if (!this.#isLimited) terminal.alert();
				this.#isLimited = true;
				if (onLimit === 'return') this.#tellLimit();
			},
		});
		const tui = await this.#start(statusPath);
		const isOver = new AbortController();
		try {
			terminal.connect(tui);
			const following = this.#follow(tui, turns, isOver.signal);
			const end = await Promise.race([
				tui.ended.then(({ exitCode }) => over('ended', { exitCode })),
				terminal.left.then((code) => (code === null ? over('left') : over('signal', { signalCode: code }))),
				limited.then(() => over('limit')),
				// It rejects where a turn could not be recorded.
				following.then(() => over('ended')),
			]);
			if (end.how !== 'ended') await this.#stop(tui, end.how === 'signal' ? SIGNALLED_MS : TERMINATE_MS);
			await tui.ended;
			terminal.close();
			isOver.abort();
			await following;
			await turns.end(this.#follower.end(), end.how === 'ended' ? 'outcome_unknown' : 'cancelled');
			return await this.#ended(turns, end);
		} finally {
			isOver.abort();
			await tui.stop(TERMINATE_MS).finally(() => terminal.close());
		}
	}

	/** Two in one conversation would fork it, and nobody would be told. */
	async #requireAlone(): Promise<void> {
		const [other] = await this.#workersIn(this.#follower.ids);
		if (other === undefined) return;
		throw new RelayError('refused', `${other[0]?.toUpperCase()}${other.slice(1)}.`, {
			hint: `End it first, or begin another conversation: ${this.#options.anew}`,
		});
	}

	async #start(statusPath: string): Promise<TuiProcess> {
		const { terminal, session } = this.#options;
		const { executable, request, adapter } = this.#prepared.spec;
		const tui = await this.#deps.startTui(
			{
				...{ executable, args: this.#command.args, env: this.#env, cwd: request.folder, statusPath },
				...terminal.size,
			},
			{ onOutput: (chunk) => terminal.output(chunk), onStopped: () => void terminal.stopped() },
		);
		const gone = this.#deps.runningAgents.began({
			session_id: session.id,
			folder: session.folder,
			turn: session.meta.turn_count + 1,
			agent: adapter.id,
			executable,
			worktree: request.worktree,
			started_at: toIso(this.#startedAt),
			wrapper: { pid: tui.identity.pid, start: tui.identity.start },
		});
		void tui.ended.then(gone);
		return tui;
	}

	/** Until the signal. */
	async #follow(tui: TuiProcess, turns: TuiTurns, signal: AbortSignal): Promise<void> {
		const { clock } = this.#deps;
		const begun = clock.monotonic();
		let [pids, sampledAt] = [new Set<number>(), Number.NEGATIVE_INFINITY];
		while (!signal.aborted) {
			const now = clock.monotonic();
			if (now - sampledAt >= SAMPLE_MS || now - begun < STARTING_MS) {
				pids = pidsOf(tui);
				sampledAt = now;
			}
			await this.#take(pids, turns);
			await clock.sleep(LOOK_MS, signal);
		}
	}

	/** One at a time. */
	async #take(pids: ReadonlySet<number>, turns: TuiTurns): Promise<void> {
		for (const heard of await this.#follower.read(pids)) await turns.take(heard);
		turns.keep();
	}

	/** A turn that runs is interrupted as its user would, where its record depends on that. */
	async #stop(tui: TuiProcess, terminateMs: number): Promise<void> {
		const { terminal } = this.#options;
		const { clock } = this.#deps;
		void terminal.pressedAgain.then(() => tui.stop(0));
		const { record } = this.#tui;
		const seen = { pids: pidsOf(tui), env: this.#env };
		await this.#follower.look(seen.pids);
		if (record.interrupt !== null && (await record.isBusy(seen)) === true) {
			tui.write(Buffer.from(record.interrupt));
			const until = clock.monotonic() + INTERRUPT_MS;
			while (clock.monotonic() < until && (await record.isBusy(seen)) === true) await clock.sleep(20);
		}
		await tui.stop(terminateMs);
	}

	async #ended(turns: TuiTurns, over: Over): Promise<AttachEnd> {
		const { session, adapter } = this.#options;
		return {
			agent: adapter.id,
			sessionId: session.id,
			...over,
			turns: turns.states,
			limit: turns.limit,
			working: await this.#working(),
			notices: turns.warnings,
		};
	}

	/** The agent itself must be gone before another one begins: in its conversation, and among what it started. */
	async #working(): Promise<string[]> {
		const { session, adapter } = this.#options;
		const { processes } = this.#deps;
		const { executable } = this.#prepared.spec;
		const inIt = await this.#workersIn(this.#follower.ids);
		const started = processes
			.withEnvironment({ AGENT_RELAY_SESSION: session.id })
			.filter(({ pid, command }) => pid !== process.pid && command.includes(executable))
			.map(({ pid }) => `${adapter.title} still works (pid ${pid})`);
		return [...inIt, ...started];
	}

	#workersIn(ids: readonly string[]): Promise<string[]> {
		const isAlive = (pid: number) => this.#deps.processes.identify(pid) !== null;
		return this.#tui.record.workers(ids, { env: this.#env, isAlive });
	}
}

type Over = Pick<AttachEnd, 'how' | 'exitCode' | 'signalCode'>;

/** How a visit is over. `codes`: where there is one. */
const over = (how: Over['how'], codes: Partial<Omit<Over, 'how'>> = {}): Over => ({
	...{ how, exitCode: null, signalCode: null },
	...codes,
});

const pidsOf = (tui: TuiProcess) => new Set(tui.descendants().map(({ pid }) => pid));
