/**
 * One turn, whoever asked for it: announces it, runs it, and remembers what it reports of limits and logins. What follows from it
 * is decided elsewhere.
 */
import type { AgentId, LoginState } from '../agents/agent-adapter.ts';
import { isCovered } from '../agents/asking/allow-rules.ts';
import { ALLOW } from '../agents/asking/question.ts';
import type { AgentEvent, Limit } from '../agents/events.ts';
import { agentSettings } from '../config/defaults.ts';
import type { RelayConfig } from '../config/schema.ts';
import { fromIso } from '../core/clock.ts';
import { recordedFolder } from '../git/repo/start-folder.ts';
import type { Snapshots } from '../git/repo-facts.ts';
import { folderOf } from '../sessions/store/new-meta.ts';
import type { OpenSession } from '../sessions/store/session-store.ts';
import type { TurnState } from '../sessions/turns/turn-state.ts';
import { runTurn } from '../turns/run-turn.ts';
import type { AnswerQuestion, TurnControl, TurnSpec, TurnTimes } from '../turns/turn-spec.ts';
import { serverChange } from './agents/grants.ts';
import { rememberWindows, updateLedger } from './agents/update-ledger.ts';
import { EventsInOrder } from './events/events-in-order.ts';
import type { RelayEvent, Speaker } from './events/relay-events.ts';
import type { RelayDeps } from './ports.ts';
import { allowedRules } from './questions/allowed-rules.ts';
import { NamedEdits } from './turn/named-edits.ts';
import { ReportedEdits, unshownEdits } from './turn/unshown-edits.ts';

export interface OneTurn {
	session: OpenSession;
	spec: TurnSpec;
	/** null outside git. */
	snapshots: Snapshots | null;
	/** ms; null: as configured. */
	timeoutMs: number | null;
	/** The speaker, in a chat. */
	speaker?: Speaker;
	/** Adds to the state what only the conversation knows, before the end of the turn is announced. */
	complete?: (state: TurnState) => TurnState;
}

export interface TurnWatcher extends Pick<TurnControl, 'signal' | 'hardSignal'> {
	onEvent: (event: RelayEvent) => void;
	/** False: nobody sees which lines a turn changed, so git is not asked for them. */
	showsEdits?: boolean | undefined;
	/** Called before the turn is announced: nothing refuses it any more. */
	onBegin?: () => void;
	/** Windows whose warning was given; a turn adds its own. */
	warnedWindows: Set<string>;
	/** Who would take over at a limit, null: nobody; absent where nobody takes over. */
	successor?: () => AgentId | null;
	/** Set if somebody may answer what asks on the agent's terminal: gets the way to answer, and null once nothing asks. */
	onAnswerable?: (answer: ((line: string | null) => void) | null) => void;
	/** Gets the way to answer what the agent of this turn asks, once it has asked. */
	onQuestions?: (answer: AnswerQuestion) => void;
}

export interface TurnEnd {
	state: TurnState;
	/** The limit that ended it, as the ledger has it now. */
	limit: Limit | null;
	/** The login of its agent, as seen after the turn. */
	login: LoginState;
	/** The model said or did something. */
	hasModelOutput: boolean;
	/** The agent began a conversation that knows nothing of the earlier one, and got the bare prompt. */
	lacksStory: boolean;
	/** What was thrown if the agent's program could not be started: the turn is on record as failed. */
	startError: unknown;
}

/** Throws RelayError if the turn could not be recorded. */
export async function oneTurn(turn: OneTurn, deps: RelayDeps, watcher: TurnWatcher): Promise<TurnEnd> {
	return new RunOfTurn(turn, deps, watcher).run();
}

class RunOfTurn {
	readonly #turn: OneTurn;
	readonly #deps: RelayDeps;
	readonly #watcher: TurnWatcher;
	readonly #number: number;
	/** The MCP servers of the agent's previous turn, if known. */
	#servers: readonly string[] | null | undefined;
	readonly #reported = new ReportedEdits();
	/** null: nothing could be compared. */
	readonly #named: NamedEdits | null;
	readonly #events: EventsInOrder;
	#hasModelOutput = false;
	#lacksStory = false;

