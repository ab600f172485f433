/**
 * One prompt until it is answered, or nobody is left: turn, limit, ledger, successor, packet, next turn. A crash at any
 * point leaves either the old state or a complete packet; nothing is sent twice by itself.
 */

import { lostAbilities } from '../agents/abilities.ts';
import type { AgentAdapter } from '../agents/contract.ts';
import type { Limit } from '../agents/events.ts';
import { adviceFor } from '../agents/evidence/login-advice.ts';
import { RelayError, type RelayErrorCode } from '../core/errors.ts';
import { safeLine } from '../core/text.ts';
import type { Snapshot, Snapshots } from '../git/contract.ts';
import { refsMark } from '../git/refs-mark.ts';
import type { SuccessorChoice } from '../limits/successor.ts';
import type { CheckpointReason } from '../sessions/session-meta.ts';
import type { OpenSession } from '../sessions/session-store.ts';
import { checkpoint, settle } from '../sessions/transitions.ts';
import type { TurnState } from '../sessions/turn-state.ts';
import { limitFromDisk } from '../turns/event-log.ts';
import { rememberedOrder } from './agent-order.ts';
import { type SpentBudget, spentBudget } from './budgets.ts';
import { chooseAgent } from './candidates.ts';
import type { AgentChoice, SendOptions, SendResult } from './contract.ts';
import type { ConversationState } from './conversation-state.ts';
import { withFirstTake } from './early-snapshot.ts';
import { oneTurn, type TurnEnd } from './one-turn.ts';
import { prepareTurn } from './prepare-turn.ts';
import type { RelayDeps, RelayStart } from './relay-deps.ts';
import { keepWaiting, type Task } from './task.ts';
import { waitUntil } from './wait-for-reset.ts';

const CANNOT_START: ReadonlySet<RelayErrorCode> = new Set(['refused', 'not_trusted', 'agent_not_installed']);

/** A successor that fails this fast, and did nothing, never began: the packet goes to the next. */
const FALSE_START_MS = 10_000;

export class PromptRun {
	readonly #deps: RelayDeps;
	readonly #start: RelayStart;
	readonly #state: ConversationState;
	readonly #options: SendOptions;
	readonly #session: OpenSession;
	readonly #snapshots: Snapshots | null;
	readonly #tried: AgentChoice[] = [];
	#task: Task;
	#hops = 0;
	/** Of the repo, before a successor began. */
	#refsBefore = '';

	constructor(
		session: OpenSession,
		task: Task,
		context: {
			deps: RelayDeps;
			start: RelayStart;
			state: ConversationState;
			options: SendOptions;
			/** The first turn's, begun already; null where there are none. */
			snapshot: Promise<Snapshot> | null;
		},
	) {
		this.#session = session;
		this.#task = task;
		this.#deps = context.deps;
		this.#start = context.start;
		this.#state = context.state;
		this.#options = context.options;
		const { snapshots } = context.deps;
		this.#snapshots = snapshots && context.snapshot ? withFirstTake(snapshots, context.snapshot) : snapshots;
	}

	async run(first: AgentChoice, trigger: TurnState['trigger']): Promise<SendResult> {
		let step: Step = {
			choice: first,
			trigger,
			from: this.#previousAgent(),
			reason: 'continue',
			limit: null,
			after: null,
			isFresh: false,
			last: null,
		};
		if (this.#state.switchedFrom !== null) step.reason = 'switch';
		for (;;) {
			const next = await this.#take(step);
			if (next.done) return next.result;
			step = next.step;
		}
	}

	/** A successor that cannot even be started (refused, gone meanwhile) is one more that never began. */
	async #take(step: Step): Promise<NextStep> {
		try {
			return await this.#after(step, await this.#turn(step));
		} catch (error) {
			if (!(error instanceof RelayError) || !CANNOT_START.has(error.code) || step.last === null) throw error;
			const text = `${step.choice.agent} cannot take over: ${error.message}`;
			this.#options.onEvent({ type: 'notice', level: 'warning', text });
			this.#tried.push(step.choice);
			return this.#handOver(step, step.last, { limit: step.limit, failure: error.message });
		}
	}

