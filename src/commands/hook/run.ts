/** A hook of an agent that the user runs by hand. Whatever goes wrong, the agent goes on: it prints nothing, and exits with 0. */
import { hookDialect } from '../../agents/hooks/dialects.ts';
import { HOOK_AGENTS, HOOK_EVENTS, type HookEvent } from '../../agents/hooks/hook-dialect.ts';
import { parseObject } from '../../agents/reading/json-fields.ts';
import { EXIT } from '../../relay/exit-codes.ts';
import type { Body } from '../command.ts';
import { atCompaction, atEnd, atFailure, atStart, atTool, type Hooked } from './at-event.ts';
import type { HookContext } from './hook-context.ts';

export interface HookData {
	/** In the CLI's own form; null: nothing is said. */
	answer: string | null;
}

export const hook: Body<Called, HookData> = {
	async run(context, called) {
		const answer = await answerHook(called, {
			...context,
			readInput: async (maxBytes) => (await context.commandLine?.readInput(maxBytes)) ?? null,
			recordLimit: async (agent, limit) =>
				(await import('./record-limit.ts')).recordLimit(agent, limit, context),
		});
		return { exitCode: EXIT.done, data: { answer } };
	},
	toJson: () => undefined,
};

interface Called {
	event: string;
	agent: string | null;
}

/** What to print; null: nothing. Never throws: a hook that complains stands in the way of the user's own session. */
export async function answerHook(called: Called, context: HookContext): Promise<string | null> {
	try {
		return await answerTo(called, context);
	} catch {
		return null;
	}
}

async function answerTo(called: Called, context: HookContext): Promise<string | null> {
	const { env, home } = context;
	const event = HOOK_EVENTS.find((one) => one === called.event);
	const agent = HOOK_AGENTS.find((one) => one === called.agent);
	// In a turn of a relay the relay itself does all of this.
	if (event === undefined || agent === undefined || env.AGENT_RELAY_HOOKS === '0' || env.AGENT_RELAY_SESSION)
		return null;
	const [dialect, text] = await Promise.all([hookDialect(agent), context.readInput(MAX_BYTES)]);
	const raw = parseObject(text ?? '');
	const input = raw === null ? null : dialect.read(raw, { env, home });
	if (raw === null || input === null || input.isSide) return null;
	const words = await ACTS[event]({ agent, input, raw, dialect, context });
	return words === null ? null : dialect.say(event, raw, words);
}

/** The output of a tool is in the input. */
const MAX_BYTES = 16 * 1024 * 1024;

const ACTS: Readonly<Record<HookEvent, (hooked: Hooked) => Promise<string | null>>> = {
	start: atStart,
	tool: atTool,
	compact: atCompaction,
	failed: atFailure,
	end: atEnd,
};
