/** The conversation behind the shell and behind `run`: it holds the session, and sends each prompt. */

import type { PermissionPreset } from '../agents/agent-adapter.ts';
import type { Answer, AnsweredBy } from '../agents/asking/question.ts';
import { lostAbilities } from '../agents/permission-presets.ts';
import { RelayError } from '../core/errors.ts';
import type { SessionId } from '../core/ids.ts';
import type { OpenSession } from '../sessions/store/session-store.ts';
import type { Transition } from '../sessions/transitions.ts';
import { agentsAtHand } from './agents/agents-at-hand.ts';
import { requireExecutable } from './agents/require-executable.ts';
import { Selection } from './agents/selection.ts';
import type {
	AgentChoice,
	Conversation,
	ResumeOptions,
	SendOptions,
	SendResult,
	ShellCommandOptions,
} from './conversation-contract.ts';
import { addNote, beginState, type ConversationState, heldSession } from './conversation-state.ts';
import { packForSwitch } from './packet/pack-for-switch.ts';
import { type Ports, type RelayStart, withPolicy } from './ports.ts';
import { presentPlace } from './resume/present-place.ts';
import { letGo, repairAbandoned } from './resume/repair.ts';
import { beginAnew } from './resume/restore-settings.ts';
import { findPlace, nothingPending, takeUp } from './resume/take-up-session.ts';
import { viewOf } from './session-view.ts';
import { beginWithoutTask, sendTask } from './turn/send-task.ts';
import { lastTask, newTask, type Task, waitingTask } from './turn/task.ts';
import { runUserCommand } from './turn/user-command.ts';

/** A note about a `!cmd` keeps this much of what it printed. */
const MAX_NOTE_CHARS = 8_000;

export function openConversation(ports: Ports, start: RelayStart): Conversation {
	return new OneConversation(ports, start);
}

