/** The conversation behind the shell and behind `run`: it holds the session, and has each prompt decided and carried out. */

import type { PermissionPreset } from '../agents/agent-adapter.ts';
import { lostAbilities } from '../agents/permission-presets.ts';
import type { Answer, AnsweredBy } from '../agents/questions.ts';
import { toIso, toIsoOrNull } from '../core/clock.ts';
import { RelayError } from '../core/errors.ts';
import type { SessionId } from '../core/ids.ts';
import { yieldToIo } from '../core/yield-to-io.ts';
import type { SessionNote } from '../sessions/session-meta.ts';
import { addNotes } from '../sessions/transitions.ts';
import { agentToOffer } from './agents/agent-order.ts';
import { agentOverviews } from './agents/agent-overviews.ts';
import { chooseAgent } from './agents/candidates.ts';
import { lacksLogins, requireExecutable } from './agents/require-executable.ts';
import { Selection } from './agents/selection.ts';
import { CarryOut } from './carry-out.ts';
import type {
	AgentChoice,
	Conversation,
	ResumeOptions,
	SendOptions,
	SendResult,
	ShellCommandOptions,
} from './contract.ts';
import type { ConversationState } from './conversation-state.ts';
import { alsoLogged } from './events/log-event.ts';
import { choiceRequest, firstStep, whyElsewhere } from './first-step.ts';
import { packForUser } from './packet/pack-for-user.ts';
import { type Ports, type RelayStart, withPolicy } from './ports.ts';
import { presentPlace } from './resume/present-place.ts';
import { packUnfinished, repairAbandoned } from './resume/repair.ts';
import { changedGrants, findPlace, nothingPending, settle } from './resume/resume.ts';
import { describeUnconfirmed } from './resume/unconfirmed-words.ts';
import { noSessionYet, viewOf } from './session-view.ts';
import { openFor, tellBeginning } from './turn/begin-prompt.ts';
import { withFirstTake } from './turn/early-snapshot.ts';
import { lastTask, newTask, type Task, unfinishedTask } from './turn/task.ts';
import { runUserCommand } from './turn/user-command.ts';

/** A note about a `!cmd` keeps this much of what it printed. */
const MAX_NOTE_CHARS = 8_000;

export function openConversation(ports: Ports, start: RelayStart): Conversation {
	return new OneConversation(ports, start);
}