	constructor(turn: OneTurn, deps: RelayDeps, watcher: TurnWatcher) {
		const { meta } = turn.session;
		this.#turn = turn;
		this.#deps = deps;
		this.#watcher = watcher;
		this.#number = meta.turn_count + 1;
		this.#servers = meta.agents[turn.speaker?.participant ?? this.#agent]?.mcp_servers;
		this.#events = new EventsInOrder((event) => watcher.onEvent(event));
		this.#named = this.#namedEdits();
	}

	get #agent(): AgentId {
		return this.#turn.spec.adapter.id;
	}

	async run(): Promise<TurnEnd> {
		const { spec, complete = (state) => state } = this.#turn;
		const { adapter } = spec;
		// While the agent works: if asked after the turn, the answer would come after the end of `run` and never be kept.
		if (spec.agentVersion === null) this.#deps.versions.learn(adapter, spec.executable);
		const { state: ended, startError } = await this.#work();
		const state = complete(ended);
		await this.#events.settled();
		const edits =
			this.#watcher.showsEdits === false
				? []
				: await unshownEdits(state, this.#reported, this.#turn.snapshots);
		this.#watcher.onEvent({
			type: 'turn_finished',
			turn: this.#number,
			state,
			...(edits.length > 0 && { edits }),
		});
		if (state.status === 'completed') this.#warnOfUtilization(state);
		// The login may have changed by now.
		const login = adapter.probeLogin(this.#deps.env);
		const limit = updateLedger(state, { model: spec.modelAsked ?? null, login }, this.#deps);
		return {
			state,
			limit,
			login,
			hasModelOutput: this.#hasModelOutput,
			lacksStory: this.#lacksStory,
			startError,
		};
	}

	/** Entrants of a race show no lines. */
	#namedEdits(): NamedEdits | null {
		const { session, snapshots, spec } = this.#turn;
		if (snapshots === null || session.meta.kind === 'race') return null;
		const { clock, repo } = this.#deps;
		const before = () =>
			session.turns().find(({ turn }) => turn === this.#number)?.tree.before ?? spec.before?.tree ?? null;
		return new NamedEdits({
			...{ snapshots, clock, before },
			worktree: repo.worktree,
			folder: spec.request.folder,
		});
	}

	#started(): RelayEvent {
		const { spec, speaker } = this.#turn;
		const { model, permissions, resume } = spec.request;
		return {
			type: 'turn_started',
			turn: this.#number,
			agent: this.#agent,
			model,
			permissions,
			trigger: spec.trigger,
			resumed: resume,
			packet: spec.packet,
			...folderOf(recordedFolder(spec.request)),
			...(speaker === undefined ? {} : { speaker }),
		};
	}

	async #work(): Promise<Pick<TurnEnd, 'state' | 'startError'>> {
		const { spec, session } = this.#turn;
		try {
			return { state: await runTurn(spec, this.#turnDeps(), this.#control()), startError: null };
		} catch (error) {
			const last = session.turns().at(-1);
			if (last?.turn !== this.#number || last.error?.code !== 'not_started') throw error;
			return { state: last, startError: error };
		}
	}

	#turnDeps() {
		const { session, snapshots, timeoutMs } = this.#turn;
		const { clock, startProcess, processes, estimateCost, config, versions, ...rest } = this.#deps;
		const { privateFolder, socketFolders, runningAgents } = rest;
		return {
			session,
			clock,
			startProcess,
			processes,
			snapshots,
			estimateCost,
			times: turnTimes(config, this.#agent, timeoutMs),
			knownVersion: (executable: string) => versions.known(this.#turn.spec.adapter, executable),
			...(privateFolder === undefined ? {} : { privateFolder }),
			...(socketFolders === undefined ? {} : { socketFolders }),
			runningAgents,
		};
	}

	#control(): TurnControl {
		const { signal, hardSignal, onBegin, onAnswerable, onQuestions } = this.#watcher;
		const onEvent = (event: RelayEvent) => this.#events.add(event);
		const turn = this.#number;
		return {
			signal,
			hardSignal,
			onBegin: () => {
				onBegin?.();
				onEvent(this.#started());
			},
			onEvent: (event) => this.#onEvent(event),
			onIdle: (idleMs) => onEvent({ type: 'turn_idle', turn, idleMs }),
			onWarning: (text) => onEvent({ type: 'notice', level: 'warning', text }),
			canAnswer: onAnswerable !== undefined,
			onTerminalAsked: ({ text, refusedInMs, answer }) => {
				onAnswerable?.(answer);
				onEvent({ type: 'terminal_asked', turn, agent: this.#agent, text, refusedInMs });
			},
			onTerminalSettled: () => {
				onAnswerable?.(null);
				onEvent({ type: 'terminal_settled', turn });
			},
			onQuestionAsked: ({ question, deniedInMs, answer }) => {
				onQuestions?.(answer);
				const { wants } = question;
				const isAllowed =
					wants !== undefined && isCovered(wants, allowedRules(this.#turn.session, this.#deps));
				onEvent({ type: 'question_asked', turn, agent: this.#agent, question, deniedInMs, isAllowed });
				if (isAllowed) answer(question.id, { option: ALLOW, text: null }, 'rule');
			},
			onQuestionSettled: (settled) => onEvent({ type: 'question_settled', turn, ...settled }),
		};
	}

	#onEvent(event: AgentEvent): void {
		// A hand-over may follow at once: loads what it needs while the agent is still ending.
		if (event.type === 'limit' || event.type === 'retry') void import('./packet/make-packet.ts');
		if (event.type === 'session_started') this.#onSession(event);
		if (event.type === 'utilization') rememberWindows(this.#agent, event.windows, this.#deps);
		this.#hasModelOutput ||= MODEL_OUTPUT.has(event.type);
		const whole = this.#named?.complete(event) ?? event;
		this.#events.add(whole instanceof Promise ? whole.then((one) => this.#shown(one)) : this.#shown(whole));
	}

	#shown(event: AgentEvent): RelayEvent {
		this.#reported.event(event);
		return { type: 'agent_event', turn: this.#number, event };
	}

	#onSession({ mcpServers, lacksStory }: Extract<AgentEvent, { type: 'session_started' }>): void {
		this.#lacksStory ||= lacksStory === true;
		if (mcpServers === undefined) return;
		const text = serverChange(this.#agent, this.#servers, mcpServers);
		this.#servers = mcpServers;
		if (text !== null) this.#events.add({ type: 'notice', level: 'info', text });
	}

	/** Warns once for each window and agent. */
	#warnOfUtilization({ agent, utilization }: TurnState): void {
		const { warnedWindows, onEvent, successor } = this.#watcher;
		for (const { window, ratio, reset_at } of utilization) {
			const resetAt = fromIso(reset_at);
			const key = `${agent} ${window} ${resetAt}`;
			if (ratio < this.#deps.config.limits.warn_at || warnedWindows.has(key)) continue;
			warnedWindows.add(key);
			const then = successor === undefined ? {} : { next: successor() };
			onEvent({ type: 'utilization_warning', agent, window, ratio, resetAt, ...then });
		}
	}
}

const MODEL_OUTPUT: ReadonlySet<AgentEvent['type']> = new Set([
	'agent_message_chunk',
	'agent_thought_chunk',
	'tool_call',
]);

function turnTimes(config: RelayConfig, agent: AgentId, timeoutMs: number | null): TurnTimes {
	const { turn, limits, permissions } = config;
	return {
		idleMs: turn.idle_s * 1000,
		timeoutMs: timeoutMs ?? turn.timeout_s * 1000,
		lingerMs: turn.linger_s * 1000,
		answerMs: turn.answer_s * 1000,
		questionMs: permissions.ask_timeout * 1000,
		backgroundMs: turn.background_s * 1000,
		patienceMs: limits.patience_s * 1000,
		silenceMs: agentSettings(config, agent).silence_s * 1000,
	};
}
