/** The conversation behind the shell and behind `run`: which session, which agent, what was switched. */
import { relative } from 'node:path';
import { lostAbilities } from '../agents/abilities.ts';
import type { AgentId, PermissionPreset } from '../agents/contract.ts';
import { isModelName } from '../agents/model-name.ts';
import { agentSettings } from '../config/defaults.ts';
import { toIso } from '../core/clock.ts';
import { RelayError } from '../core/errors.ts';
import { parseSessionId, type SessionId } from '../core/ids.ts';
import { letBegin } from '../core/let-begin.ts';
import { quoteForShell } from '../core/quote-for-shell.ts';
import { namedFolder } from '../git/start-folder.ts';
import { describeDetour } from '../limits/describe-detour.ts';
import type { SuccessorChoice } from '../limits/successor.ts';
import { sumOfUsage } from '../sessions/lineage-usage.ts';
import type { SessionMeta } from '../sessions/session-meta.ts';
import { hasUnusedPacket } from '../sessions/session-status.ts';
import type { OpenSession } from '../sessions/session-store.ts';
import { toldPlan } from '../sessions/standing-plan.ts';
import { addNotes, checkpoint, keepPrompt, moveTo } from '../sessions/transitions.ts';
import type { TurnState } from '../sessions/turn-state.ts';
import { agentOrder, agentToOffer, inFront, rememberedOrder, withRemembered } from './agent-order.ts';
import { agentOverviews } from './agent-overviews.ts';
import { chooseAgent, requireKnownLogin } from './candidates.ts';
import { CarryOut, circumstances, previousAgent } from './carry-out.ts';
import type {
	AgentChoice,
	AgentOverview,
	Relay,
	ResumeOptions,
	SendOptions,
	SendResult,
	ShellCommandOptions,
} from './contract.ts';
import type { ConversationState } from './conversation-state.ts';
import { withFirstTake } from './early-snapshot.ts';
import { grantChanges } from './grants.ts';
import { agentStanding, placedTurns, startedIn } from './lineage.ts';
import { alsoLogged } from './log-event.ts';
import { modelOwner } from './model-owner.ts';
import { nextStep } from './next-step.ts';
import { presentPlace } from './present-place.ts';
import type { RelayDeps, RelayStart } from './relay-deps.ts';
import { packUnfinished, repairAbandoned, repairSession } from './repair.ts';
import { requireCommand } from './require-command.ts';
import { lacksLogins, nobodyInstalled, nobodyLoggedIn, requireExecutable } from './require-executable.ts';
import { diffOf, filesOf, transcriptOf, utilizationOf } from './session-facts.ts';
import { acceptOrigin, requireOrigin } from './session-origin.ts';
import { placeSession, repoAt } from './session-place.ts';
import { keepWaiting, lastTask, newTask, type Task, unfinishedTask } from './task.ts';
import { describeUnconfirmed } from './unconfirmed-words.ts';
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
	/** Of the folder where the relay was started; new sessions are made there. */
	readonly #home: RelayDeps;
	/** Of the worktree where the session at hand works. */
	#deps: RelayDeps;
	/** Everything that took snapshots. */
	readonly #used: Set<RelayDeps>;
	readonly #start: RelayStart;
	readonly #state: ConversationState;
	#running: Promise<unknown> | null = null;
	#abort = new AbortController();
	#hasOffered = false;
	/** Who would have got the prompt when that was last asked. */
	#expected: AgentChoice | null = null;

	constructor(deps: RelayDeps, start: RelayStart) {
		this.#home = deps;
		this.#deps = deps;
		this.#used = new Set([deps]);
		this.#start = start;
		this.#state = {
			session: null,
			active: start.agent === null ? null : { agent: start.agent, model: start.model },
			models: new Map(start.agent !== null && start.model !== null ? [[start.agent, start.model]] : []),
			looseModel: start.agent === null ? start.model : null,
			ownerOfModel: null,
			isExplicit: start.agent !== null,
			permissions: start.permissions ?? deps.config.permissions.preset,
			order: agentOrder(deps.registry, deps.config, start.order),
			earlyNotes: [],
			switchedFrom: null,
			named: namedBy(start, deps),
			warnedWindows: new Set(),
			toldOfWords: null,
			answerTerminal: null,
			hardStop: new AbortController(),
		};
	}

	session() {
		const { session } = this.#state;
		return session && { id: session.id, folder: session.folder, meta: session.meta };
	}

	place() {
		const { folder, worktree } = presentPlace(this.#deps.repo);
		return { folder, worktree };
	}

	active() {
		const { active, order, permissions } = this.#state;
		const shown = active ?? this.#expected ?? order[0] ?? { agent: '', model: null };
		return { ...shown, permissions };
	}

	async upcoming() {
		const placed = this.#placeModel();
		const request = this.#choiceRequest(this.#state.isExplicit ? this.#state.active : null);
		const chosen = chooseAgent(request, this.#deps);
		this.#expected = chosen.choice;
		return {
			choice: chosen.choice,
			why: placed ?? this.#detour(chosen),
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
			const task = session && lastTask(session, this.#deps.store);
			if (!task)
				throw new RelayError('usage', 'There is no prompt to send again.', { hint: 'Type a task first.' });
			if (choice !== null) await this.use(choice, null);
			return this.#send(task, options);
		});
	}

	continuePending(options: SendOptions): Promise<SendResult> {
		return this.#exclusively(async () => {
			const { session } = this.#state;
			const task = session && unfinishedTask(session, this.#deps.store);
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

	async use(choice: AgentChoice, permissions: PermissionPreset | null) {
		const { session } = this.#state;
		requireExecutable(choice.agent, this.#deps);
		if (permissions !== null) this.#state.permissions = permissions;
		this.#state.active = this.#withModel(choice);
		this.#state.looseModel = null;
		this.#state.ownerOfModel = null;
		this.#state.isExplicit = true;
		this.#state.named.add(choice.agent);
		const worked = session?.turns().at(-1)?.agent ?? null;
		this.#state.switchedFrom = worked === null || worked === choice.agent ? null : worked;
		const { switchedFrom: from } = this.#state;
		if (session === null || from === null) return { packet: null, losses: [] };
		const packet = await this.#pack(session, 'switch', choice);
		const losses = lostAbilities(from, choice.agent, this.#state.permissions);
		session.log({ type: 'agent_switched', from, to: choice.agent, model: choice.model, packet, losses });
		return { packet, losses };
	}

	setModel(model: string | null): void {
		const { agent } = this.active();
		if (model === null) this.#state.models.delete(agent);
		else this.#state.models.set(agent, model);
		this.#state.looseModel = null;
		this.#state.active = { agent, model };
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

	runShellCommand(command: string, options: ShellCommandOptions) {
		return this.#exclusively(async () => {
			const { exitCode, tail } = await runUserCommand(command, this.#deps, options);
			const text = `$ ${command}\n${tail}`.slice(0, MAX_NOTE_CHARS);
			this.#addNote({ kind: 'shell', text, exit_code: exitCode });
			return { exitCode };
		});
	}

	async checkpoint(note: string | null) {
		if (note !== null) this.note(note);
		return { packet: await this.#pack(this.#requireSession(), 'checkpoint', null) };
	}

	isOurs(id: SessionId): boolean {
		return this.#home.store.witness(id).isOurs;
	}

	async resume(id: SessionId, options: ResumeOptions = {}): Promise<string[]> {
		const isHere = options.isHere || (this.#start.isHere ?? false);
		if (this.#state.session?.id === id) return [];
		const recorded = this.#home.store.read(id);
		if (this.#start.kind !== 'race') refuseRace(recorded);
		requireOrigin(recorded, this.#home.store.witness(id), isHere || (options.isAccepted ?? false));
		const place = await placeSession(recorded, this.#home, { isHere });
		const { store } = place.deps;
		for (const folder of new Set([place.deps.repo.worktree, recorded.repo.worktree]))
			await this.#deps.survivors.settle(folder, options.signal);
		acceptOrigin(id, store);
		const isCompleted = store.status(id).status === 'completed';
		await this.#leave();
		const session = isCompleted ? store.create(this.#childOf(id)) : store.open(id);
		this.#state.session = session;
		this.#workAt(place.deps);
		if (place.is === 'moved') session.apply(moveTo, repoAt(place, session.meta.repo));
		const found = await repairSession(session, place.deps);
		session.keepRecords();
		if (place.is !== 'moved') session.apply(moveTo, repoAt(place, session.meta.repo));
		this.#restoreChoice(session);
		const changes = this.#grantChanges(session);
		const words = describeUnconfirmed(store.lineage(session.id));
		if (words !== null) this.#state.toldOfWords = session.id;
		const told = [place.notice, words].filter((line) => line !== null);
		for (const text of [...told, ...changes]) session.log({ type: 'notice', level: 'info', text });
		return [...told, ...session.notices, ...found, ...changes];
	}

	/** What the agent that goes on was given here, and is not given now. */
	#grantChanges({ meta }: OpenSession): string[] {
		const { active, permissions } = this.#state;
		const known = active === null ? undefined : meta.agents[active.agent];
		if (active === null || known === undefined) return [];
		const { registry, env, config } = this.#deps;
		const { account } = registry.find(active.agent).probeLogin(env);
		const { allow_commands: allowCommands } = config.permissions;
		return grantChanges(active.agent, known, { permissions, allowCommands, account });
	}

	repairAbandoned(): Promise<string[]> {
		return repairAbandoned(this.#home);
	}

	async startNew(): Promise<void> {
		await this.#leave();
		this.#state.switchedFrom = null;
	}

	async agents(): Promise<AgentOverview[]> {
		return agentOverviews(this.#deps, this.#state.active?.agent ?? null);
	}

	async limits() {
		const { candidates } = chooseAgent(this.#choiceRequest(null), this.#deps);
		return candidates;
	}

	utilization() {
		return utilizationOf(this.turns());
	}

	turns(): TurnState[] {
		return this.#state.session?.turns() ?? [];
	}

	plan() {
		const { session } = this.#state;
		if (session === null) return [];
		const turns = placedTurns(this.#deps.store.lineage(session.id)).map(({ state }) => state);
		return toldPlan(turns) ?? [];
	}

	usage() {
		const { session } = this.#state;
		const lineage = session === null ? [] : this.#deps.store.lineage(session.id);
		return sumOfUsage(lineage.map(({ meta }) => meta.usage));
	}

	files() {
		return filesOf(this.turns());
	}

	diff(turn: number | null): Promise<string> {
		return diffOf(this.turns(), turn, this.#deps.snapshots);
	}

	transcript(turn: number | null): string {
		return this.#state.session === null && turn === null ? '' : transcriptOf(this.#requireSession(), turn);
	}

	nativeResumeCommand(): string | null {
		const { session, active } = this.#state;
		const native = active && session?.meta.agents[active.agent]?.native_session_id;
		if (!active || !session || !native) return null;
		const adapter = this.#deps.registry.find(active.agent);
		if (!adapter.isNativeId(native)) return null;
		const turns = placedTurns(this.#deps.store.lineage(session.id));
		// What the agent has just refused here it would refuse on the user's own command line too.
		const { left, lastTurn } = agentStanding(turns, active.agent, native, { hasPacket: true });
		if (left !== null) return null;
		const { repo } = this.#deps;
		const folder = lastTurn === null ? repo.worktree : startedIn(lastTurn);
		// A record may name any folder; to start an agent in one is to obey what lies there.
		if (folder !== repo.worktree && namedFolder(relative(repo.worktree, folder), repo) !== folder)
			return null;
		return `cd ${quoteForShell(folder)} && ${adapter.resumeHint(native)}`;
	}

	offerBack(): AgentChoice | null {
		const { active, order } = this.#state;
		if (this.#hasOffered || active === null) return null;
		const installed = order.filter(({ agent }) => this.#deps.findExecutable(agent).path !== null);
		const offer = agentToOffer(installed, active, this.#deps.ledger.entries(), this.#deps.clock.now());
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

	/**
	 * Why the agent that would get the prompt cannot, told before a session is made for it; one that is there keeps the words. An
	 * agent that the user named and that cannot start here is refused, never replaced. null: nothing known.
	 */
	#refusal(wanted: AgentChoice | null, chosen: SuccessorChoice, text: string): RelayError | null {
		const deps = this.#deps;
		if (wanted !== null) return refusalBy(() => this.#requireStart(wanted, text));
		const { candidates } = chosen;
		if (candidates.every(({ verdict }) => verdict === 'not_installed')) return nobodyInstalled(deps);
		return lacksLogins(candidates) ? nobodyLoggedIn(deps, candidates) : null;
	}

	#requireStart(choice: AgentChoice, text: string): void {
		requireExecutable(choice.agent, this.#deps);
		if (this.#state.session !== null) return;
		if (choice.agent === this.#state.ownerOfModel) requireKnownLogin(choice.agent, this.#deps);
		requireCommand(choice, { permissions: this.#state.permissions, text }, this.#deps);
	}

	async #send(task: Task, options: SendOptions): Promise<SendResult> {
		// Leaves no listener on the signal of the conversation: from the eleventh prompt on Node would warn on the screen.
		const signal = AbortSignal.any([options.signal, this.#abort.signal]);
		const placed = this.#placeModel();
		await this.#deps.survivors.settle(this.#worktree(), signal);
		const request = this.#choiceRequest(this.#state.isExplicit ? this.#state.active : null);
		const chosen = chooseAgent(request, this.#deps);
		const step = nextStep({
			...circumstances(this.#state.session, options, this.#deps),
			happened: {
				type: 'asked',
				refusal: this.#refusal(chosen.choice ?? request.explicit, chosen, task.text),
				from: previousAgent(this.#state, this.#state.session),
				isSwitch: this.#state.switchedFrom !== null,
				trigger: this.#start.trigger ?? 'user',
			},
			choose: () => chosen,
		});
		if (step.do === 'refuse') throw step.error;
		// The snapshot before the turn needs a process of its own: it works while the session is made.
		const { snapshots: all } = this.#deps;
		const snapshots = all && step.do === 'send' ? withFirstTake(all, all.take()) : all;
		await letBegin();
		const isNew = this.#state.session === null;
		const session = this.#state.session ?? this.#createSession(task.text);
		if (!isNew) {
			// Somebody may have cleaned the repo since the last prompt.
			session.restore();
			this.#rememberPrompt(session, task, chosen.choice);
		}
		const onEvent = alsoLogged(session.log, options.onEvent);
		this.#tellBeginning(session, { isNew, placed, chosen }, onEvent);
		const { state, outcome, ...result } = await new CarryOut(session, task, {
			deps: this.#deps,
			start: this.#start,
			state: this.#state,
			options: { ...options, onEvent, signal },
			snapshots,
		}).run(step);
		const { earliestReset } = result;
		const earliest_reset = earliestReset === null ? null : toIso(earliestReset);
		session.log({ type: 'prompt_finished', outcome, turn: state?.turn ?? null, earliest_reset });
		return { ...result, state, outcome };
	}

	/** Where the prompt goes, and why where that is not as expected. */
	#tellBeginning(
		session: OpenSession,
		{ isNew, placed, chosen }: { isNew: boolean; placed: string | null; chosen: SuccessorChoice },
		onEvent: SendOptions['onEvent'],
	): void {
		const inform = (text: string) => onEvent({ type: 'notice', level: 'info', text });
		onEvent({ type: 'session_opened', sessionId: session.id, directory: session.folder, isNew });
		if (isNew) for (const text of session.notices) onEvent({ type: 'notice', level: 'warning', text });
		if (isNew && this.#deps.snapshots === null)
			inform("Not in a git work tree: which files change is known only from the agents' tool calls.");
		if (placed !== null) inform(placed);
		const why = this.#detour(chosen);
		if (chosen.choice !== null && why !== null)
			onEvent({ type: 'agent_chosen', ...chosen.choice, why, candidates: chosen.candidates });
	}

	#worktree(): string {
		return (this.#state.session?.meta.repo ?? this.#deps.repo).worktree;
	}

	/**
	 * A new session has the prompt as its objective; a child or a switched session keeps it beside the checkpoint until its
	 * turn is on disk, so that a relay that dies in between leaves something to go on with.
	 */
	#rememberPrompt(session: OpenSession, task: Task, choice: AgentChoice | null): void {
		const { meta } = session;
		const last = session.turns().at(-1) ?? null;
		const isWaiting = last === null || hasUnusedPacket({ meta, lastTurn: last });
		if (!isWaiting || task.recordedAt !== null || meta.checkpoint?.pending_prompt === task.text) return;
		keepWaiting(session, task);
		session.apply(keepPrompt, {
			text: task.text,
			nextAgent: choice?.agent ?? null,
			reason: this.#state.isExplicit ? 'switch' : 'interrupted',
			at: this.#deps.clock.now(),
		});
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

	/** The agent at work keeps the conversation until a limit or the user moves it. */
	#choiceRequest(explicit: AgentChoice | null) {
		const { active, named } = this.#state;
		const order = rememberedOrder(this.#state);
		const hopsLeft = this.#deps.config.limits.max_hops;
		const preferred = active === null ? order : inFront(active, order);
		return { order: preferred, current: null, tried: [], hopsLeft, explicit, named };
	}

	#detour(chosen: SuccessorChoice): string | null {
		return describeDetour(chosen, { now: this.#deps.clock.now(), named: this.#state.named });
	}

	/** The model that is named with it, else the one that the user named for that agent before. */
	#withModel(choice: AgentChoice): AgentChoice {
		const { models } = this.#state;
		if (choice.model !== null) models.set(choice.agent, choice.model);
		return withRemembered(choice, models);
	}

	/** Gives a model that was named alone to the agent that it is of; returns what is to be said of that, or null. */
	#placeModel(): string | null {
		const { looseModel: model, active, order } = this.#state;
		if (model === null) return null;
		const { registry, config, findExecutable } = this.#deps;
		const current = active?.agent ?? (config.agents.default === null ? null : (order[0]?.agent ?? null));
		const agent = modelOwner({
			model,
			current,
			order,
			adapters: registry.adapters,
			configured: (id) => agentSettings(config, id).model,
			isInstalled: (id) => findExecutable(id).path !== null,
		});
		const before = active?.agent ?? order[0]?.agent ?? null;
		this.#state.active = this.#withModel({ agent, model });
		this.#state.looseModel = null;
		this.#state.isExplicit = true;
		this.#state.ownerOfModel = this.#state.named.has(agent) ? null : agent;
		this.#state.named.add(agent);
		const worked = this.#state.session?.turns().at(-1)?.agent ?? null;
		this.#state.switchedFrom = worked === null || worked === agent ? null : worked;
		return before === null || before === agent
			? null
			: `${agent} takes this, not ${before}: ${model} is a model of ${agent}`;
	}

	#createSession(objective: string): OpenSession {
		const { store } = this.#deps;
		const { kind, parent = null, parentTurn } = this.#start;
		const session = store.create({ kind, objective, parent, parentTurn });
		this.#state.session = session;
		if (this.#state.earlyNotes.length > 0) {
			session.apply(addNotes, { notes: this.#state.earlyNotes });
			this.#state.earlyNotes = [];
		}
		return session;
	}

	#childOf(parent: SessionId) {
		return { kind: this.#start.kind, parent, parentTurn: this.#start.parentTurn };
	}

	/** The session's agent goes on unless the user named one; a wide preset is never taken up again by itself. */
	#restoreChoice(session: OpenSession): void {
		const { active_agent, agents } = session.meta;
		for (const [agent, { model_asked }] of Object.entries(agents))
			if (model_asked && isModelName(model_asked) && !this.#state.models.has(agent))
				this.#state.models.set(agent, model_asked);
		const known = active_agent === null ? undefined : agents[active_agent];
		const switchedTo = this.#unfinishedSwitch(session);
		const goesOn = switchedTo ?? active_agent;
		const isKnown = this.#deps.registry.adapters.some(({ id }) => id === goesOn);
		if (this.#state.active === null && goesOn !== null && isKnown) {
			this.#state.active = { agent: goesOn, model: null };
			this.#state.isExplicit = switchedTo !== null;
			this.#state.named.add(goesOn);
		}
		if (this.#state.active !== null) this.#state.active = this.#withModel(this.#state.active);
		if (this.#start.permissions === null && known?.permissions === 'read-only')
			this.#state.permissions = 'read-only';
		const last = session.turns().at(-1) ?? null;
		const hasPacket = hasUnusedPacket({ meta: session.meta, lastTurn: last });
		const next = this.#state.active?.agent ?? null;
		if (hasPacket && session.meta.checkpoint?.reason === 'switch' && last !== null && next !== last.agent)
			this.#state.switchedFrom = last.agent;
		if (this.#state.isExplicit && last !== null && next !== last.agent) this.#state.switchedFrom = last.agent;
	}

	/** The agent that the user switched to and that had no turn yet. */
	#unfinishedSwitch(session: OpenSession): string | null {
		const { meta } = session;
		const lastTurn = session.turns().at(-1) ?? null;
		const isUnused = lastTurn === null || hasUnusedPacket({ meta, lastTurn });
		return isUnused && meta.checkpoint?.reason === 'switch' ? meta.checkpoint.next_agent : null;
	}

	#addNote(note: { kind: 'note' | 'shell'; text: string; exit_code?: number | null }): void {
		const { session } = this.#state;
		const entry = { at: toIso(this.#deps.clock.now()), after_turn: session?.meta.turn_count ?? 0, ...note };
		if (session === null) this.#state.earlyNotes.push(entry);
		else session.apply(addNotes, { notes: [entry] });
	}

	/** A packet on the user's word: for the agent that was named, or for whoever comes. */
	async #pack(
		session: OpenSession,
		reason: 'switch' | 'checkpoint',
		to: AgentChoice | null,
	): Promise<string> {
		const { registry, clock } = this.#deps;
		const worked = session.turns().at(-1)?.agent;
		const { makePacket } = await import('./make-packet.ts');
		const made = await makePacket(
			{
				session,
				from: registry.adapters.find(({ id }) => id === worked) ?? null,
				to: to && registry.find(to.agent),
				reason,
				limit: null,
				nowPrompt: null,
				since: null,
			},
			this.#deps,
		);
		session.apply(checkpoint, {
			reason: reason === 'switch' ? 'switch' : 'handoff',
			at: clock.now(),
			packet: made.path,
			nextAgent: to?.agent ?? null,
		});
		return made.path;
	}

	/** Lets the session go; unfinished work gets its packet first. */
	async #leave(): Promise<void> {
		const { session } = this.#state;
		if (session === null) return;
		this.#state.session = null;
		try {
			await packUnfinished(session, this.#deps);
		} finally {
			this.#deps = this.#home;
			// A finished session that was opened but not gone on with leaves no empty child behind.
			if (session.meta.parent === null) session.release();
			else session.discardIfEmpty();
		}
	}

	#workAt(deps: RelayDeps): void {
		this.#deps = deps;
		this.#used.add(deps);
	}

	#requireSession(): OpenSession {
		const { session } = this.#state;
		if (session !== null) return session;
		throw new RelayError('no_such_session', 'No prompt was sent yet, so there is no session.', {
			hint: 'Type a task first.',
		});
	}
}

/** What `check` refuses, as a value. */
function refusalBy(check: () => void): RelayError | null {
	try {
		check();
		return null;
	} catch (error) {
		if (error instanceof RelayError) return error;
		throw error;
	}
}

function namedBy({ agent, order, named }: RelayStart, { namedAgents, registry }: RelayDeps): Set<AgentId> {
	const typed = named ?? [
		...(order ?? []).map((name) => registry.parse(name).agent),
		...(agent ? [agent] : []),
	];
	return new Set([...namedAgents, ...typed]);
}

/** A completed session goes on in a child, which is gone again when nothing is sent: the one on disk is named. */
function nothingPending(session: OpenSession | null): RelayError {
	const { turn_count = 0, parent = null } = session?.meta ?? {};
	const id = (turn_count === 0 ? parent : null) ?? session?.id ?? 'latest';
	return new RelayError('usage', `Session ${id} has no unfinished prompt.`, {
		hint: `Say what to do next: agent-relay run --session ${id.slice(-6)} "TASK"`,
	});
}

/** Its entrants work in worktrees of their own, and their turns are judged and gone on with there. */
function refuseRace({ id, kind, parent }: SessionMeta): void {
	if (kind !== 'race') return;
	const race = (parent === null ? null : parseSessionId(parent)) ?? id;
	throw new RelayError('usage', `Session ${id} is ${parent === null ? 'a race' : 'an entrant of a race'}.`, {
		hint: `Go on with the race: agent-relay race resume ${race.slice(-6)}`,
	});
}
