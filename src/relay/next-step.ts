/**
 * What follows from what happened to a prompt: who gets it, who takes over, what is waited for, when it ends. Pure: all of the
 * relay's decisions are here, and `carry-out.ts` only does what a step says.
 */

import type { AgentId } from '../agents/agent-adapter.ts';
import type { Limit } from '../agents/events.ts';
import { adviceFor } from '../agents/evidence/login-advice.ts';
import type { SuccessorChoice } from '../limits/successor.ts';
import type { TurnState } from '../sessions/turns/turn-state.ts';
import { limitFromDisk } from '../turns/event-log.ts';
import type { TurnEnd } from './one-turn.ts';
import type { SpentBudget } from './turn/budgets.ts';
import type { NobodyLeft, Send, Step, Wait } from './turn/step.ts';
import { hasNoEffect, isFalseStart, mayBeSentAgain, whyFailed } from './turn/turn-effect.ts';

export type Happened =
	| {
			type: 'asked';
			/** Why the agent that would get it cannot, or why there is none; null: nothing known. */
			refusal: unknown;
			/** Who worked before; null if nobody did. */
			from: AgentId | null;
			/** The user named another agent since the last turn. */
			isSwitch: boolean;
			trigger: Extract<TurnState['trigger'], 'user' | 'race'>;
	  }
	/** Refused before anything of the turn was on record. */
	| { type: 'not_started'; step: Send; message: string; error: unknown }
	/** `areRefsMoved`: refs of the repo were moved meanwhile. */
	| { type: 'turn_ended'; step: Send; title: string; end: TurnEnd; areRefsMoved: () => boolean }
	| { type: 'wait_over'; step: Wait; isDue: boolean; from: AgentId | null; isSwitch: boolean };

export interface Situation {
	happened: Happened;
	/** Chooses who can take the prompt now; looks up each agent on demand. */
	choose: () => SuccessorChoice;
	/** Which budget has no room for another turn; null: there is room. */
	spentBudget: () => SpentBudget | null;
	/** The user, or the configuration, lets the relay wait for a reset. */
	mayWait: boolean;
	maxWaitMs: number;
	/** Epoch ms. */
	now: number;
}

export function nextStep(situation: Situation): Step {
	const { happened } = situation;
	switch (happened.type) {
		case 'asked':
			return afterAsked(happened, situation);
		case 'not_started':
			return afterRefusedStart(happened, situation);
		case 'turn_ended':
			return afterTurn(happened, situation);
		case 'wait_over':
			return afterWait(happened);
	}
}

type Of<T extends Happened['type']> = Extract<Happened, { type: T }>;

function afterAsked({ refusal, from, isSwitch, trigger }: Of<'asked'>, situation: Situation): Step {
	if (refusal !== null) return refuse(refusal);
	const chosen = situation.choose();
	if (chosen.choice === null)
		return nobodyLeft(chosen, { limit: null, failure: null, last: null }, situation);
	const spent = situation.spentBudget();
	if (spent !== null) return saveBudget(spent, null);
	const isMove = isSwitch && from !== chosen.choice.agent;
	return {
		...NOTHING_BEFORE,
		to: chosen.choice,
		trigger: isMove ? 'switch' : trigger,
		from,
		packetFor: isSwitch ? 'switch' : 'continue',
	};
}

const NOTHING_BEFORE = {
	do: 'send',
	limit: null,
	isFresh: false,
	last: null,
	before: null,
	handOver: null,
	notices: [],
} as const;

/** A successor that cannot even be started (refused, gone meanwhile) is one more that never began. */
function afterRefusedStart({ step, message, error }: Of<'not_started'>, situation: Situation): Step {
	if (step.last === null) return refuse(error);
	const notice = `${step.to.agent} cannot take over: ${message}`;
	const next = handOver(step, step.last, { limit: step.limit, failure: message }, situation);
	return withNotice(notice, next.do === 'send' ? asAnother(step, next) : next);
}

/** The successor never began, so the work moves from the same agent, for the same reason, to the next one. */
function asAnother({ handOver: planned, packetFor }: Send, next: Send & Step): Step {
	if (planned === null || next.handOver === null) return next;
	return { ...next, packetFor, handOver: { ...planned, candidates: next.handOver.candidates } };
}

function afterTurn(turn: Of<'turn_ended'>, situation: Situation): Step {
	const { state, lacksStory } = turn.end;
	if (lacksStory && hasNoEffect(state)) return afresh(turn.step, turn.title);
	const notice = lacksStory ? withoutStory(turn.title) : null;
	return withNotice(notice, afterItsOutcome(turn, situation));
}

