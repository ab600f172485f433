/** One TUI after another in the same session: each visit is shown when it is over, and at a limit the next agent may follow. */
import type { AgentId } from '../../agents/agent-adapter.ts';
import { attach as attachTui, requireTui } from '../../attach/attach.ts';
import type { AttachEnd } from '../../attach/attach-contract.ts';
import { RelayError } from '../../core/errors.ts';
import type { AgentChoice, Conversation, SendResult } from '../../relay/conversation-contract.ts';
import { EXIT, exitCodeOfResult } from '../../relay/exit-codes.ts';
import { withPolicy } from '../../relay/ports.ts';
import type { CommandContext } from '../context.ts';
import { type Running, shownTurns } from '../live.ts';
import { endLines } from './end-lines.ts';
import { offerSuccessor } from './offer-successor.ts';

export interface Visits {
	/** One for each TUI, oldest first. */
	ends: readonly AttachEnd[];
	/** Of the agent that took over without its TUI; null: none did. */
	result: SendResult | null;
	exitCode: number;
}

/** What the user gives the TUI of that agent. */
export interface Passed {
	agent: AgentId;
	args: readonly string[];
}

/** `named`: whom the user named; null: who would get the next prompt. */
export async function visits(
	context: CommandContext,
	conversation: Conversation,
	{ named, passed }: { named: AgentChoice | null; passed: Passed | null },
): Promise<Visits> {
	const ends: AttachEnd[] = [];
	let choice = named ?? (await firstChoice(conversation, context));
	for (;;) {
		const args = passed?.agent === choice.agent ? passed.args : [];
		const end = await visit({ ...choice, args }, conversation, context);
		ends.push(end);
		context.show((look) => endLines(end, { ...look, now: context.clock.now() }));
		const next = await offerSuccessor(end, conversation, context);
		if (next === null) return { ends, result: null, exitCode: exitCodeOf(end) };
		if (next.how === 'run') return { ends, ...(await takeOver(next.choice, conversation, context)) };
		choice = next.choice;
	}
}

/** How the agent works without its TUI, as typed. */
export const withoutTui = (agent: string, { conversation, ownName }: CommandContext): string =>
	conversation === null ? `${ownName} run --agent ${agent} "TASK"` : `/use ${agent}`;

export function noTerminal({ conversation, ownName }: CommandContext): RelayError {
	const instead = conversation === null ? `${ownName} run "TASK"` : 'type the task';
	return new RelayError('usage', 'A TUI is attached to a terminal, and this is none.', {
		hint: `Without one: ${instead}`,
	});
}

async function firstChoice(conversation: Conversation, { called }: CommandContext): Promise<AgentChoice> {
	const { choice } = await conversation.agents.upcoming();
	if (choice !== null) return choice;
	throw new RelayError('agent_not_installed', 'No agent is available for its TUI.', {
		hint: `See why: ${called('agents')}`,
	});
}

async function visit(
	{ agent, model, args: passed }: AgentChoice & Pick<Passed, 'args'>,
	conversation: Conversation,
	context: CommandContext,
): Promise<AttachEnd> {
	const { lendTerminal, notice, ownName } = context;
	const tui = requireTui(agent, withoutTui(agent, context));
	if (lendTerminal === null) throw noTerminal(context);
	const anew =
		context.conversation === null ? `${ownName} attach ${agent} --new` : `/new, then /attach ${agent}`;
	return conversation.beginning(async ({ session, ports }) => {
		const deps = withPolicy(ports);
		const { key, on_limit: onLimit } = deps.config.attach;
		const { permissions } = conversation.active();
		const adapter = deps.registry.find(agent);
		const plan = { session, adapter, tui, model, permissions, onLimit, notice, passed, anew };
		return lendTerminal(key, (terminal) => attachTui({ ...plan, terminal }, deps));
	}, notice);
}

/** The next agent works here, without its TUI. The shell keeps its conversation. */
function takeOver(
	choice: AgentChoice,
	conversation: Conversation,
	{ live, conversation: open }: CommandContext,
): Promise<Pick<Visits, 'exitCode'> & { result: SendResult }> {
	const kept: Running = { stopHard: () => conversation.stopHard(), close: async () => undefined };
	return live.conversation(open === null ? conversation : kept, async (shown) => {
		await conversation.handOff(choice);
		const result = await conversation.continuePending(shownTurns(shown));
		return { result, exitCode: shown.stoppedBy() ?? exitCodeOfResult(result) };
	});
}

function exitCodeOf({ signalCode, working, limit, exitCode, turns }: AttachEnd): number {
	if (signalCode !== null) return signalCode;
	if (working.length > 0) return EXIT.refused;
	if (limit !== null) return EXIT.checkpointed;
	// It never began.
	return exitCode !== null && exitCode !== 0 && turns.length === 0 ? EXIT.failed : EXIT.done;
}