	/** No agent can take the prompt now: it is kept with a packet, and waited for when the user wants that. */
	async nobodyLeft(
		chosen: SuccessorChoice,
		limit: Limit | null,
		last: TurnState | null,
		failure: string | null = null,
	): Promise<SendResult> {
		const reset = chosen.earliestReset;
		const packet = await this.#checkpoint('limit', { from: this.#previousAgent(), limit, reset });
		const wait = this.#options.wait ?? this.#deps.config.limits.when_exhausted === 'wait';
		const who = chosen.candidates.find(({ resetAt }) => resetAt === reset && reset !== null);
		const mayWait = wait && mayBeSentAgain(last) && who !== undefined && reset !== null;
		const isWaiting = mayWait && !this.#isTooLate(reset);
		this.#options.onEvent({
			type: 'nobody_left',
			limit: failure === null ? limit : null,
			failure,
			earliestReset: reset,
			candidates: chosen.candidates,
			packet,
			isWaiting,
		});
		if (mayWait && !isWaiting) this.#tellTooLate();
		if (isWaiting && (await this.#waitFor(who, reset))) {
			this.#tried.length = 0;
			this.#hops = 0;
			return this.run({ agent: who.agent, model: who.model }, last === null ? 'user' : 'failover');
		}
		const outcome = 'nobody_left' as const;
		return { outcome, state: last, sessionId: this.#session.id, limit, earliestReset: reset };
	}

	/** Which budget has no room for another turn; null when there is room. */
	budgetSpent(): SpentBudget | null {
		const { budgets } = this.#deps.config;
		// Most sessions have no budget, and reading a lineage takes a look at each of its turns.
		if (budgets.max_turns === 0 && budgets.max_cost === 0) return null;
		return spentBudget(budgets, this.#deps.store.lineage(this.#session.id));
	}

	/** The work is kept with a packet; nothing more is started. */
	async outOfBudget(spent: SpentBudget, last: TurnState | null): Promise<SendResult> {
		await this.#checkpoint(spent.reason, { from: this.#previousAgent(), limit: null, reset: null });
		const text = `${spent.text}; the work is kept, go on with a larger budget: ${spent.larger}`;
		this.#options.onEvent({ type: 'notice', level: 'warning', text });
		return {
			outcome: 'out_of_budget',
			largerBudget: spent.larger,
			state: last,
			sessionId: this.#session.id,
			limit: null,
			earliestReset: null,
		};
	}

	async #turn(step: Step): Promise<TurnEnd> {
		const { onEvent, signal } = this.#options;
		const adapter = this.#deps.registry.find(step.choice.agent);
		const { spec, packet, leaves, between, gone } = await prepareTurn(
			{
				session: this.#session,
				adapter,
				model: step.choice.model,
				permissions: this.#state.permissions,
				task: this.#task,
				trigger: step.trigger,
				from: step.from,
				reason: step.reason,
				limit: step.limit,
				before: step.after,
				isFresh: step.isFresh,
			},
			this.#deps,
		);
		const change = modelChange(this.#session.meta.agents[adapter.id]?.model_asked, step.choice);
		if (change !== null) onEvent({ type: 'notice', level: 'info', text: change });
		if (gone !== null) onEvent({ type: 'notice', level: 'warning', text: gone });
		for (const text of [leaves, between]) if (text !== null) onEvent({ type: 'notice', level: 'info', text });
		if (packet !== null) this.#rememberPacket(packet.path, step);
		this.#announce(step, packet?.path ?? null);
		for (const text of packet?.losses ?? []) onEvent({ type: 'notice', level: 'warning', text });
		this.#tellUnconfirmed(packet?.unconfirmed ?? null);
		this.#state.active = step.choice;
		this.#state.switchedFrom = null;
		if (step.trigger === 'failover') this.#refsBefore = refsMark(this.#deps.repo);
		this.#state.hardStop = new AbortController();
		const { timeoutMs, canAnswer } = this.#start;
		const turn = { session: this.#session, spec, snapshots: this.#snapshots, timeoutMs };
		const end = await oneTurn(turn, this.#deps, {
			signal,
			hardSignal: this.#state.hardStop.signal,
			onEvent,
			warnedWindows: this.#state.warnedWindows,
			...(canAnswer === true && {
				onAnswerable: (answer) => {
					this.#state.answerTerminal = answer;
				},
			}),
		});
		const { user_prompt } = end.state;
		this.#task = { ...this.#task, recordedAt: user_prompt ?? this.#task.recordedAt, isInterrupted: true };
		this.#tried.push(step.choice);
		return end;
	}

	/** Once a session. */
	#tellUnconfirmed(text: string | null): void {
		if (text === null || this.#state.toldOfWords === this.#session.id) return;
		this.#state.toldOfWords = this.#session.id;
		this.#options.onEvent({ type: 'notice', level: 'warning', text });
	}

	async #after(step: Step, end: TurnEnd): Promise<NextStep> {
		const { state, limit, lacksStory } = end;
		const adapter = this.#deps.registry.find(step.choice.agent);
		if (lacksStory && hasNoEffect(state)) return this.#afresh(step, adapter);
		if (lacksStory) this.#tellWithoutStory(adapter);
		switch (state.status) {
			case 'completed':
				this.#session.apply(settle, undefined);
				return this.#done(state);
			case 'limited':
				return this.#handOver(step, state, { limit, failure: null });
			default:
				return this.#afterFailure(step, end, adapter);
		}
	}

	/** Failures that say nothing about the task: a lost conversation, a refused login, a successor that never began. */
	async #afterFailure(
		step: Step,
		{ state, login, hasModelOutput, startError }: TurnEnd,
		adapter: AgentAdapter,
	): Promise<NextStep> {
		if (startError !== null && step.last === null) throw startError;
		if (state.stop_reason === 'auth') {
			const advice = adviceFor(state.error?.message ?? '', login.advice);
			const text = `${adapter.title} refused its login. Log in with: ${advice}`;
			this.#options.onEvent({ type: 'notice', level: 'warning', text });
		}
		if (state.stop_reason === 'unknown_session' && state.resumed && !hasModelOutput) {
			return this.#afresh(step, adapter);
		}
		const mayBeFalseStart = step.trigger === 'failover' && !hasModelOutput && isFalseStart(state);
		if (mayBeFalseStart && refsMark(this.#deps.repo) === this.#refsBefore)
			return this.#handOver(step, state, { limit: step.limit, failure: whyFailed(state) });
		return this.#done(state);
	}

	/** The same prompt again, in a new conversation that gets the whole story. */
	#afresh(step: Step, adapter: AgentAdapter): NextStep {
		const text = `${adapter.title} cannot take up its conversation again; it gets the whole story in a packet instead.`;
		this.#options.onEvent({ type: 'notice', level: 'warning', text });
		return { done: false, step: { ...step, isFresh: true, from: adapter, reason: 'continue', after: null } };
	}

	/** It did something already, so the prompt is not sent again by itself. */
	#tellWithoutStory({ title }: AgentAdapter): void {
		const text = `${title} did not take up its conversation but began a new one, and worked on the prompt without the story. Look at what it did; its next turn gets the whole story.`;
		this.#options.onEvent({ type: 'notice', level: 'warning', text });
	}

	/** `failure`: why the successor of a limited agent could not begin; null: `state` met `limit` itself. */
	async #handOver(
		step: Step,
		state: TurnState,
		{ limit, failure }: { limit: Limit | null; failure: string | null },
	): Promise<NextStep> {
		const chosen = chooseAgent(
			{
				order: rememberedOrder(this.#state),
				current: step.choice,
				tried: this.#tried,
				hopsLeft: this.#deps.config.limits.max_hops - this.#hops,
				explicit: null,
				named: this.#state.named,
			},
			this.#deps,
		);
		if (chosen.choice === null)
			return { done: true, result: await this.nobodyLeft(chosen, limit, state, failure) };
		const spent = this.budgetSpent();
		if (spent !== null) return { done: true, result: await this.outOfBudget(spent, state) };
		this.#hops++;
		const from = this.#deps.registry.find(step.choice.agent);
		return {
			done: false,
			step: {
				choice: chosen.choice,
				trigger: 'failover',
				from: failure === null ? from : step.from,
				reason: failure === null ? 'limit' : 'failed_successor',
				limit,
				after: { tree: state.tree.after, skipped: [], tookMs: 0, unavailable: null },
				isFresh: false,
				last: state,
				announce: { from: step.choice.agent, candidates: chosen.candidates, failure },
			},
		};
	}

	#done(state: TurnState): NextStep {
		const limit = state.limit === null ? null : limitFromDisk(state.limit);
		return {
			done: true,
			result: { outcome: state.status, state, sessionId: this.#session.id, limit, earliestReset: null },
		};
	}

	/** Before the packet is sent: a crash from here on finds a checkpoint that `--continue` finishes. */
	#rememberPacket(packet: string, step: Step): void {
		const reason = step.reason === 'limit' || step.reason === 'failed_successor' ? 'limit' : 'switch';
		this.#saveCheckpoint(reason, packet, {
			nextAgent: step.choice.agent,
			reset: step.limit?.resetAt ?? null,
		});
	}

	/** The prompt waits, with a packet for whoever takes it. */
	async #checkpoint(
		reason: CheckpointReason,
		about: { from: AgentAdapter | null; limit: Limit | null; reset: number | null },
	): Promise<string> {
		const { from, limit, reset } = about;
		const { text, isInterrupted, isConfirmed } = this.#task;
		const nowPrompt = { text, isInterrupted, isConfirmed };
		const { makePacket } = await import('./make-packet.ts');
		const made = await makePacket(
			{ session: this.#session, from, to: null, reason: 'limit', limit, nowPrompt, since: null },
			this.#deps,
		);
		this.#saveCheckpoint(reason, made.path, { nextAgent: null, reset });
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

	#announce(step: Step, packet: string | null): void {
		const { announce, choice, limit, reason } = step;
		if (!announce || packet === null || reason === 'continue') return;
		const losses = lostAbilities(announce.from, choice.agent, this.#state.permissions);
		const { from, candidates, failure } = announce;
		this.#options.onEvent({
			type: 'handed_over',
			from,
			to: choice.agent,
			reason,
			limit: failure === null ? limit : null,
			failure,
			packet,
			candidates,
			losses,
		});
	}

	#isTooLate(reset: number): boolean {
		const { clock, config } = this.#deps;
		return reset - clock.now() > config.limits.max_wait_s * 1000;
	}

	#tellTooLate(): void {
		const text = `The reset is later than limits.max_wait_s allows to wait (${this.#deps.config.limits.max_wait_s} s).`;
		this.#options.onEvent({ type: 'notice', level: 'warning', text });
	}

	async #waitFor({ agent }: AgentChoice, until: number): Promise<boolean> {
		const isDue = await waitUntil(until, this.#deps.clock, this.#options.signal, (now) => {
			this.#options.onEvent({ type: 'waiting', agent, until, now });
		});
		this.#session.log({ type: 'wait_ended', agent, is_due: isDue });
		return isDue;
	}

	#previousAgent(): AgentAdapter | null {
		const agent = this.#state.switchedFrom ?? this.#session.turns().at(-1)?.agent ?? null;
		return this.#deps.registry.adapters.find(({ id }) => id === agent) ?? null;
	}
}

