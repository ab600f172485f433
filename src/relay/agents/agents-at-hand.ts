/** Which agents could work on the current conversation. Looked up on demand; starts nothing. */
import type { SeenWindow } from '../../limits/quota.ts';
import type { AgentsAtHand } from '../conversation-contract.ts';
import type { ConversationState } from '../conversation-state.ts';
import { choiceRequest, whyElsewhere } from '../first-step.ts';
import { type Ports, withPolicy } from '../ports.ts';
import { agentToOffer } from './agent-order.ts';
import { agentOverviews } from './agent-overviews.ts';
import { chooseAgent } from './choose-agent.ts';
import { lacksLogins } from './require-executable.ts';
import { ledgerKey } from './update-ledger.ts';

interface AtHand {
	state: ConversationState;
	/** The ports of the worktree where the session works. */
	ports: Ports;
}

/** `atHand` is called each time, as a conversation moves from session to session. */
export function agentsAtHand(atHand: () => AtHand): AgentsAtHand {
	let hasOffered = false;
	return {
		all: async () => {
			const { state, ports } = atHand();
			return agentOverviews(withPolicy(ports), state.selection.active?.agent ?? null);
		},
		candidates: async () => {
			const { state, ports } = atHand();
			const deps = withPolicy(ports);
			return chooseAgent(choiceRequest(state, null, deps), deps).candidates;
		},
		upcoming: async () => {
			const { state, ports } = atHand();
			const { selection, session } = state;
			const deps = withPolicy(ports);
			const placed = selection.placeModel(session?.turns().at(-1)?.agent ?? null, deps);
			const chosen = chooseAgent(choiceRequest(state, selection.explicit, deps), deps);
			state.expected = chosen.choice;
			return {
				choice: chosen.choice,
				why: placed ?? whyElsewhere(chosen, state, deps),
				lacksLogins: chosen.choice === null && lacksLogins(chosen.candidates),
				candidates: chosen.candidates,
			};
		},
		windows: () => {
			const { ports } = atHand();
			const { loginOf, registry } = ports.policy();
			const known = new Set(registry.adapters.map(({ id }) => id));
			const isInUse = ({ agent, account }: SeenWindow) =>
				known.has(agent) && ledgerKey(agent, loginOf(agent)).account === account;
			return ports.quota?.windows().filter(isInUse) ?? [];
		},
		offerBack: () => {
			const { state, ports } = atHand();
			const { active, configured } = state.selection;
			if (hasOffered || active === null) return null;
			const { findExecutable } = ports.policy();
			const installed = configured.filter(({ agent }) => findExecutable(agent).path !== null);
			const offer = agentToOffer(installed, active, ports.ledger.entries(), ports.clock.now());
			hasOffered = offer !== null;
			return offer;
		},
	};
}
