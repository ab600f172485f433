import { PRESETS } from '../../../agents/permission-presets.ts';
import { safeLine } from '../../../core/text.ts';
import { parsePreset } from '../agent-argument.ts';
import { type SlashCommand, type SlashContext, usageError } from '../slash-command.ts';

export const permissions: SlashCommand = {
	name: 'permissions',
	aliases: ['perms'],
	usage: 'permissions [read-only | edit | full | allow "COMMAND"]',
	summary: 'what agents may do; allow adds a command to your config',
	example: '/permissions allow "npm test"',
	duringTurn: 'queued',
	complete: async () => [...PRESETS, 'allow'].map((value) => ({ value })),
	async run(context, argument) {
		const allow = /^allow(?:\s+([\s\S]*))?$/.exec(argument);
		if (allow) return allowCommand(context, unquote((allow[1] ?? '').trim()));
		const preset = argument === '' ? await pickPreset(context) : argument;
		if (preset !== null) context.relay.setPermissions(parsePreset(preset));
		context.print([`Permissions: ${context.relay.active().permissions}`]);
	},
};

async function allowCommand({ relay, theme, print }: SlashContext, command: string): Promise<void> {
	if (command === '') throw usageError(permissions, 'Which command?');
	await relay.allowCommand(command);
	print([`${theme.bold(safeLine(command, 200))} is allowed under edit from the next turn`]);
}

async function pickPreset({ isInteractive, pick, relay }: SlashContext): Promise<string | null> {
	if (!isInteractive) return null;
	const current = relay.active().permissions;
	return pick(
		'Agents may',
		PRESETS.map((value) => ({ value, label: value === current ? `${value} (now)` : value })),
	);
}

function unquote(text: string): string {
	return /^"[^"]*"$|^'[^']*'$/.test(text) ? text.slice(1, -1) : text;
}