function afterItsOutcome(turn: Of<'turn_ended'>, situation: Situation): Step {
	const { step, end } = turn;
	const { state, limit } = end;
	if (state.status === 'completed') return ended(state);
	if (state.status === 'limited') return handOver(step, state, { limit, failure: null }, situation);
	return end.startError !== null && step.last === null
		? refuse(end.startError)
		: afterFailure(turn, situation);
}

/** Failures that say nothing about the task: a refused login, a lost conversation, a successor that never began. */
function afterFailure({ step, title, end, areRefsMoved }: Of<'turn_ended'>, situation: Situation): Step {
	const { state, login, hasModelOutput } = end;
	const refused = state.stop_reason === 'auth' ? refusedLogin(title, state, login.advice) : null;
	const isLost = state.stop_reason === 'unknown_session' && state.resumed && !hasModelOutput;
	if (isLost) return withNotice(refused, afresh(step, title));
	const mayBeFalseStart = step.trigger === 'failover' && !hasModelOutput && isFalseStart(state);
	if (!mayBeFalseStart || areRefsMoved()) return withNotice(refused, ended(state));
	const failure = whyFailed(state);
	return withNotice(refused, handOver(step, state, { limit: step.limit, failure }, situation));
}

function afterWait({ step, isDue, from, isSwitch }: Of<'wait_over'>): Step {
	const { limit, failure, last, earliestReset, candidates } = step;
	const left = { limit, failure, last, earliestReset, candidates };
	if (!isDue) return { ...left, do: 'give_up', isTooLate: false, isReported: true, notices: [] };
	return {
		...NOTHING_BEFORE,
		to: step.for,
		trigger: last === null ? 'user' : 'failover',
		from,
		packetFor: isSwitch ? 'switch' : 'continue',
	};
}

/** `failure`: why the successor of a limited agent could not begin; null: `state` met `limit` itself. */
function handOver(
	step: Send,
	state: TurnState,
	{ limit, failure }: { limit: Limit | null; failure: string | null },
	situation: Situation,
): Step {
	const chosen = situation.choose();
	if (chosen.choice === null) return nobodyLeft(chosen, { limit, failure, last: state }, situation);
	const spent = situation.spentBudget();
	if (spent !== null) return saveBudget(spent, state);
	const reason = failure === null ? 'limit' : 'failed_successor';
	return {
		...NOTHING_BEFORE,
		to: chosen.choice,
		trigger: 'failover',
		from: failure === null ? step.to.agent : step.from,
		packetFor: reason,
		limit,
		last: state,
		before: { tree: state.tree.after, skipped: [], tookMs: 0, unavailable: null },
		handOver: { from: step.to.agent, reason, candidates: chosen.candidates, failure },
	};
}

function nobodyLeft(
	{ earliestReset, candidates }: SuccessorChoice,
	why: Pick<NobodyLeft, 'limit' | 'failure' | 'last'>,
	{ mayWait, maxWaitMs, now }: Situation,
): Step {
	const left = { ...why, earliestReset, candidates, notices: [] };
	const who = candidates.find(({ resetAt }) => resetAt !== null && resetAt === earliestReset);
	if (!mayWait || !mayBeSentAgain(why.last) || who === undefined || earliestReset === null)
		return { ...left, do: 'give_up', isTooLate: false, isReported: false };
	if (earliestReset - now > maxWaitMs) return { ...left, do: 'give_up', isTooLate: true, isReported: false };
	return { ...left, do: 'wait', for: { agent: who.agent, model: who.model }, until: earliestReset };
}

/** The same prompt again, in a new conversation that gets the whole story. */
function afresh(step: Send, title: string): Step {
	const text = `${title} cannot take up its conversation again; it gets the whole story in a packet instead.`;
	const { agent } = step.to;
	return {
		...step,
		from: agent,
		packetFor: 'continue',
		isFresh: true,
		before: null,
		handOver: null,
		notices: [text],
	};
}

function ended(state: TurnState): Step {
	const limit = state.limit === null ? null : limitFromDisk(state.limit);
	return { do: 'end', state, limit, notices: [] };
}

const refuse = (error: unknown): Step => ({ do: 'refuse', error, notices: [] });

const saveBudget = (spent: SpentBudget, last: TurnState | null): Step => ({
	do: 'save_budget',
	spent,
	last,
	notices: [],
});

/** Adds a notice before those of the step. */
function withNotice(text: string | null, step: Step): Step {
	return text === null ? step : { ...step, notices: [text, ...step.notices] };
}

/** The agent already did something, so the prompt is not sent again automatically. */
const withoutStory = (title: string) =>
	`${title} did not take up its conversation but began a new one, and worked on the prompt without the story. Look at what it did; its next turn gets the whole story.`;

const refusedLogin = (title: string, { error }: TurnState, advice: string) =>
	`${title} refused its login. Log in with: ${adviceFor(error?.message ?? '', advice)}`;
