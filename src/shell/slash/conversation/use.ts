import { parseArgs } from 'node:util';
import { PRESETS } from '../../../agents/permission-presets.ts';
import { describeReadiness } from '../../../commands/agents/readiness.ts';
import { safeLine } from '../../../core/text.ts';
import { switchRows } from '../../../view/hand-over/hand-over-rows.ts';
import { agentCandidates, parseAgentChoice, parsePreset } from '../agent-argument.ts';
import { type SlashCommand, type SlashContext, splitWords, usageError } from '../slash-command.ts';

export const use: SlashCommand = {
	name: 'use',
	aliases: ['switch'],
	usage: 'use [AGENT[:MODEL]] [--permissions P]',
	summary: 'switch to another agent; it gets what was done so far',
	example: '/use codex --permissions edit',
	flags: [
		['AGENT[:MODEL]', 'who works from the next prompt on; without it, pick from a list'],
		['-p, --permissions P', `what it may do: ${PRESETS.join(', ')}`],
	],
	now: ({ relay }) => {
		const { agent, model } = relay.active();
		return model === null ? agent : `${agent} ${safeLine(model, 40)}`;
	},
	duringTurn: 'queued',
	async complete({ relay }, argument) {
		if (/--permissions\s+\S*$/.test(argument)) return PRESETS.map((value) => ({ value }));
		if (/\s/.test(argument)) return [{ value: '--permissions' }];
		return agentCandidates(relay);
	},
	async run(context, argument) {
		const { name, permissions } = readUse(argument);
		const chosen = name ?? (await pickAgent(context));
		if (chosen === null) return;
		const choice = await parseAgentChoice(context.relay, chosen);
		const { losses, switched } = await context.relay.use(
			choice,
			permissions === undefined ? null : parsePreset(permissions),
		);
		const { agent, model, permissions: now } = context.relay.active();
		const { theme } = context;
		if (switched !== undefined) {
			const why = ['you switched', ...(permissions === undefined ? [] : [`${now} from now on`])];
			const columns = context.isInteractive ? context.columns : null;
			const rows = switchRows(
				{ ...switched, to: agent, why, losses },
				{ theme, columns, now: context.clock.now() },
			);
			context.print([...rows, theme.dim('  it goes with your next prompt')]);
			return;
		}
		const lines = [
			`${theme.bold(model === null ? agent : `${agent} ${model}`)} is next${theme.dim(` · ${now}`)}`,
		];
		context.print(lines);
	},
};

function readUse(argument: string): { name: string | undefined; permissions: string | undefined } {
	try {
		const { values, positionals } = parseArgs({
			args: splitWords(argument),
			options: { permissions: { type: 'string', short: 'p' } },
			allowPositionals: true,
		});
		if (positionals.length <= 1) return { name: positionals[0], permissions: values.permissions };
	} catch (error) {
		throw usageError(use, error instanceof Error ? error.message : String(error));
	}
	throw usageError(use, 'Name one agent at a time.');
}

async function pickAgent(context: SlashContext): Promise<string | null> {
	const agents = await context.relay.agents.all();
	if (!context.isInteractive)
		throw usageError(use, `Which agent? ${agents.map(({ agent }) => agent).join(', ')}`);
	return context.pick(
		'Switch to',
		agents.map((agent) => ({
			value: agent.agent,
			label: `${agent.agent} (${describeReadiness(agent, { isOpen: true })})`,
			isNow: agent.isActive,
		})),
	);
}
