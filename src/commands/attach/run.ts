/** `attach`: an agent's own TUI in the foreground, inside a session; the shell's own one where it is called there. */
import type { PermissionPreset } from '../../agents/agent-adapter.ts';
import { requireTui } from '../../attach/attach.ts';
import { RelayError } from '../../core/errors.ts';
import { requireExecutable } from '../../relay/agents/require-executable.ts';
import type { AgentChoice, Conversation } from '../../relay/conversation-contract.ts';
import { type Ports, withPolicy } from '../../relay/ports.ts';
import { latestConversation } from '../../relay/resume/find-conversation.ts';
import type { Body, Result } from '../command.ts';
import type { CommandContext } from '../context.ts';
import { refuseOddModel, startConversation } from '../conversation-start.ts';
import { openEarlier } from '../open-earlier.ts';
import { endToJson } from './end-json.ts';
import { passedArguments } from './passed-arguments.ts';
import { noTerminal, type Passed, type Visits, visits, withoutTui } from './visits.ts';

interface AttachOptions {
	agent: string | null;
	/** Behind the agent. */
	args: readonly string[];
	wrap: boolean;
	model: string | null;
	permissions: PermissionPreset | null;
	session: string | null;
	new: boolean;
	trust: boolean;
	here: boolean;
	json: boolean;
}

export interface AttachData extends Visits {
	ownName: string;
	/** The shell has the session open. */
	isOpen: boolean;
}

export const attach: Body<AttachOptions, AttachData> = {
	async run(context, options) {
		refuseOddMix(options, context);
		refuseOddModel(options);
		const ports = await context.ports({ isTrusted: options.trust, config: [] });
		const named = options.agent === null ? null : ports.settings().registry.parse(options.agent);
		if (named !== null) requireAgent(named, { ports, context });
		const { conversation } = context;
		const done =
			conversation === null
				? await visitsApart(context, options, passedTo(named, options, { ports, context }))
				: await visits(context, conversation, { named, passed: null });
		return asResult(done, context);
	},
	toJson: ({ ends, result, exitCode }) => ({
		session: ends.at(-1)?.sessionId ?? null,
		exit_code: exitCode,
		tuis: ends.map(endToJson),
		continued: result && { agent: result.state?.agent ?? null, outcome: result.outcome },
	}),
};

function asResult(done: Visits, { ownName, conversation }: CommandContext): Result<AttachData> {
	return { exitCode: done.exitCode, data: { ...done, ownName, isOpen: conversation !== null } };
}

/** In a conversation of its own, which is closed in the end. */
async function visitsApart(
	context: CommandContext,
	options: AttachOptions,
	passed: Passed | null,
): Promise<Visits> {
	const { agent, model, permissions, trust, here } = options;
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
		return await visits(context, conversation, { named: null, passed });
	} finally {
		await conversation.close();
	}
}

function refuseOddMix(options: AttachOptions, context: CommandContext): void {
	const { session, new: isNew, agent, args, wrap } = options;
	if (wrap && agent === null)
		throw new RelayError('usage', '--wrap opens the TUI of an agent that is named.', {
			hint: `For example: ${context.ownName} attach --wrap claude`,
		});
	const [word] = args;
	if (!wrap && word !== undefined)
		throw new RelayError('usage', `attach does not know ${JSON.stringify(word)}.`, {
			hint: `For options of the agent itself: ${context.ownName} attach --wrap ${agent ?? 'claude'} -- OPTIONS`,
		});
	if (isNew && session !== null)
		throw new RelayError('usage', '--new and --session exclude each other.', { hint: 'Give one of them.' });
	if (context.lendTerminal === null) throw noTerminal(context);
}

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

function passedTo(
	named: AgentChoice | null,
	{ args }: AttachOptions,
	{ ports, context }: { ports: Ports; context: CommandContext },
): Passed | null {
	if (named === null) return null;
	const { agent } = named;
	const { isTrusted, repo } = withPolicy(ports);
	const { folder, home, ownName } = context;
	const place = { agent, folder, home, worktree: repo.worktree, isTrusted, ownName };
	const tui = requireTui(agent, withoutTui(agent, context));
	return { agent, args: passedArguments(args, tui, place) };
}

/** Before a session is made. */
function requireAgent(
	{ agent }: AgentChoice,
	{ ports, context }: { ports: Ports; context: CommandContext },
): void {
	requireTui(agent, withoutTui(agent, context));
	requireExecutable(agent, withPolicy(ports));
}