interface Step {
	choice: AgentChoice;
	trigger: TurnState['trigger'];
	from: AgentAdapter | null;
	reason: 'limit' | 'switch' | 'failed_successor' | 'continue';
	limit: Limit | null;
	after: { tree: string | null; skipped: string[]; tookMs: number; unavailable: string | null } | null;
	isFresh: boolean;
	/** The turn that the hand-over followed; null for a prompt's first turn. */
	last: TurnState | null;
	/** Set for a hand-over: said once the packet is on disk. */
	announce?: { from: string; candidates: SuccessorChoice['candidates']; failure: string | null };
}

type NextStep = { done: true; result: SendResult } | { done: false; step: Step };

/** `undefined`: the agent had no turn yet, or in a record that does not say. */
function modelChange(before: string | null | undefined, { agent, model }: AgentChoice): string | null {
	if (before === undefined || before === model) return null;
	const was = before === null ? 'its own default' : safeLine(before, 80);
	return `${agent} works with ${model ?? 'its own default model'} from here on (before: ${was})`;
}

/** Ended by itself or by the relay, and neither a call nor a change is on record: to ask again repeats no work. */
function hasNoEffect({ status, stop_reason, tools, files }: TurnState): boolean {
	const hasEnded = status === 'completed' || stop_reason === 'unknown_session';
	return hasEnded && tools.length === 0 && files.length === 0;
}

/** Ended at once, and neither a call nor a change is on record: the prompt was not begun, unless the repo's refs say otherwise. */
function isFalseStart({ status, duration_ms, tools, files }: TurnState): boolean {
	const isQuick = status === 'failed' && (duration_ms ?? 0) < FALSE_START_MS;
	return isQuick && tools.length === 0 && files.length === 0;
}

function whyFailed({ error, exit_code, signal }: TurnState): string {
	if (error !== null) return error.message;
	return signal === null ? `it ended with exit code ${exit_code ?? '?'}` : `it was ended by ${signal}`;
}

/** After a limit, or after a successor that never began; of any other end it is not known what was done. */
function mayBeSentAgain(last: TurnState | null): boolean {
	return (
		last === null || last.status === 'limited' || (last.status === 'failed' && last.trigger === 'failover')
	);
}
