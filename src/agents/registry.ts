/**
 * Which agents there are and how a user names one. Adapters enter as a list, so that agents from config and demo agents
 * join the built-in ones where everything is wired.
 */
import { editDistance } from '../config/nearest-name.ts';
import { RelayError } from '../core/errors.ts';
import type { AgentAdapter, AgentId } from './agent-adapter.ts';
import { claudeAdapter } from './claude/adapter.ts';
import { codexAdapter } from './codex/adapter.ts';
import { copilotAdapter } from './copilot/adapter.ts';
import { geminiAdapter } from './gemini/adapter.ts';
import { requireModelName } from './model-name.ts';
import { opencodeAdapter } from './opencode/adapter.ts';

export const BUILT_IN_ADAPTERS: readonly AgentAdapter[] = [
	claudeAdapter,
	codexAdapter,
	copilotAdapter,
	opencodeAdapter,
	geminiAdapter,
];

export interface AgentRegistry {
	/** In the order they were given. */
	readonly adapters: readonly AgentAdapter[];
	/** By id or alias, any case. Throws `unknown_agent` with the nearest names. */
	find(name: string): AgentAdapter;
	/** `agent` or `agent:model`; the model is taken as it is. Throws `unknown_agent`, or `usage` for an empty model. */
	parse(choice: string): { agent: AgentId; model: string | null };
}

/** Where two adapters claim one name, the first has it. */
export function createRegistry(adapters: readonly AgentAdapter[] = BUILT_IN_ADAPTERS): AgentRegistry {
	const byName = new Map<string, AgentAdapter>();
	const claim = (name: string, adapter: AgentAdapter) => {
		if (!byName.has(name.toLowerCase())) byName.set(name.toLowerCase(), adapter);
	};
	for (const adapter of adapters) claim(adapter.id, adapter);
	for (const adapter of adapters) for (const alias of adapter.aliases) claim(alias, adapter);

	const find = (name: string): AgentAdapter => {
		const adapter = byName.get(name.trim().toLowerCase());
		if (adapter === undefined) throw unknownAgent(name, adapters, [...byName.keys()]);
		return adapter;
	};
	return {
		adapters,
		find,
		parse(choice) {
			const colon = choice.indexOf(':');
			const agent = find(colon < 0 ? choice : choice.slice(0, colon)).id;
			if (colon < 0) return { agent, model: null };
			const model = choice.slice(colon + 1).trim();
			if (model === '')
				throw new RelayError('usage', `no model after the colon in ${JSON.stringify(choice)}`, {
					hint: `write ${agent} alone, or ${agent}:MODEL`,
				});
			return { agent, model: requireModelName(model) };
		},
	};
}

function unknownAgent(name: string, adapters: readonly AgentAdapter[], names: readonly string[]): RelayError {
	const known = adapters.map(({ id, aliases }) =>
		aliases.length === 0 ? id : `${id} (${aliases.join(', ')})`,
	);
	const near = nearestNames(name.trim().toLowerCase(), names);
	const isGuess = near.length > 0;
	return new RelayError('unknown_agent', `there is no agent named ${JSON.stringify(name)}`, {
		hint: isGuess ? `did you mean ${near.join(' or ')}?` : `known agents: ${known.join(', ')}`,
	});
}

/** Only this many letters are compared: the user may type anything. */
const MAX_LETTERS = 64;

/** At most three names that differ by a third of their letters or begin with what was typed, nearest first. */
function nearestNames(typed: string, names: readonly string[]): string[] {
	return names
		.filter((name) => name.length > 2)
		.map((name) => ({
			name,
			distance:
				name.startsWith(typed) && typed
					? 0
					: editDistance(typed.slice(0, MAX_LETTERS), name.slice(0, MAX_LETTERS)),
		}))
		.filter(({ name, distance }) => distance <= Math.ceil(name.length / 3))
		.sort((a, b) => a.distance - b.distance)
		.slice(0, 3)
		.map(({ name }) => name);
}