class OneConversation implements Conversation {
	readonly view = viewOf(() => ({ session: this.#state.session, ports: this.#ports }));
	/** Of the folder where the relay was started; new sessions are made there. */
	readonly #home: Ports;
	/** Of the worktree where the session at hand works. */
	#ports: Ports;
	/** Everything that took snapshots. */
	readonly #used: Set<Ports>;
	readonly #start: RelayStart;
	readonly #state: ConversationState;
	readonly #selection: Selection;
	#running: Promise<unknown> | null = null;
	#abort = new AbortController();
	#hasOffered = false;
	/** Who would have got the prompt when that was last asked. */
	#expected: AgentChoice | null = null;

	constructor(ports: Ports, start: RelayStart) {
		this.#home = ports;
		this.#ports = ports;
		this.#used = new Set([ports]);
		this.#start = start;
		this.#selection = new Selection(start, ports.settings());
		this.#state = {
			session: null,
			selection: this.#selection,
			earlyNotes: [],
			warnedWindows: new Set(),
			toldOfWords: null,
			answerTerminal: null,
			answerQuestion: null,
			hardStop: new AbortController(),
		};
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
		const shown = active ?? this.#expected ?? configured[0] ?? { agent: '', model: null };
		return { ...shown, permissions };
	}

	async upcoming() {
		const deps = withPolicy(this.#ports);
		const placed = this.#selection.placeModel(this.#lastAgent(), deps);
		const chosen = chooseAgent(choiceRequest(this.#state, this.#selection.explicit, deps), deps);
		this.#expected = chosen.choice;
		return {
			choice: chosen.choice,
			why: placed ?? whyElsewhere(chosen, this.#state, deps),
			lacksLogins: chosen.choice === null && lacksLogins(chosen.candidates),
			candidates: chosen.candidates,
		};
	}

	send(prompt: string, options: SendOptions): Promise<SendResult> {
		return this.#exclusively(() => this.#send(newTask(prompt), options));
	}

	retry(choice: AgentChoice | null, options: SendOptions): Promise<SendResult> {
		return this.#exclusively(async () => {
			const { session } = this.#state;
			const task = session && lastTask(session, this.#ports.store);
			if (!task)
				throw new RelayError('usage', 'There is no prompt to send again.', { hint: 'Type a task first.' });
			if (choice !== null) await this.use(choice, null);
			return this.#send(task, options);
		});
	}

	continuePending(options: SendOptions): Promise<SendResult> {
		return this.#exclusively(async () => {
			const { session } = this.#state;
			const task = session && unfinishedTask(session, this.#ports.store);
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

	async use(choice: AgentChoice, permissions: PermissionPreset | null) {
		const { session } = this.#state;
		const deps = withPolicy(this.#ports);
		requireExecutable(choice.agent, deps);
		if (permissions !== null) this.#selection.permissions = permissions;
		this.#selection.name(choice, this.#lastAgent());
		const { switchedFrom: from } = this.#selection;
		if (session === null || from === null) return { packet: null, losses: [] };
		const packet = await packForUser(session, choice, deps);
		const losses = lostAbilities(from, choice.agent, this.#selection.permissions, deps.registry.adapters);
		session.log({ type: 'agent_switched', from, to: choice.agent, model: choice.model, packet, losses });
		return { packet, losses };
	}

	setModel(model: string | null): void {
		this.#selection.setModel(this.active().agent, model);
	}

	setPermissions(permissions: PermissionPreset): void {
		this.#selection.permissions = permissions;
	}

	async allowCommand(command: string): Promise<void> {
		this.#ports.allowCommand(command);
	}

	note(text: string): void {
		this.#addNote({ kind: 'note', text });
	}

	runShellCommand(command: string, options: ShellCommandOptions) {
		return this.#exclusively(async () => {
			const { exitCode, tail } = await runUserCommand(command, withPolicy(this.#ports), options);
			const text = `$ ${command}\n${tail}`.slice(0, MAX_NOTE_CHARS);
			this.#addNote({ kind: 'shell', text, exit_code: exitCode });
			return { exitCode };
		});
	}

	async checkpoint(note: string | null) {
		if (note !== null) this.note(note);
		const { session } = this.#state;
		if (session !== null) return { packet: await packForUser(session, null, withPolicy(this.#ports)) };
		throw noSessionYet();
	}

	isOurs(id: SessionId): boolean {
		return this.#home.store.witness(id).isOurs;
	}

	async resume(id: SessionId, options: ResumeOptions = {}): Promise<string[]> {
		if (this.#state.session?.id === id) return [];
		const place = await findPlace(id, { start: this.#start, options, home: this.#home }, this.#ports);
		const { store } = place.ports;
		const isCompleted = store.status(id).status === 'completed';
		await this.#leave();
		const { kind, parentTurn } = this.#start;
		const session = isCompleted ? store.create({ kind, parent: id, parentTurn }) : store.open(id);
		this.#state.session = session;
		this.#ports = place.ports;
		this.#used.add(place.ports);
		const deps = withPolicy(place.ports);
		const found = await settle(session, place, deps);
		const { registry } = deps;
		this.#selection.restore(session.meta, session.turns().at(-1) ?? null, {
			isKnown: (agent) => registry.adapters.some((adapter) => adapter.id === agent),
			asked: this.#start.permissions,
		});
		const changes = changedGrants(session, this.#selection, deps);
		const words = describeUnconfirmed(store.lineage(session.id));
		if (words !== null) this.#state.toldOfWords = session.id;
		const told = [place.notice, words].filter((line) => line !== null);
		for (const text of [...told, ...changes]) session.log({ type: 'notice', level: 'info', text });
		return [...told, ...session.notices, ...found, ...changes];
	}

	repairAbandoned(): Promise<string[]> {
		return repairAbandoned(this.#home);
	}

	async startNew(): Promise<void> {
		await this.#leave();
		this.#selection.forgetSwitch();
	}

	async agents() {
		return agentOverviews(withPolicy(this.#ports), this.#selection.active?.agent ?? null);
	}

	async limits() {
		const deps = withPolicy(this.#ports);
		return chooseAgent(choiceRequest(this.#state, null, deps), deps).candidates;
	}

	offerBack(): AgentChoice | null {
		const { active, configured } = this.#selection;
		if (this.#hasOffered || active === null) return null;
		const { ledger, clock, policy } = this.#ports;
		const { findExecutable } = policy();
		const installed = configured.filter(({ agent }) => findExecutable(agent).path !== null);
		const offer = agentToOffer(installed, active, ledger.entries(), clock.now());
		this.#hasOffered = offer !== null;
		return offer;
	}

	async close(): Promise<void> {
		this.#abort.abort();
		await this.#running?.catch(() => undefined);
		await this.#leave();
		for (const { snapshots } of this.#used) {
			await snapshots?.settled();
			snapshots?.release();
		}
	}

	async #send(task: Task, options: SendOptions): Promise<SendResult> {
		// Leaves no listener on the signal of the conversation: from the eleventh prompt on Node would warn on the screen.
		const signal = AbortSignal.any([options.signal, this.#abort.signal]);
		const { worktree } = this.#state.session?.meta.repo ?? this.#ports.repo;
		await this.#ports.survivors.settle(worktree, signal);
		const deps = withPolicy(this.#ports);
		const placed = this.#selection.placeModel(this.#lastAgent(), deps);
		const asked = { state: this.#state, start: this.#start, options };
		const { step, chosen } = firstStep(task.text, asked, deps);
		if (step.do === 'refuse') throw step.error;
		// The snapshot before the turn needs a process of its own: it works while the session is made.
		const { snapshots: all } = deps;
		const snapshots = all && step.do === 'send' ? withFirstTake(all, all.take()) : all;
		await yieldToIo();
		const isNew = this.#state.session === null;
		const session = openFor(task, chosen.choice, { state: this.#state, start: this.#start }, deps);
		const onEvent = alsoLogged(session.log, options.onEvent);
		tellBeginning(session, { isNew, placed, chosen, state: this.#state, onEvent }, deps);
		const told = { ...options, onEvent, signal };
		const context = { ...asked, ports: this.#ports, deps, options: told, snapshots };
		const result = await new CarryOut(session, task, context).run(step);
		const { outcome, state, earliestReset } = result;
		const earliest_reset = toIsoOrNull(earliestReset);
		session.log({ type: 'prompt_finished', outcome, turn: state?.turn ?? null, earliest_reset });
		return result;
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

	#lastAgent(): string | null {
		return this.#state.session?.turns().at(-1)?.agent ?? null;
	}

	#addNote(note: Pick<SessionNote, 'kind' | 'text' | 'exit_code'>): void {
		const { session } = this.#state;
		const entry = { at: toIso(this.#ports.clock.now()), after_turn: session?.meta.turn_count ?? 0, ...note };
		if (session === null) this.#state.earlyNotes.push(entry);
		else session.apply(addNotes, { notes: [entry] });
	}

	/** Lets the session go; unfinished work gets its packet first. */
	async #leave(): Promise<void> {
		const { session } = this.#state;
		if (session === null) return;
		this.#state.session = null;
		try {
			await packUnfinished(session, this.#ports);
		} finally {
			this.#ports = this.#home;
			// A finished session that was opened but not gone on with leaves no empty child behind.
			if (session.meta.parent === null) session.release();
			else session.discardIfEmpty();
		}
	}
}
