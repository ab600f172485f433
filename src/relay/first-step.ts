/** Where a prompt goes first, decided before anything is created for it. */
import { RelayError } from '../core/errors.ts';
import { describeDetour } from '../limits/describe-detour.ts';
import type { SuccessorChoice } from '../limits/successor.ts';
import { type ChoiceRequest, chooseAgent, requireKnownLogin } from './agents/choose-agent.ts';
import { requireCommand } from './agents/require-command.ts';
import {
	lacksLogins,
	nobodyInstalled,
	nobodyLoggedIn,
	requireExecutable,
} from './agents/require-executable.ts';
import { circumstances } from './carry-out.ts';
import type { AgentChoice, SendOptions } from './conversation-contract.ts';
import { type ConversationState, previousAgent } from './conversation-state.ts';
import { nextStep } from './next-step.ts';
import type { RelayDeps, RelayStart } from './ports.ts';
import type { Step } from './turn/step.ts';

export interface FirstStep {
	step: Step;
	chosen: SuccessorChoice;
}

/** `text`: the user's words. */
export function firstStep(
	text: string,
	{ state, start, options }: { state: ConversationState; start: RelayStart; options: SendOptions },
	deps: RelayDeps,
): FirstStep {
	const { selection, session } = state;
	const chosen = chooseAgent(choiceRequest(state, selection.explicit, deps), deps);
	const step = nextStep({
		...circumstances(session, options, deps),
		happened: {
			type: 'asked',
			refusal: refusalOf(chosen.choice ?? selection.explicit, chosen, { text, state, deps }),
			from: previousAgent(state),
			isSwitch: selection.switchedFrom !== null,
			trigger: start.trigger ?? 'user',
		},
		choose: () => chosen,
	});
	return { step, chosen };
}

export function choiceRequest(
	{ selection }: Pick<ConversationState, 'selection'>,
	explicit: AgentChoice | null,
	{ config }: Pick<RelayDeps, 'config'>,
): ChoiceRequest {
	const { named } = selection;
	const hopsLeft = config.limits.max_hops;
	return { order: selection.preferred(), current: null, tried: [], hopsLeft, explicit, named };
}

/** Why the prompt does not go to the first choice, in one line; null: it does. */
export function whyElsewhere(
	chosen: SuccessorChoice,
	{ selection }: Pick<ConversationState, 'selection'>,
	{ clock }: Pick<RelayDeps, 'clock'>,
): string | null {
	return describeDetour(chosen, { now: clock.now(), named: selection.named });
}

interface Asked {
	text: string;
	state: ConversationState;
	deps: RelayDeps;
}

/**
 * Why `wanted` cannot get the prompt, known before a session is made for it; an existing session keeps the words. An agent that
 * the user named and that cannot start here is refused, never replaced. null: nothing known.
 */
function refusalOf(wanted: AgentChoice | null, chosen: SuccessorChoice, asked: Asked): RelayError | null {
	const { deps } = asked;
	if (wanted !== null) return refusalBy(() => requireStart(wanted, asked));
	const { candidates } = chosen;
	if (candidates.every(({ verdict }) => verdict === 'not_installed')) return nobodyInstalled(deps);
	return lacksLogins(candidates) ? nobodyLoggedIn(deps, candidates) : null;
}

function requireStart(choice: AgentChoice, { text, state, deps }: Asked): void {
	const { session, selection } = state;
	requireExecutable(choice.agent, deps);
	if (session !== null) return;
	if (choice.agent === selection.ownerOfModel) requireKnownLogin(choice.agent, deps);
	requireCommand(choice, { permissions: selection.permissions, text }, deps);
}

/** The error that `check` throws, as a value. */
function refusalBy(check: () => void): RelayError | null {
	try {
		check();
		return null;
	} catch (error) {
		if (error instanceof RelayError) return error;
		throw error;
	}
}
