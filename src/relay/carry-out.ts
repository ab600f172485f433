/**
 * One prompt until it is answered, or nobody is left: does what `next-step.ts` says, and tells what happened. A crash at any point
 * leaves either the old state or a complete packet; nothing is sent twice by itself.
 */

import type { AgentAdapter, AgentId } from '../agents/agent-adapter.ts';
import { lostAbilities } from '../agents/permission-presets.ts';
import { RelayError, type RelayErrorCode } from '../core/errors.ts';
import { safeLine } from '../core/text.ts';
import type { Snapshots } from '../git/repo-facts.ts';
import { refsMark } from '../git/snapshots/refs-mark.ts';
import type { SuccessorChoice } from '../limits/successor.ts';
import type { CheckpointReason } from '../sessions/session-meta.ts';
import type { OpenSession } from '../sessions/store/session-store.ts';
import { checkpoint, settle } from '../sessions/transitions.ts';
import type { TurnState } from '../sessions/turns/turn-state.ts';
import { chooseAgent } from './agents/candidates.ts';
import { requireCommand } from './agents/require-command.ts';
import { requireExecutable } from './agents/require-executable.ts';
import type { AgentChoice, SendOptions, SendResult } from './contract.ts';
import type { ConversationState } from './conversation-state.ts';
import {
	type GiveUp,
	type HandOver,
	type Happened,
	nextStep,
	type SaveBudget,
	type Send,
	type Situation,
	type Step,
	type Wait,
} from './next-step.ts';
import { oneTurn, type TurnEnd } from './one-turn.ts';
import { type Ports, type RelayDeps, type RelayStart, withPolicy } from './ports.ts';
import { spentBudget } from './turn/budgets.ts';
import { type PreparedTurn, prepareTurn } from './turn/prepare-turn.ts';
import { keepWaiting, type Task } from './turn/task.ts';
import { waitUntil } from './turn/wait-for-reset.ts';

const CANNOT_START: ReadonlySet<RelayErrorCode> = new Set(['refused', 'not_trusted', 'agent_not_installed']);

export interface CarryOutContext {
	ports: Ports;
	/** With the policy that the first step was decided by. */
	deps: RelayDeps;
	start: RelayStart;
	state: ConversationState;
	options: SendOptions;
	/** Its first take has begun already; null outside git. */
	snapshots: Snapshots | null;
}

/** What a step led to. */
type Outcome = { happened: Happened } | { result: SendResult };

export class CarryOut {
	readonly #ports: Ports;
	/** With what held when it was decided who has the turn at hand. */
	#deps: RelayDeps;
	/** A turn has been since then. */
	#isStale = false;
	readonly #start: RelayStart;
	readonly #state: ConversationState;
	readonly #options: SendOptions;
	readonly #session: OpenSession;
	readonly #snapshots: Snapshots | null;
	#task: Task;
	/** Who had the prompt and did not finish it. */
	readonly #tried: AgentChoice[] = [];
	#hops = 0;
	/** Who stopped last. */
	#current: AgentChoice | null = null;

	constructor(session: OpenSession, task: Task, context: CarryOutContext) {
		this.#session = session;
		this.#task = task;
		this.#ports = context.ports;
		this.#deps = context.deps;
		this.#start = context.start;
		this.#state = context.state;
		this.#options = context.options;
		this.#snapshots = context.snapshots;
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
				return { result: this.#result(step.state.status, step.state, { limit: step.limit }) };
			case 'refuse':
				throw step.error;
		}
	}

	#situation(happened: Happened): Situation {
		return {
			...circumstances(this.#session, this.#options, this.#deps),
			happened,
			choose: () => this.#choose(),
		};
	}

