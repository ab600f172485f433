/** The conversation behind the shell and behind `run`: which session, which agent, what was switched. */
import { existsSync } from 'node:fs';
import { lostAbilities } from '../agents/abilities.ts';
import type { PermissionPreset } from '../agents/contract.ts';
import { fromIso, toIso } from '../core/clock.ts';
import { RelayError } from '../core/errors.ts';
import { readIfThere } from '../core/files.ts';
import type { SessionId } from '../core/ids.ts';
import type { FileChange } from '../git/contract.ts';
import { turnFile } from '../sessions/session-paths.ts';
import { hasUnusedPacket } from '../sessions/session-status.ts';
import type { OpenSession } from '../sessions/session-store.ts';
import type { TurnState } from '../sessions/turn-state.ts';
import { agentOverviews } from './agent-overviews.ts';
import { chooseAgent } from './candidates.ts';
import type { AgentChoice, AgentOverview, Relay, SendOptions, SendResult } from './contract.ts';
import type { ConversationState } from './conversation-state.ts';
import { pendingTurn, placedTurns } from './lineage.ts';
import { recordedWords, type Task } from './prepare-turn.ts';
import type { RelayDeps, RelayStart } from './relay-deps.ts';
import { PromptRun } from './send-prompt.ts';
import { runUserCommand } from './user-command.ts';

/** A note about a `!cmd` keeps this much of what it printed. */
const MAX_NOTE_CHARS = 8_000;

/** A relay that can also finish what an earlier one left. */
export interface Conversation extends Relay {
	/** Sends what still waits for an answer: the pending prompt of a checkpoint, else the newest unfinished one. */
	continuePending(options: SendOptions): Promise<SendResult>;
}

export function createRelay(deps: RelayDeps, start: RelayStart): Conversation {
	return new OneConversation(deps, start);
}

class OneConversation implements Conversation {
	readonly #deps: RelayDeps;
	readonly #start: RelayStart;
	readonly #state: ConversationState;
	#running: Promise<unknown> | null = null;
	#abort = new AbortController();
	#hasOffered = false;

