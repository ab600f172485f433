/** Names of agents as users type them. */
import type { PermissionPreset } from '../../agents/agent-adapter.ts';
import { requireModelName } from '../../agents/model-name.ts';
import { PRESETS } from '../../agents/permission-presets.ts';
import { describeReadiness } from '../../commands/agents/readiness.ts';
import { nearestName } from '../../config/nearest-name.ts';
import { RelayError } from '../../core/errors.ts';
import type { AgentChoice, AgentOverview, Conversation } from '../../relay/conversation-contract.ts';
import type { Candidate } from '../editor/completion.ts';

export function parsePreset(text: string): PermissionPreset {
	const preset = PRESETS.find((name) => name === text);
	if (preset) return preset;
	throw new RelayError('usage', `No permissions are called ${JSON.stringify(text)}.`, {
		hint: `Use one of ${PRESETS.join(', ')}.`,
	});
}

/** `claude`, `c`, `claude:opus`, a unique start of a name, `demo`. */
export async function parseAgentChoice(relay: Conversation, text: string): Promise<AgentChoice> {
	const colon = text.indexOf(':');
	const name = (colon < 0 ? text : text.slice(0, colon)).toLowerCase();
	const named = colon < 0 ? null : text.slice(colon + 1) || null;
	const model = named === null ? null : requireModelName(named);
	const agents = await relay.agents.all();
	return { agent: findAgent(agents, name).agent, model };
}

function findAgent(agents: readonly AgentOverview[], name: string): AgentOverview {
	const exact = agents.find(({ agent, aliases }) => agent === name || aliases.includes(name));
	if (exact) return exact;
	const starting = agents.filter(({ agent }) => agent.startsWith(name));
	const [first] = starting;
	if (first && (starting.length === 1 || starting.every(({ isDemo }) => isDemo))) return first;
	const names = agents.map(({ agent }) => agent);
	const near = nearestName(name, names);
	const known = `Known agents: ${names.join(', ')}.`;
	throw new RelayError('unknown_agent', `No agent is called ${JSON.stringify(name)}.`, {
		hint: near === null ? known : `Did you mean ${near}? ${known}`,
	});
}

export async function agentCandidates(relay: Conversation): Promise<Candidate[]> {
	return (await relay.agents.all()).map((agent) => ({
		value: agent.agent,
		hint: describeReadiness(agent, { isOpen: true }),
	}));
}

/** Completes the last name of a list: `claude,co` -> `claude,codex`. */
export function completeAgents(agents: readonly Candidate[], word: string): Candidate[] {
	const named = word.slice(0, word.lastIndexOf(',') + 1);
	const taken = new Set(named.split(','));
	return agents
		.filter(({ value }) => !taken.has(value))
		.map(({ value, ...rest }) => ({ ...rest, value: named + value }));
}

/** The flag that `argument` ends with and its value so far; null if it ends with none. */
export function flagAtEnd(argument: string): { flag: string; word: string } | null {
	const [, flag, word = ''] = /(--?[\w-]+)(?:\s+|=)(\S*)$/.exec(argument) ?? [];
	return flag === undefined ? null : { flag, word };
}
