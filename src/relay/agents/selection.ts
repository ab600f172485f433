import type { AgentId, PermissionPreset } from '../../agents/agent-adapter.ts';
import { isModelName } from '../../agents/model-name.ts';
import { agentSettings } from '../../config/defaults.ts';
import { hasUnusedPacket } from '../../sessions/listing/session-status.ts';
import type { SessionMeta } from '../../sessions/session-meta.ts';
import type { TurnState } from '../../sessions/turns/turn-state.ts';
import type { AgentChoice } from '../conversation-contract.ts';
import type { Policy, RelayStart, Settings } from '../ports.ts';
import { agentOrder, inFront, rememberedOrder, withRemembered } from './agent-order.ts';
import { modelOwner } from './model-owner.ts';

type Facts = Pick<Policy, 'registry' | 'config' | 'findExecutable'>;

/**
 * Who gets the next prompt, and under which settings: what the user named, else what the session's record says. A wide preset is
 * never resumed automatically.
 */
export class Selection {
	permissions: PermissionPreset;
	/** Agents that the user named, or that worked in this session already. */
	readonly named: Set<AgentId>;
	#order: readonly AgentChoice[];
	/** As last configured; what the user chose since stays until that changes. */
	#preset: PermissionPreset;
	/** The model that the user named for each agent; every later turn of that agent uses it. */
	readonly #models: Map<AgentId, string>;
	#active: AgentChoice | null;
	#isExplicit: boolean;
	/** `--model` without an agent, until its agent is known. */
	#looseModel: string | null;
	#ownerOfModel: AgentId | null = null;
	#switchedFrom: AgentId | null = null;

	constructor(start: RelayStart, { registry, config, namedAgents }: Settings) {
		const { agent, model, order, permissions } = start;
		this.permissions = permissions ?? config.permissions.preset;
		this.#preset = config.permissions.preset;
		this.named = new Set([...namedAgents, ...(start.named ?? typedAgents(start, registry))]);
		this.#order = agentOrder(registry, config, order);
		this.#models = new Map(agent !== null && model !== null ? [[agent, model]] : []);
		this.#active = agent === null ? null : { agent, model };
		this.#isExplicit = agent !== null;
		this.#looseModel = agent === null ? model : null;
	}

	/** Settings may have come or gone with the session. */
	adopt(
		{ order, permissions }: Pick<RelayStart, 'order' | 'permissions'>,
		{ registry, config }: Settings,
	): void {
		this.#order = agentOrder(registry, config, order);
		const { preset } = config.permissions;
		if (preset !== this.#preset && permissions === null) this.permissions = preset;
		this.#preset = preset;
	}

	/** Who works now; null until the first prompt has chosen. */
	get active(): AgentChoice | null {
		return this.#active;
	}

	/** The agent that the user named, which the ledger does not overrule; null: the successor rule chooses. */
	get explicit(): AgentChoice | null {
		return this.#isExplicit ? this.#active : null;
	}

	/** The agent that the user left, until a prompt goes to the new one. */
	get switchedFrom(): AgentId | null {
		return this.#switchedFrom;
	}

	/** The agent that works only because it has the model; null if the user named one. */
	get ownerOfModel(): AgentId | null {
		return this.#ownerOfModel;
	}

	/** First choice first, each with the model that the user named for it. */
	order(): AgentChoice[] {
		return rememberedOrder({ order: this.#order, models: this.#models });
	}

	/** Like `order`; the agent at work keeps the conversation until a limit or the user moves it. */
	preferred(): AgentChoice[] {
		return this.#active === null ? this.order() : inFront(this.#active, this.order());
	}

	/** As configured or typed. */
	get configured(): readonly AgentChoice[] {
		return this.#order;
	}

	/** Takes the user's own choice. `worked`: who had the last turn. */
	name(choice: AgentChoice, worked: AgentId | null): void {
		this.#active = this.#withModel(choice);
		this.#looseModel = null;
		this.#ownerOfModel = null;
		this.#isExplicit = true;
		this.named.add(choice.agent);
		this.#switchedFrom = worked === choice.agent ? null : worked;
	}

	/** null: the agent's own default. */
	setModel(agent: AgentId, model: string | null): void {
		if (model === null) this.#models.delete(agent);
		else this.#models.set(agent, model);
		this.#looseModel = null;
		this.#active = { agent, model };
	}

	/** Gives a model that was named alone to the agent that has it; returns what to tell the user about it, or null. */
	placeModel(worked: AgentId | null, { registry, config, findExecutable }: Facts): string | null {
		const model = this.#looseModel;
		if (model === null) return null;
		const first = this.#order[0]?.agent ?? null;
		const agent = modelOwner({
			model,
			current: this.#active?.agent ?? (config.agents.default === null ? null : first),
			order: this.#order,
			adapters: registry.adapters,
			configured: (id) => agentSettings(config, id).model,
			isInstalled: (id) => findExecutable(id).path !== null,
		});
		const before = this.#active?.agent ?? first;
		const isNamed = this.named.has(agent);
		this.name({ agent, model }, worked);
		this.#ownerOfModel = isNamed ? null : agent;
		if (before === null || before === agent) return null;
		return `${agent} takes this prompt, not ${before}: ${model} is a model of ${agent}`;
	}

	/** Notes that a turn of this choice is about to begin. */
	taken(choice: AgentChoice): void {
		this.#active = choice;
		this.#switchedFrom = null;
	}

	/** Leaves the current session. */
	forgetSwitch(): void {
		this.#switchedFrom = null;
	}

	/** Opens a session: its agent continues unless the user named one. */
	restore(
		meta: SessionMeta,
		last: TurnState | null,
		{ isKnown, asked }: { isKnown: (agent: AgentId) => boolean; asked: PermissionPreset | null },
	): void {
		for (const [agent, { model_asked: model }] of Object.entries(meta.agents))
			if (model && isModelName(model) && !this.#models.has(agent)) this.#models.set(agent, model);
		const known = meta.active_agent === null ? undefined : meta.agents[meta.active_agent];
		const isUnused = last === null || hasUnusedPacket({ meta, lastTurn: last });
		const { reason, next_agent = null, next_model: model = null } = meta.checkpoint ?? {};
		const isNamed = reason === 'handoff' || reason === 'fork' || reason === 'adopted';
		const isSwitch = isUnused && (reason === 'switch' || (isNamed && next_agent !== null));
		// The agent that the user switched to and that had no turn yet.
		const switchedTo = isSwitch ? next_agent : null;
		const agent = switchedTo ?? meta.active_agent;
		if (this.#active === null && agent !== null && isKnown(agent)) {
			this.#active = {
				agent,
				model: switchedTo !== null && model !== null && isModelName(model) ? model : null,
			};
			this.#isExplicit = switchedTo !== null;
			this.named.add(agent);
		}
		if (this.#active !== null) this.#active = this.#withModel(this.#active);
		if (asked === null && known?.permissions === 'read-only') this.permissions = 'read-only';
		const isOther = last !== null && this.#active?.agent !== last.agent;
		if (isOther && (isSwitch || this.#isExplicit)) this.#switchedFrom = last.agent;
	}

	/** The model that is named with the agent, else the one that the user named for it before. */
	#withModel(choice: AgentChoice): AgentChoice {
		if (choice.model !== null) this.#models.set(choice.agent, choice.model);
		return withRemembered(choice, this.#models);
	}
}

function typedAgents({ agent, order }: RelayStart, registry: Settings['registry']): AgentId[] {
	const inOrder = (order ?? []).map((name) => registry.parse(name).agent);
	return [...inOrder, ...(agent ? [agent] : [])];
}
