/** From the options that every conversation takes to what the relay takes. */
import { requireModelName } from '../agents/model-name.ts';
import { readGivenSettings, settingsToKeep } from '../config/given-settings.ts';
import type { ConfigFlag } from '../config/layers/layer-values.ts';
import { openConversation } from '../relay/conversation.ts';
import type { Conversation } from '../relay/conversation-contract.ts';
import type { CommandContext } from './context.ts';
import type { ConversationOptions } from './options/conversation-options.ts';

interface Opening {
	kind: 'shell' | 'run';
	/** Somebody is there to answer what agents ask, and what asks on their terminals. */
	canAnswer: boolean;
	/** The command asks about trust itself. */
	willAsk?: boolean;
}

/** Nothing is created yet. RelayError for a name that nobody has, and what `context.ports` throws. */
export async function startConversation(
	context: CommandContext,
	options: ConversationOptions,
	{ kind, canAnswer, willAsk = false }: Opening,
): Promise<Conversation> {
	const given = readGivenSettings(options.config, context.folder);
	const config = [...given, ...configFlags(options)];
	const ports = await context.ports({ isTrusted: options.trust, config, willAsk });
	const workstream = await workstreamOf(context, options);
	const named = options.agent === null ? null : ports.settings().registry.parse(options.agent);
	return openConversation(ports, {
		kind,
		agent: named?.agent ?? null,
		model: options.model ?? named?.model ?? null,
		permissions: options.permissions,
		order: options.order,
		timeoutMs: options.timeout,
		canAnswer,
		mayAsk: canAnswer && context.live.mayAsk,
		parentTurn: context.parentTurn,
		isHere: options.here,
		config: settingsToKeep(given),
		workstream,
	});
}

/** It becomes active, if it is not. */
async function workstreamOf(
	context: Pick<CommandContext, 'workstreams'>,
	{ ws = null }: Pick<ConversationOptions, 'ws'>,
): Promise<string | null> {
	if (ws === null) return null;
	const { chooseWorkstream } = await import('../workstreams/attach-session.ts');
	return chooseWorkstream(await context.workstreams(), ws);
}

/** What the options alone can be wrong in, before a task is read. Throws RelayError `usage`. */
export function refuseOddModel({ model }: Pick<ConversationOptions, 'model'>): void {
	if (model !== null) requireModelName(model);
}

function configFlags({
	maxTurns,
	maxCost,
	wait,
}: Pick<ConversationOptions, 'maxTurns' | 'maxCost' | 'wait'>): ConfigFlag[] {
	return [
		...(wait ? [{ key: 'limits.when_exhausted', value: 'wait', flag: '--wait' }] : []),
		...(maxTurns === null ? [] : [{ key: 'budgets.max_turns', value: maxTurns, flag: '--max-turns' }]),
		...(maxCost === null ? [] : [{ key: 'budgets.max_cost', value: maxCost, flag: '--max-cost' }]),
	];
}
