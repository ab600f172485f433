/**
 * One prompt until it is answered, or nobody is left: does what `next-step.ts` says, and reports what happened. A crash at any
 * point leaves either the old state or a complete packet; nothing is sent twice automatically.
 */

import { RelayError, type RelayErrorCode } from '../core/errors.ts';
import type { Snapshots } from '../git/repo-facts.ts';
import { refsMark } from '../git/snapshots/refs-mark.ts';
import type { SuccessorChoice } from '../limits/successor.ts';
import type { OpenSession } from '../sessions/store/session-store.ts';
import { settle } from '../sessions/transitions.ts';
import type { TurnState } from '../sessions/turns/turn-state.ts';
import { chooseAgent } from './agents/choose-agent.ts';
import { requireCommand } from './agents/require-command.ts';
import { requireExecutable } from './agents/require-executable.ts';
import type { AgentChoice, SendOptions, SendResult } from './conversation-contract.ts';
import { type ConversationState, previousAgent } from './conversation-state.ts';
import { type Happened, nextStep, type Situation } from './next-step.ts';
import { oneTurn, type TurnEnd } from './one-turn.ts';
import {
	adapterOf,
	announceNobodyLeft,
	announceTurn,
	packWork,
	type WorkAtHand,
} from './packet/keep-work.ts';
import { type Ports, type RelayDeps, type RelayStart, withPolicy } from './ports.ts';
import { spentBudget } from './turn/budgets.ts';
import { type PreparedTurn, prepareTurn } from './turn/prepare-turn.ts';
import type { GiveUp, SaveBudget, Send, Step, Wait } from './turn/step.ts';
import type { Task } from './turn/task.ts';
import { waitUntil } from './turn/wait-for-reset.ts';

const CANNOT_START: ReadonlySet<RelayErrorCode> = new Set(['refused', 'not_trusted', 'agent_not_installed']);

export interface CarryOutContext {
	ports: Ports;
	/** The ports, with the policy that the first step was decided by. */
	deps: RelayDeps;
	start: RelayStart;
	state: ConversationState;
	options: SendOptions;
	/** The first take has already begun; null outside git. */
	snapshots: Snapshots | null;
}

/** The result of a step. */
type Outcome = { happened: Happened } | { result: SendResult };

export class CarryOut {
	readonly #context: CarryOutContext;
	/** The ports, with the policy when the agent of the current turn was chosen. */
	#deps: RelayDeps;
	/** A turn has run under that policy. */
	#isStale = false;
	readonly #state: ConversationState;
	readonly #options: SendOptions;
	readonly #session: OpenSession;
	#task: Task;
	/** Who had the prompt and did not finish it. */
	readonly #tried: AgentChoice[] = [];
	#hops = 0;
	/** Who stopped last. */
	#current: AgentChoice | null = null;

	constructor(session: OpenSession, task: Task, context: CarryOutContext) {
		this.#session = session;
		this.#task = task;
		this.#context = context;
		this.#deps = context.deps;
		this.#state = context.state;
		this.#options = context.options;
	}

