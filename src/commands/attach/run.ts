/** `attach`: an agent's own TUI in the foreground, inside a session, and what follows when the user comes back. */
import type { PermissionPreset } from '../../agents/agent-adapter.ts';
import { attach as attachTui, requireTui } from '../../attach/attach.ts';
import type { AttachEnd } from '../../attach/attach-contract.ts';
import { RelayError } from '../../core/errors.ts';
import { requireExecutable } from '../../relay/agents/require-executable.ts';
import type { AgentChoice, Conversation, SendResult } from '../../relay/conversation-contract.ts';
import { EXIT, exitCodeOfResult } from '../../relay/exit-codes.ts';
import { type Ports, withPolicy } from '../../relay/ports.ts';
import { latestConversation } from '../../relay/resume/find-conversation.ts';
import type { Body } from '../command.ts';
import type { CommandContext } from '../context.ts';
import { refuseOddModel, startConversation } from '../conversation-start.ts';
import { shownTurns } from '../live.ts';
import { openEarlier } from '../open-earlier.ts';
import { endToJson } from './end-json.ts';
import { endLines } from './end-lines.ts';
import { offerSuccessor } from './offer-successor.ts';

interface AttachOptions {
	agent: string | null;
	model: string | null;
	permissions: PermissionPreset | null;
	session: string | null;
	new: boolean;
	trust: boolean;
	here: boolean;
	json: boolean;
}

export interface AttachData {
	/** One for each TUI, oldest first. */
	ends: readonly AttachEnd[];
	/** Of the agent that took over without its TUI; null: none did. */
	result: SendResult | null;
	exitCode: number;
	ownName: string;
}

export const attach: Body<AttachOptions, AttachData> = {
	async run(context, options) {
		refuseOddMix(options, context);
		refuseOddModel(options);
		const { agent, model, permissions, trust, here } = options;
		const ports = await context.ports({ isTrusted: trust, config: [] });
		if (agent !== null) requireAgent(ports.settings().registry.parse(agent), ports);
		const conversation = await startConversation(
			context,
			{
				...{ agent, model, permissions, trust, here, order: null, timeout: null },
				...{ maxTurns: null, maxCost: null, wait: false, config: [] },
			},
			{ kind: 'run', canAnswer: false },
		);
		try {
			await openSession(context, conversation, options);
			return await visits(context, conversation);
		} finally {
			await conversation.close();
		}
	},
	toJson: ({ ends, result, exitCode }) => ({
		session: ends.at(-1)?.sessionId ?? null,
		exit_code: exitCode,
		tuis: ends.map(endToJson),
		continued: result && { agent: result.state?.agent ?? null, outcome: result.outcome },
	}),
};

function refuseOddMix({ session, new: isNew }: AttachOptions, { lendTerminal }: CommandContext): void {
	if (isNew && session !== null)
		throw new RelayError('usage', '--new and --session exclude each other.', { hint: 'Give one of them.' });
	if (lendTerminal === null) throw noTerminal();
}

const noTerminal = () =>
	new RelayError('usage', 'A TUI is attached to a terminal, and this is none.', {
		hint: 'Without one: agent-relay run "TASK"',
	});

/** The one that is named, else the latest one of this worktree, else a new one. */
async function openSession(
	context: CommandContext,
	conversation: Conversation,
	{ session: named, new: isNew, here }: AttachOptions,
): Promise<void> {
	const store = await context.store();
	const { worktree } = await context.repo();
	const latest =
		named === null && !isNew ? latestConversation(store, ({ meta }) => meta?.kind !== 'chat') : null;
	const session = named ?? (latest?.meta?.repo.worktree === worktree ? latest.id : null);
	await openEarlier(context, conversation, { continue: false, session, here });
}

async function visits(context: CommandContext, conversation: Conversation) {
	const ends: AttachEnd[] = [];
	const { clock, ownName } = context;
	const done = (exitCode: number, result: SendResult | null = null) => ({
		exitCode,
		data: { ends, result, exitCode, ownName },
	});
	let choice = await firstChoice(conversation);
	for (;;) {
		const end = await visit(choice, conversation, context);
		ends.push(end);
		context.show((look) => endLines(end, { ...look, now: clock.now() }));
		const next = await offerSuccessor(end, conversation, context);
		if (next === null) return done(exitCodeOf(end));
		if (next.how === 'run') {
			const result = await takeOver(next.choice, conversation, context);
			return done(result.exitCode, result.result);
		}
		choice = next.choice;
	}
}

/** Before a session is made. */
function requireAgent({ agent }: AgentChoice, ports: Ports): void {
	requireTui(agent);
	requireExecutable(agent, withPolicy(ports));
}

async function firstChoice(conversation: Conversation): Promise<AgentChoice> {
	const { choice } = await conversation.agents.upcoming();
	if (choice !== null) return choice;
	throw new RelayError('agent_not_installed', 'No agent is available for its TUI.', {
		hint: 'See why: agent-relay agents',
	});
}

async function visit(
	{ agent, model }: AgentChoice,
	conversation: Conversation,
	{ lendTerminal, notice }: CommandContext,
): Promise<AttachEnd> {
	requireTui(agent);
	if (lendTerminal === null) throw noTerminal();
	return conversation.beginning(async ({ session, ports }) => {
		const deps = withPolicy(ports);
		const { key, on_limit: onLimit } = deps.config.attach;
		const { permissions } = conversation.active();
		const adapter = deps.registry.find(agent);
		return lendTerminal(key, (terminal) =>
			attachTui({ session, adapter, model, permissions, terminal, onLimit, notice }, deps),
		);
	}, notice);
}

/** The next agent works here, without its TUI. */
function takeOver(choice: AgentChoice, conversation: Conversation, { live }: CommandContext) {
	return live.conversation(conversation, async (shown) => {
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