	constructor(deps: RelayDeps, start: RelayStart) {
		this.#deps = deps;
		this.#start = start;
		const order = orderOf(deps, start);
		this.#state = {
			session: null,
			active: start.agent === null ? null : { agent: start.agent, model: start.model },
			isExplicit: start.agent !== null,
			permissions: start.permissions ?? deps.config.permissions.preset,
			order: withDefault(
				order,
				deps.config.agents.default === null ? null : deps.registry.parse(deps.config.agents.default),
			),
			earlyNotes: [],
			switchedFrom: null,
			refusedLogins: new Set(),
			warnedWindows: new Set(),
			hardStop: new AbortController(),
		};
	}

	session() {
		const { session } = this.#state;
		return session && { id: session.id, folder: session.folder, meta: session.meta };
	}

	active() {
		const { active, order, permissions } = this.#state;
		const shown = active ?? order[0] ?? { agent: '', model: null };
		return { ...shown, permissions };
	}

	send(prompt: string, options: SendOptions): Promise<SendResult> {
		return this.#exclusively(() =>
			this.#send({ text: prompt, recordedAt: null, isInterrupted: false }, options),
		);
	}

	retry(choice: AgentChoice | null, options: SendOptions): Promise<SendResult> {
		return this.#exclusively(async () => {
			const task = this.#lastTask();
			if (task === null)
				throw new RelayError('usage', 'There is no prompt to send again.', { hint: 'Type a task first.' });
			if (choice !== null) await this.use(choice, null);
			return this.#send(task, options);
		});
	}

	/** Sends what still waits for an answer: the pending prompt of a checkpoint, else the newest unfinished one. */
	continuePending(options: SendOptions): Promise<SendResult> {
		return this.#exclusively(async () => {
			const { session } = this.#state;
			const pending = session?.meta.checkpoint?.pending_prompt ?? null;
			const task =
				pending === null ? this.#unfinishedTask() : { text: pending, recordedAt: null, isInterrupted: false };
			if (task === null) {
				throw new RelayError('usage', `Session ${session?.id ?? ''} has no unfinished prompt.`, {
					hint: 'Say what to do next: agent-relay run --continue "TASK"',
				});
			}
			return this.#send(task, options);
		});
	}

	stopHard(): void {
		this.#state.hardStop.abort();
	}

	async use(choice: AgentChoice, permissions: PermissionPreset | null) {
		const { session, active } = this.#state;
		const to = this.#deps.registry.find(choice.agent);
		this.#requireExecutable(choice.agent);
		const before = active?.agent ?? null;
		if (permissions !== null) this.#state.permissions = permissions;
		this.#state.active = choice;
		this.#state.isExplicit = true;
		if (before === null || session === null || session.meta.turn_count === 0 || before === to.id)
			return { packet: null, losses: [] };
		const from = this.#deps.registry.find(before);
		this.#state.switchedFrom = before;
		const { makePacket } = await import('./make-packet.ts');
		const made = await makePacket(
			{ session, from, to, reason: 'switch', limit: null, nowPrompt: null, since: null },
			this.#deps,
		);
		this.#saveCheckpoint(session, 'switch', made.path, to.id);
		return { packet: made.path, losses: lostAbilities(from.id, to.id, this.#state.permissions) };
	}

	setModel(model: string | null): void {
		this.#state.active = { agent: this.active().agent, model };
	}

	setPermissions(permissions: PermissionPreset): void {
		this.#state.permissions = permissions;
	}

	async allowCommand(command: string): Promise<void> {
		this.#deps.allowCommand(command);
	}

	note(text: string): void {
		this.#addNote({ kind: 'note', text });
	}

	runShellCommand(command: string, options: { signal: AbortSignal; onOutput: (chunk: Buffer) => void }) {
		return this.#exclusively(async () => {
			const { exitCode, tail } = await runUserCommand(command, this.#deps, options);
			const text = `$ ${command}\n${tail}`.slice(0, MAX_NOTE_CHARS);
			this.#addNote({ kind: 'shell', text, exit_code: exitCode });
			return { exitCode };
		});
	}

	async checkpoint(note: string | null) {
		if (note !== null) this.note(note);
		const session = this.#requireSession();
		const from = this.#lastAgent();
		const { makePacket } = await import('./make-packet.ts');
		const made = await makePacket(
			{ session, from, to: null, reason: 'checkpoint', limit: null, nowPrompt: null, since: null },
			this.#deps,
		);
		this.#saveCheckpoint(session, 'handoff', made.path, null);
		return { packet: made.path };
	}

	async resume(id: SessionId): Promise<string[]> {
		if (this.#state.session?.id === id) return [];
		const { store } = this.#deps;
		const isCompleted = store.status(id).status === 'completed';
		await this.#leave();
		const session = isCompleted ? store.create(this.#childOf(id)) : store.open(id);
		this.#state.session = session;
		const found = await this.#recover(session);
		this.#restoreChoice(session);
		return [...session.notices, ...found];
	}

	async repairAbandoned(): Promise<string[]> {
		const { store } = this.#deps;
		const abandoned = store
			.list({ limit: ABANDONED_LOOK })
			.filter(({ meta, status }) => meta?.status === 'active' && status !== 'active');
		const lines: string[] = [];
		for (const { id } of abandoned) {
			const session = store.open(id);
			try {
				lines.push(...(await this.#recover(session)).map((line) => `session ${id}: ${line}`));
				await this.#packUnfinished(session);
			} finally {
				session.release();
			}
		}
		return lines;
	}

	async startNew(): Promise<void> {
		await this.#leave();
		this.#state.switchedFrom = null;
	}

	agents(): Promise<AgentOverview[]> {
		return agentOverviews(this.#deps, this.#state.active?.agent ?? null);
	}

	async limits() {
		const { candidates } = await chooseAgent(this.#choiceRequest(null), this.#deps);
		return candidates;
	}

	utilization() {
		const newest = new Map(
			this.turns().flatMap((state) =>
				state.utilization.length === 0 ? [] : [[state.agent, state.utilization] as const],
			),
		);
		return [...newest].flatMap(([agent, windows]) =>
			windows.map(({ window, ratio, reset_at }) => ({ agent, window, ratio, resetAt: fromIso(reset_at) })),
		);
	}

	turns(): TurnState[] {
		return this.#state.session?.turns() ?? [];
	}

	files(): FileChange[] {
		const byPath = new Map<string, FileChange>();
		for (const { files } of this.turns()) for (const file of files) byPath.set(file.path, toFileChange(file));
		return [...byPath.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
	}

	async diff(turn: number | null): Promise<string> {
		const turns = this.turns();
		const chosen = turn === null ? turns : turns.filter((state) => state.turn === turn);
		const before = chosen.find(({ tree }) => tree.before !== null)?.tree.before;
		const after = chosen.findLast(({ tree }) => tree.after !== null)?.tree.after;
		if (!before || !after || !this.#deps.snapshots) return '';
		return this.#deps.snapshots.diff(before, after, { maxBytes: 4 * 1024 * 1024 });
	}

	transcript(turn: number | null): string {
		const session = this.#requireSession();
		const number = turn ?? session.meta.turn_count;
		const bytes = number < 1 ? null : readIfThere(turnFile(session.folder, number, 'output.md'));
		if (bytes === null) {
			throw new RelayError('not_found', `Session ${session.id} has no turn ${number}.`, {
				hint: `Its turns are 1 to ${session.meta.turn_count}.`,
			});
		}
		return bytes.toString();
	}

	nativeResumeCommand(): string | null {
		const { session, active } = this.#state;
		const native = active && session?.meta.agents[active.agent]?.native_session_id;
		if (!active || !session || !native) return null;
		return `cd ${quoteForShell(session.meta.repo.worktree)} && ${this.#deps.registry.find(active.agent).resumeHint(native)}`;
	}

	offerBack(): AgentChoice | null {
		const { active, order } = this.#state;
		if (this.#hasOffered || active === null) return null;
		const at = order.findIndex(({ agent }) => agent === active.agent);
		const now = this.#deps.clock.now();
		const wasLimited = (agent: string) =>
			this.#deps.ledger.entries().some((entry) => entry.agent === agent && entry.until <= now);
		const better = order
			.slice(0, Math.max(0, at))
			.find(({ agent }) => wasLimited(agent) && this.#deps.findExecutable(agent).path !== null);
		if (better === undefined) return null;
		this.#hasOffered = true;
		return better;
	}

	async close(): Promise<void> {
		this.#abort.abort();
		await this.#running?.catch(() => undefined);
		await this.#leave();
		await this.#deps.snapshots?.settled();
	}

	async #send(task: Task, options: SendOptions): Promise<SendResult> {
		const signal = eitherSignal(options.signal, this.#abort.signal);
		const request = this.#choiceRequest(this.#state.isExplicit ? this.#state.active : null);
		const chosen = await chooseAgent(request, this.#deps);
		if (chosen.choice !== null) this.#requireExecutable(chosen.choice.agent);
		else if (chosen.candidates.every(({ verdict }) => verdict === 'not_installed'))
			throw nobodyInstalled(this.#deps);
		// The snapshot before the turn needs a process of its own: it works while the session is made.
		const snapshot = this.#deps.snapshots?.take() ?? null;
		const isNew = this.#state.session === null;
		const session = this.#state.session ?? this.#createSession(task.text);
		options.onEvent({ type: 'session_opened', sessionId: session.id, directory: session.folder, isNew });
		const context = {
			deps: this.#deps,
			start: this.#start,
			state: this.#state,
			options: { ...options, signal },
			snapshot,
		};
		const run = new PromptRun(session, task, context);
		if (chosen.choice === null) return run.nobodyLeft(chosen, null, null);
		const spent = run.budgetSpent();
		if (spent !== null) return run.outOfBudget(spent, null);
		const isSwitch = this.#state.switchedFrom !== null && this.#state.switchedFrom !== chosen.choice.agent;
		return run.run(this.#withModel(chosen.choice), isSwitch ? 'switch' : 'user');
	}

	/** One prompt or command at a time: a second one is a bug of the caller. */
	async #exclusively<T>(action: () => Promise<T>): Promise<T> {
		if (this.#running) throw new Error('a prompt is being worked on');
		const running = action();
		this.#running = running;
		try {
			return await running;
		} finally {
			this.#running = null;
		}
	}

	#choiceRequest(explicit: AgentChoice | null) {
		const { active, order, refusedLogins } = this.#state;
		// The agent at work keeps the conversation until a limit or the user moves it.
		const preferred =
			active === null
				? order
				: [
						active,
						...order.filter((choice) => choice.agent !== active.agent || choice.model !== active.model),
					];
		return {
			order: preferred,
			current: null,
			tried: [],
			hopsLeft: this.#deps.config.limits.max_hops,
			explicit,
			refusedLogins,
		};
	}

	#withModel(choice: AgentChoice): AgentChoice {
		return choice.model === null && this.#start.model !== null && this.#start.agent === null
			? { ...choice, model: this.#start.model }
			: choice;
	}

	#createSession(objective: string): OpenSession {
		const { store } = this.#deps;
		const session = store.create({ kind: this.#start.kind, objective, parentTurn: this.#start.parentTurn });
		this.#state.session = session;
		if (this.#state.earlyNotes.length > 0) {
			const notes = this.#state.earlyNotes;
			session.update((meta) => ({ ...meta, notes: [...meta.notes, ...notes] }));
			this.#state.earlyNotes = [];
		}
		return session;
	}

	#childOf(parent: SessionId) {
		return { kind: this.#start.kind, parent, parentTurn: this.#start.parentTurn };
	}

	async #recover(session: OpenSession): Promise<string[]> {
		const { clock, processes, snapshots, env, registry, estimateCost } = this.#deps;
		const adapter = (agent: string) => registry.adapters.find(({ id }) => id === agent) ?? null;
		const { recoverTurns } = await import('../turns/recover-turn.ts');
		const recovered = await recoverTurns({
			session,
			clock,
			processes,
			snapshots,
			env,
			adapter,
			estimateCost,
			ancestors: placedTurns(this.#deps.store.lineage(session.id))
				.filter(({ sessionId }) => sessionId !== session.id)
				.map(({ state }) => state),
		});
		const left = recovered.length === 0 ? [] : processes.withEnvironment('AGENT_RELAY_SESSION', session.id);
		return [
			...recovered.map(
				({ state }) =>
					`turn ${state.turn} (${state.agent}) was cut off; its record says ${OUTCOME_WORDS[state.status]}`,
			),
			...recovered.flatMap(({ ended }) => ended.map((stray) => `ended what it had left running: ${stray}`)),
			...left
				.filter(({ pid }) => pid !== process.pid)
				.map(({ pid, command }) => `left running: ${pid} ${command}`),
		];
	}

	/** The session's agent goes on unless the user named one; a wide preset is never taken up again by itself. */
	#restoreChoice(session: OpenSession): void {
		const { active_agent, agents } = session.meta;
		const known = active_agent === null ? undefined : agents[active_agent];
		const isKnown = this.#deps.registry.adapters.some(({ id }) => id === active_agent);
		if (this.#state.active === null && active_agent !== null && isKnown)
			this.#state.active = { agent: active_agent, model: null };
		if (this.#start.permissions === null && known?.permissions === 'read-only')
			this.#state.permissions = 'read-only';
		const last = session.turns().at(-1) ?? null;
		const hasPacket = hasUnusedPacket({ meta: session.meta, lastTurn: last });
		const next = this.#state.active?.agent ?? null;
		if (hasPacket && session.meta.checkpoint?.reason === 'switch' && last !== null && next !== last.agent)
			this.#state.switchedFrom = last.agent;
		if (this.#state.isExplicit && last !== null && next !== last.agent) this.#state.switchedFrom = last.agent;
	}

	#addNote(note: { kind: 'note' | 'shell'; text: string; exit_code?: number | null }): void {
		const { session } = this.#state;
		const entry = { at: toIso(this.#deps.clock.now()), after_turn: session?.meta.turn_count ?? 0, ...note };
		if (session === null) this.#state.earlyNotes.push(entry);
		else session.update((meta) => ({ ...meta, notes: [...meta.notes, entry] }));
	}

	/** The newest prompt, verbatim; interrupted when an agent began on it without completing. */
	#lastTask(): Task | null {
		const { session } = this.#state;
		if (session === null) return null;
		const turns = placedTurns(this.#deps.store.lineage(session.id));
		const last = turns.at(-1);
		const text = last && recordedWords(turns, last.state);
		if (!last || !text) return null;
		const isInterrupted = last.state.status !== 'completed';
		return { text, recordedAt: isInterrupted ? last.state.user_prompt : null, isInterrupted };
	}

	#unfinishedTask(): Task | null {
		const { session } = this.#state;
		const isNew = session?.meta.turn_count === 0 && session.meta.parent === null;
		// A relay that died before its first turn left the prompt as the objective.
		if (isNew && session.meta.objective !== null)
			return { text: session.meta.objective, recordedAt: null, isInterrupted: false };
		if (session === null || pendingTurn(placedTurns(this.#deps.store.lineage(session.id))) === null)
			return null;
		return this.#lastTask();
	}

	#saveCheckpoint(
		session: OpenSession,
		reason: 'switch' | 'handoff' | 'interrupted',
		packet: string,
		nextAgent: string | null,
	): void {
		const at = toIso(this.#deps.clock.now());
		const checkpoint = { reason, at, packet, next_agent: nextAgent, reset_at: null, pending_prompt: null };
		session.update((meta) => ({ ...meta, checkpoint }));
	}

	/** Lets the session go; unfinished work gets its packet first. */
	async #leave(): Promise<void> {
		const { session } = this.#state;
		if (session === null) return;
		this.#state.session = null;
		try {
			await this.#packUnfinished(session);
		} finally {
			session.release();
		}
	}

	async #packUnfinished(session: OpenSession): Promise<void> {
		const last = session.turns().at(-1);
		if (!last || last.status === 'completed' || hasUnusedPacket({ meta: session.meta, lastTurn: last }))
			return;
		if (!existsSync(session.folder)) return;
		const reason = CHECKPOINT_REASON[last.status];
		const task = this.#taskOf(session, last);
		const from = this.#deps.registry.adapters.find(({ id }) => id === last.agent) ?? null;
		const nowPrompt = task === null ? null : { text: task, isInterrupted: true };
		const { makePacket } = await import('./make-packet.ts');
		const made = await makePacket(
			{ session, from, to: null, reason: 'checkpoint', limit: null, nowPrompt, since: null },
			this.#deps,
		);
		session.update((meta) => ({
			...meta,
			checkpoint: {
				reason,
				at: toIso(this.#deps.clock.now()),
				packet: made.path,
				next_agent: null,
				reset_at: last.limit?.reset_at ?? null,
				pending_prompt: null,
			},
		}));
	}

	#taskOf(session: OpenSession, last: TurnState): string | null {
		return recordedWords(placedTurns(this.#deps.store.lineage(session.id)), last);
	}

	#lastAgent() {
		const agent = this.turns().at(-1)?.agent;
		return this.#deps.registry.adapters.find(({ id }) => id === agent) ?? null;
	}

	#requireSession(): OpenSession {
		const { session } = this.#state;
		if (session !== null) return session;
		throw new RelayError('no_such_session', 'No prompt was sent yet, so there is no session.', {
			hint: 'Type a task first.',
		});
	}

	#requireExecutable(agent: string): void {
		const { path, refused } = this.#deps.findExecutable(agent);
		if (path !== null) return;
		const adapter = this.#deps.registry.find(agent);
		throw new RelayError('agent_not_installed', refused ?? `${adapter.title} is not installed.`, {
			hint: refused
				? 'Trust this repo with: agent-relay config trust'
				: `Install it with: ${adapter.install}`,
		});
	}
}

/** How many of the newest sessions a start looks at for a crashed relay. */
const ABANDONED_LOOK = 5;

const OUTCOME_WORDS: Record<TurnState['status'], string> = {
	completed: 'that it was completed',
	limited: 'that it met a limit',
	failed: 'that it failed',
	cancelled: 'that it was cancelled',
	timed_out: 'that it timed out',
	outcome_unknown: 'that its outcome is unknown',
	running: 'that it still runs',
};

const CHECKPOINT_REASON = {
	limited: 'limit',
	failed: 'failed',
	cancelled: 'interrupted',
	timed_out: 'timed_out',
	outcome_unknown: 'outcome_unknown',
	running: 'outcome_unknown',
} as const;

/** A configured agent that this build has no adapter for is passed over; one that the user typed is an error. */
function orderOf({ registry, config }: RelayDeps, { order }: RelayStart): AgentChoice[] {
	if (order !== null) return order.map((name) => registry.parse(name));
	const known = new Set(registry.adapters.map(({ id }) => id));
	return config.agents.order
		.filter((name) => known.has(name.split(':', 1)[0] ?? ''))
		.map((name) => registry.parse(name));
}

function withDefault(order: readonly AgentChoice[], first: AgentChoice | null): AgentChoice[] {
	if (first === null) return [...order];
	return [first, ...order.filter(({ agent, model }) => agent !== first.agent || model !== first.model)];
}

function toFileChange(file: TurnState['files'][number]): FileChange {
	const { path, change, from, added, removed, source } = file;
	return { path, change, added, removed, source, ...(from === undefined ? {} : { from }) };
}

/** `AbortSignal.any` came with Node 20.3. */
function eitherSignal(one: AbortSignal, other: AbortSignal): AbortSignal {
	const either = new AbortController();
	const abort = () => either.abort();
	for (const signal of [one, other]) {
		if (signal.aborted) abort();
		else signal.addEventListener('abort', abort, { once: true, signal: either.signal });
	}
	return either.signal;
}

function quoteForShell(path: string): string {
	return /^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`;
}

function nobodyInstalled({ registry }: RelayDeps): RelayError {
	const installs = registry.adapters
		.filter(({ isDemo }) => !isDemo)
		.map(({ title, install }) => `${title}: ${install}`);
	return new RelayError('agent_not_installed', 'No coding agent is installed.', {
		hint: `Install one (${installs.join('; ')}), or try: agent-relay demo`,
	});
}