	/** Throws what refuses the prompt's first turn. */
	async run(first: Step): Promise<SendResult> {
		for (let step = first; ; ) {
			const outcome = await this.#carryOut(step);
			if ('result' in outcome) return outcome.result;
			this.#isStale = true;
			step = nextStep(this.#situation(outcome.happened));
		}
	}

	async #carryOut(step: Step): Promise<Outcome> {
		for (const text of step.notices) this.#warn(text);
		switch (step.do) {
			case 'send':
				return { happened: await this.#send(step) };
			case 'wait':
				return { happened: await this.#wait(step) };
			case 'give_up':
				return { result: await this.#giveUp(step) };
			case 'save_budget':
				return { result: await this.#saveBudget(step) };
			case 'end':
				if (step.state.status === 'completed') this.#session.apply(settle, undefined);
				return { result: resultOf(this.#session, step.state.status, step.state, { limit: step.limit }) };
			case 'refuse':
				throw step.error;
		}
	}

	#situation(happened: Happened): Situation {
		const known = circumstances(this.#session, this.#options, this.#deps);
		return { ...known, happened, choose: () => this.#choose() };
	}

	#choose(tried: readonly AgentChoice[] = this.#tried): SuccessorChoice {
		this.#refresh();
		return chooseAgent(
			{
				order: this.#state.selection.order(),
				current: this.#current,
				tried,
				hopsLeft: this.#deps.config.limits.max_hops - this.#hops,
				explicit: null,
				named: this.#state.selection.named,
			},
			this.#deps,
		);
	}

	/** Takes the policy once per turn. */
	#refresh(): void {
		if (this.#isStale) this.#deps = withPolicy(this.#context.ports);
		this.#isStale = false;
	}

	async #send(step: Send): Promise<Happened> {
		this.#refresh();
		try {
			const refsBefore = step.trigger === 'failover' ? refsMark(this.#deps.repo) : null;
			const end = await this.#turn(step);
			const areRefsMoved = () => refsBefore !== null && refsMark(this.#deps.repo) !== refsBefore;
			const { title } = this.#deps.registry.find(step.to.agent);
			return { type: 'turn_ended', step, title, end, areRefsMoved };
		} catch (error) {
			if (!(error instanceof RelayError) || !CANNOT_START.has(error.code)) throw error;
			this.#tried.push(step.to);
			return { type: 'not_started', step, message: error.message, error };
		}
	}

	async #turn(step: Send): Promise<TurnEnd> {
		const adapter = this.#deps.registry.find(step.to.agent);
		// Before a packet is made for an agent that cannot take it.
		if (step.handOver !== null) requireStart(step.to, this.#state.selection, this.#deps);
		const prepared = await prepareTurn(
			{
				signal: this.#options.signal,
				session: this.#session,
				adapter,
				model: step.to.model,
				permissions: this.#state.selection.permissions,
				task: this.#task,
				trigger: step.trigger,
				from: adapterOf(step.from, this.#deps),
				reason: step.packetFor,
				limit: step.limit,
				before: step.before,
				isFresh: step.isFresh,
				mayAsk: this.#context.start.mayAsk ?? false,
			},
			this.#deps,
		);
		this.#state.hardStop = new AbortController();
		const { start, snapshots } = this.#context;
		const { timeoutMs, canAnswer } = start;
		const turn = { session: this.#session, spec: prepared.spec, snapshots, timeoutMs };
		const end = await oneTurn(turn, this.#deps, {
			signal: this.#options.signal,
			hardSignal: this.#state.hardStop.signal,
			onBegin: () => this.#begin(step, prepared),
			onEvent: this.#options.onEvent,
			showsEdits: this.#options.showsEdits,
			warnedWindows: this.#state.warnedWindows,
			successor: () => this.#choose([...this.#tried, step.to]).choice?.agent ?? null,
			onQuestions: (answer) => {
				this.#state.answerQuestion = answer;
			},
			...(canAnswer === true && {
				onAnswerable: (answer) => {
					this.#state.answerTerminal = answer;
				},
			}),
		});
		const { user_prompt } = end.state;
		this.#task = { ...this.#task, recordedAt: user_prompt ?? this.#task.recordedAt, isInterrupted: true };
		this.#tried.push(step.to);
		return end;
	}

	/** The agent has the prompt from here on. */
	#begin(step: Send, prepared: PreparedTurn): void {
		this.#current = step.to;
		if (step.handOver !== null) this.#hops++;
		announceTurn(step, prepared, this.#work());
		this.#state.selection.taken(step.to);
	}

	async #wait(step: Wait): Promise<Happened> {
		await announceNobodyLeft(step, true, this.#work());
		const { agent } = step.for;
		const isDue = await waitUntil(step.until, this.#deps.clock, this.#options.signal, (now) => {
			this.#options.onEvent({ type: 'waiting', agent, until: step.until, now });
		});
		this.#session.log({ type: 'wait_ended', agent, is_due: isDue });
		if (isDue) {
			this.#tried.length = 0;
			this.#hops = 0;
		}
		const from = previousAgent(this.#state);
		return { type: 'wait_over', step, isDue, from, isSwitch: this.#state.selection.switchedFrom !== null };
	}

	async #giveUp(step: GiveUp): Promise<SendResult> {
		if (!step.isReported) await announceNobodyLeft(step, false, this.#work());
		const { max_wait_s } = this.#deps.config.limits;
		if (step.isTooLate)
			this.#warn(`The reset is later than limits.max_wait_s allows to wait (${max_wait_s} s).`);
		const { limit, last, earliestReset } = step;
		return resultOf(this.#session, 'nobody_left', last, { limit, earliestReset });
	}

	/** Keeps the work with a packet; nothing more is started. */
	async #saveBudget({ spent, last }: SaveBudget): Promise<SendResult> {
		await packWork(spent.reason, { limit: null, earliestReset: null }, this.#work());
		this.#warn(`${spent.text}; the work is kept, continue with a larger budget: ${spent.larger}`);
		return { ...resultOf(this.#session, 'out_of_budget', last), largerBudget: spent.larger };
	}

	#warn(text: string): void {
		this.#options.onEvent({ type: 'notice', level: 'warning', text });
	}

	/** The present state of the prompt, to report and keep. */
	#work(): WorkAtHand {
		const { onEvent } = this.#options;
		return { session: this.#session, task: this.#task, state: this.#state, deps: this.#deps, onEvent };
	}
}

function resultOf(
	{ id: sessionId }: Pick<OpenSession, 'id'>,
	outcome: SendResult['outcome'],
	state: TurnState | null,
	{ limit = null, earliestReset = null }: Partial<Pick<SendResult, 'limit' | 'earliestReset'>> = {},
): SendResult {
	return { outcome, state, sessionId, limit, earliestReset };
}

/** What a decision considers besides what happened and who can take over. */
export function circumstances(
	session: OpenSession | null,
	{ wait }: Pick<SendOptions, 'wait'>,
	{ config: { limits, budgets }, clock, store }: Pick<RelayDeps, 'config' | 'clock' | 'store'>,
): Omit<Situation, 'happened' | 'choose'> {
	return {
		spentBudget: () => (session === null ? null : spentBudget(budgets, () => store.lineage(session.id))),
		mayWait: wait ?? limits.when_exhausted === 'wait',
		maxWaitMs: limits.max_wait_s * 1000,
		now: clock.now(),
	};
}

function requireStart(
	to: AgentChoice,
	{ permissions }: Pick<ConversationState['selection'], 'permissions'>,
	deps: RelayDeps,
): void {
	requireExecutable(to.agent, deps);
	requireCommand(to, { permissions }, deps);
}