class OneConversation implements Conversation {
	readonly view = viewOf(() => ({ session: this.#state.session, ports: this.#ports }));
	readonly agents = agentsAtHand(() => ({ state: this.#state, ports: this.#ports }));
	readonly workstream;
	/** The ports of the folder where the relay was started; new sessions are made there. */
	readonly #home: Ports;
	/** The ports of the worktree where the current session works. */
	#ports: Ports;
	/** Everything that took snapshots. */
	readonly #used: Set<Ports>;
	readonly #start: RelayStart;
	readonly #state: ConversationState;
	readonly #selection: Selection;
	#running: Promise<unknown> | null = null;
	#abort = new AbortController();

	constructor(ports: Ports, start: RelayStart) {
		this.#home = ports;
		this.#ports = ports;
		this.#used = new Set([ports]);
		this.#start = start;
		this.#selection = new Selection(start, ports.settings());
		this.#state = beginState(this.#selection, start);
		this.workstream = this.#state.workstream;
	}

	session() {
		const { session } = this.#state;
		return session && { id: session.id, folder: session.folder, meta: session.meta };
	}

	place() {
		const { folder, worktree } = presentPlace(this.#ports.repo);
		return { folder, worktree };
	}

	active() {
		const { active, configured, permissions } = this.#selection;
		const shown = active ?? this.#state.expected ?? configured[0] ?? { agent: '', model: null };
		return { ...shown, permissions };
	}

	send(prompt: string, options: SendOptions): Promise<SendResult> {
		return this.#exclusively(() => this.#send(newTask(prompt), options));
	}

	retry(choice: AgentChoice | null, options: SendOptions): Promise<SendResult> {
		return this.#exclusively(async () => {
			const { session } = this.#state;
			const task = session && lastTask(session, this.#ports.store);
			if (!task) throw nothingToRetry();
			if (choice !== null) await this.use(choice, null);
			return this.#send(task, options);
		});
	}

	continuePending(options: SendOptions): Promise<SendResult> {
		return this.#exclusively(async () => {
			const { session } = this.#state;
			const task = session && waitingTask(session, this.#ports.store);
			if (task) return this.#send(task, options);
			throw nothingPending(session);
		});
	}

	stopHard(): void {
		this.#state.hardStop.abort();
	}

	answerTerminal(line: string | null): boolean {
		const { answerTerminal } = this.#state;
		answerTerminal?.(line);
		return answerTerminal !== null;
	}

	answer(id: string, answer: Answer, by: AnsweredBy): 'taken' | 'too_late' {
		return this.#state.answerQuestion?.(id, answer, by) ?? 'too_late';
	}

	use(choice: AgentChoice, permissions: PermissionPreset | null) {
		return useAgent(this.#state, { choice, permissions }, this.#ports);
	}

	async handOff(choice: AgentChoice) {
		return (await import('./packet/hand-off.ts')).handOff(this.#state, choice, withPolicy(this.#ports));
	}

	setModel(model: string | null): void {
		this.#selection.setModel(this.active().agent, model);
	}

	setPermissions(permissions: PermissionPreset): void {
		this.#selection.permissions = permissions;
	}

	setAllowed(...change: Parameters<Ports['setAllowed']>): boolean {
		return this.#ports.setAllowed(...change);
	}

	note(text: string): void {
		addNote({ kind: 'note', text }, this.#state, this.#ports);
	}

	runShellCommand(command: string, options: ShellCommandOptions) {
		return this.#exclusively(async () => {
			const { exitCode, tail } = await runUserCommand(command, withPolicy(this.#ports), options);
			addNote(commandNote(command, tail, exitCode), this.#state, this.#ports);
			return { exitCode };
		});
	}

	change<Facts>(transition: Transition<Facts>, facts: Facts) {
		return heldSession(this.#state).apply(transition, facts);
	}

	async checkpoint(note: string | null) {
		if (note !== null) this.note(note);
		const { packNow } = await import('./packet/hand-off.ts');
		return packNow(heldSession(this.#state), withPolicy(this.#ports), { hasNote: note !== null });
	}

	async resume(id: SessionId, options: ResumeOptions = {}): Promise<string[]> {
		if (this.#state.session?.id === id) return [];
		const place = await findPlace(id, { start: this.#start, options, home: this.#home }, this.#ports);
		const { store } = place.ports;
		const isChild = !options.isInPlace && store.status(id).status === 'completed';
		await this.#leave();
		const { kind, parentTurn } = this.#start;
		const session = isChild ? store.create({ kind, parent: id, parentTurn }) : store.open(id);
		this.#state.session = session;
		this.#ports = place.ports;
		this.#used.add(place.ports);
		return takeUp(session, place, { state: this.#state, start: this.#start });
	}

	repairAbandoned(): Promise<string[]> {
		return repairAbandoned(this.#home);
	}

	holding<T>(act: (held: { session: OpenSession; ports: Ports }) => Promise<T>): Promise<T> {
		const session = heldSession(this.#state);
		return this.#exclusively(() => act({ session, ports: this.#ports }));
	}

	beginning: Conversation['beginning'] = (act, notice) =>
		this.#exclusively(async () => {
			const session = await beginWithoutTask(this.#sender, { signal: this.#abort.signal, notice });
			const before = session.meta.turn_count;
			try {
				return await act({ session, ports: this.#ports });
			} finally {
				const last = session.meta.turn_count > before ? session.turns().at(-1) : undefined;
				if (last !== undefined) this.#selection.taken({ agent: last.agent, model: last.model_asked ?? null });
			}
		});

	async startNew(): Promise<void> {
		await this.#leave();
		await beginAnew(this.#selection, this.#start, this.#home);
	}

	async close(): Promise<void> {
		this.#abort.abort();
		await this.#running?.catch(() => undefined);
		await this.#leave();
		await releaseSnapshots(this.#used);
	}

	#send(task: Task, options: SendOptions): Promise<SendResult> {
		// Leaves no listener on the conversation's signal: from the eleventh prompt on Node would print a warning.
		const signal = AbortSignal.any([options.signal, this.#abort.signal]);
		return sendTask(task, { ...options, signal }, this.#sender);
	}

	get #sender() {
		return { state: this.#state, start: this.#start, ports: this.#ports };
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

	/** Releases the session; unfinished work gets its packet first. */
	async #leave(): Promise<void> {
		const { session } = this.#state;
		if (session === null) return;
		this.#state.session = null;
		await letGo(session, this.#ports).finally(() => {
			this.#ports = this.#home;
		});
	}
}

async function useAgent(
	{ session, selection }: Pick<ConversationState, 'session' | 'selection'>,
	{ choice, permissions }: { choice: AgentChoice; permissions: PermissionPreset | null },
	ports: Ports,
) {
	const deps = withPolicy(ports);
	requireExecutable(choice.agent, deps);
	if (permissions !== null) selection.permissions = permissions;
	selection.name(choice, session?.turns().at(-1)?.agent ?? null);
	const { switchedFrom: from } = selection;
	if (session === null || from === null) return { packet: null, losses: [] };
	const { path: packet, packet: made } = await packForSwitch(session, choice, deps);
	const losses = lostAbilities(from, choice.agent, selection.permissions, deps.registry.adapters);
	session.log({ type: 'agent_switched', from, to: choice.agent, model: choice.model, packet, losses });
	return { packet, losses, switched: { from, carried: made.carried } };
}

async function releaseSnapshots(used: Iterable<Ports>): Promise<void> {
	for (const { snapshots, hooks } of used) {
		await hooks?.settle();
		await snapshots?.settled();
		snapshots?.release();
	}
}

function commandNote(command: string, tail: string, exitCode: number | null) {
	const text = `$ ${command}\n${tail}`.slice(0, MAX_NOTE_CHARS);
	return { kind: 'shell' as const, text, exit_code: exitCode };
}

const nothingToRetry = () =>
	new RelayError('usage', 'There is no prompt to send again.', { hint: 'Type a task first.' });