	#choose(): SuccessorChoice {
		this.#refresh();
		return chooseAgent(
			{
				order: this.#state.selection.order(),
				current: this.#current,
				tried: this.#tried,
				hopsLeft: this.#deps.config.limits.max_hops - this.#hops,
				explicit: null,
				named: this.#state.selection.named,
			},
			this.#deps,
		);
	}

	/** What holds is looked at once for each turn. */
	#refresh(): void {
		if (this.#isStale) this.#deps = withPolicy(this.#ports);
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
		if (step.handOver !== null) this.#requireStart(step.to);
		const prepared = await prepareTurn(
			{
				session: this.#session,
				adapter,
				model: step.to.model,
				permissions: this.#state.selection.permissions,
				task: this.#task,
				trigger: step.trigger,
				from: this.#adapterOf(step.from),
				reason: step.packetFor,
				limit: step.limit,
				before: step.before,
				isFresh: step.isFresh,
			},
			this.#deps,
		);
		this.#state.hardStop = new AbortController();
		const { timeoutMs, canAnswer } = this.#start;
		const turn = { session: this.#session, spec: prepared.spec, snapshots: this.#snapshots, timeoutMs };
		const end = await oneTurn(turn, this.#deps, {
			signal: this.#options.signal,
			hardSignal: this.#state.hardStop.signal,
			onBegin: () => this.#begin(step, prepared),
			onEvent: this.#options.onEvent,
			warnedWindows: this.#state.warnedWindows,
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

	/** Before a packet is made in the name of one who cannot take it. */
	#requireStart(to: AgentChoice): void {
		requireExecutable(to.agent, this.#deps);
		requireCommand(to, { permissions: this.#state.selection.permissions }, this.#deps);
	}

	/** The agent has the prompt from here on. */
	#begin(step: Send, prepared: PreparedTurn): void {
		this.#current = step.to;
		if (step.handOver !== null) this.#hops++;
		this.#announce(step, prepared);
		this.#state.selection.taken(step.to);
	}

	/** What is different from the agent's turn before this one, and who takes over from whom with which packet. */
	#announce(step: Send, { packet, leaves, between, gone }: PreparedTurn): void {
		const change = modelChange(this.#session.meta.agents[step.to.agent]?.model_asked, step.to);
		if (change !== null) this.#inform(change);
		if (gone !== null) this.#warn(gone);
		for (const text of [leaves, between]) if (text !== null) this.#inform(text);
		if (packet === null) return;
		// Before the packet is sent: a crash from here on finds a checkpoint that `--continue` finishes.
		const isOfLimit = step.packetFor === 'limit' || step.packetFor === 'failed_successor';
		this.#saveCheckpoint(isOfLimit ? 'limit' : 'switch', packet.path, {
			nextAgent: step.to.agent,
			reset: step.limit?.resetAt ?? null,
		});
		if (step.handOver !== null) this.#tellHandOver(step, step.handOver, packet.path);
		for (const text of packet.losses) this.#warn(text);
		this.#tellUnconfirmed(packet.unconfirmed);
	}

	#tellHandOver({ to, limit }: Send, { from, reason, candidates, failure }: HandOver, packet: string): void {
		this.#options.onEvent({
			type: 'handed_over',
			from,
			to: to.agent,
			reason,
			limit: failure === null ? limit : null,
			failure,
			packet,
			candidates,
			losses: lostAbilities(from, to.agent, this.#state.selection.permissions, this.#deps.registry.adapters),
		});
	}

	/** Once a session. */
	#tellUnconfirmed(text: string | null): void {
		if (text === null || this.#state.toldOfWords === this.#session.id) return;
		this.#state.toldOfWords = this.#session.id;
		this.#warn(text);
	}

	async #wait(step: Wait): Promise<Happened> {
		await this.#tellNobodyLeft(step, true);
		const { agent } = step.for;
		const isDue = await waitUntil(step.until, this.#deps.clock, this.#options.signal, (now) => {
			this.#options.onEvent({ type: 'waiting', agent, until: step.until, now });
		});
		this.#session.log({ type: 'wait_ended', agent, is_due: isDue });
		if (isDue) {
			this.#tried.length = 0;
			this.#hops = 0;
		}
		const isSwitch = this.#state.selection.switchedFrom !== null;
		return { type: 'wait_over', step, isDue, from: this.#previousAgent(), isSwitch };
	}

	async #giveUp(step: GiveUp): Promise<SendResult> {
		if (!step.isTold) await this.#tellNobodyLeft(step, false);
		if (step.isTooLate) {
			const { max_wait_s } = this.#deps.config.limits;
			this.#warn(`The reset is later than limits.max_wait_s allows to wait (${max_wait_s} s).`);
		}
		const { limit, last, earliestReset } = step;
		return this.#result('nobody_left', last, { limit, earliestReset });
	}

	/** The prompt is kept with a packet for whoever takes it. */
	async #tellNobodyLeft(step: Wait | GiveUp, isWaiting: boolean): Promise<void> {
		const { limit, failure, earliestReset, candidates } = step;
		const packet = await this.#checkpoint('limit', step);
		const told = failure === null ? limit : null;
		this.#options.onEvent({
			type: 'nobody_left',
			limit: told,
			failure,
			earliestReset,
			candidates,
			packet,
			isWaiting,
		});
	}

	/** The work is kept with a packet; nothing more is started. */
	async #saveBudget({ spent, last }: SaveBudget): Promise<SendResult> {
		await this.#checkpoint(spent.reason, { limit: null, earliestReset: null });
		this.#warn(`${spent.text}; the work is kept, go on with a larger budget: ${spent.larger}`);
		return { ...this.#result('out_of_budget', last), largerBudget: spent.larger };
	}

	async #checkpoint(
		reason: CheckpointReason,
		{ limit, earliestReset }: Pick<GiveUp, 'limit' | 'earliestReset'>,
	): Promise<string> {
		const { text, isInterrupted, isConfirmed } = this.#task;
		const nowPrompt = { text, isInterrupted, isConfirmed };
		const from = this.#adapterOf(this.#previousAgent());
		const { makePacket } = await import('./packet/make-packet.ts');
		const made = await makePacket(
			{ session: this.#session, from, to: null, reason: 'limit', limit, nowPrompt, since: null },
			this.#deps,
		);
		this.#saveCheckpoint(reason, made.path, { nextAgent: null, reset: earliestReset });
		return made.path;
	}

	#saveCheckpoint(
		reason: CheckpointReason,
		packet: string,
		next: { nextAgent: string | null; reset: number | null },
	): void {
		keepWaiting(this.#session, this.#task);
		this.#session.apply(checkpoint, {
			reason,
			at: this.#deps.clock.now(),
			packet,
			nextAgent: next.nextAgent,
			resetAt: next.reset,
			pendingPrompt: this.#task.recordedAt === null ? this.#task.text : null,
		});
	}

	#result(
		outcome: SendResult['outcome'],
		state: TurnState | null,
		{ limit = null, earliestReset = null }: Partial<Pick<SendResult, 'limit' | 'earliestReset'>> = {},
	): SendResult {
		return { outcome, state, sessionId: this.#session.id, limit, earliestReset };
	}

	#previousAgent(): AgentId | null {
		return previousAgent(this.#state);
	}

	#adapterOf(agent: AgentId | null): AgentAdapter | null {
		return this.#deps.registry.adapters.find(({ id }) => id === agent) ?? null;
	}

	#warn(text: string): void {
		this.#options.onEvent({ type: 'notice', level: 'warning', text });
	}

	#inform(text: string): void {
		this.#options.onEvent({ type: 'notice', level: 'info', text });
	}
}

/** What a decision takes into account besides what happened and who can take over. */
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

/** Whose work goes on: the agent that the user left, else the one of the last turn. */
export function previousAgent({
	session,
	selection,
}: Pick<ConversationState, 'session' | 'selection'>): AgentId | null {
	return selection.switchedFrom ?? session?.turns().at(-1)?.agent ?? null;
}

/** `undefined`: the agent had no turn yet, or in a record that does not say. */
function modelChange(before: string | null | undefined, { agent, model }: AgentChoice): string | null {
	if (before === undefined || before === model) return null;
	const was = before === null ? 'its own default' : safeLine(before, 80);
	return `${agent} works with ${model ?? 'its own default model'} from here on (before: ${was})`;
}
