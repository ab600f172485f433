import { PRESETS } from '../../../agents/permission-presets.ts';
import { safeLine } from '../../../core/text.ts';
import type { AllowScope } from '../../../relay/ports.ts';
import { disallow } from '../../../sessions/transitions.ts';
import { parsePreset } from '../agent-argument.ts';
import { type SlashCommand, type SlashContext, usageError } from '../slash-command.ts';
import { readWordsAndFlags } from '../words-and-flags.ts';

const COMMAND_CHARS = 200;
const FLAGS = { repo: { type: 'boolean' }, global: { type: 'boolean' } } as const;

export const permissions: SlashCommand = {
	name: 'permissions',
	aliases: ['perms'],
	usage: 'permissions [read-only | edit | full | allow "COMMAND" | disallow "COMMAND"] [--repo | --global]',
	summary: 'what agents may do; allow adds a command to your config, disallow takes it back',
	example: '/permissions allow "npm test"',
	flags: [
		['read-only, edit, full', 'what agents may do from the next turn on'],
		['allow "COMMAND"', 'let edit run it, with any further arguments'],
		['disallow "COMMAND"', 'take that back'],
		['--repo', 'in this repo (the default)'],
		['--global', 'everywhere'],
	],
	now: ({ relay }) => relay.active().permissions,
	duringTurn: 'queued',
	complete: async () => [...PRESETS, 'allow', 'disallow'].map((value) => ({ value })),
	async run(context, argument) {
		const change = /^(allow|disallow)(?:\s+([\s\S]*))?$/.exec(argument);
		if (change) return changeCommand(context, change[1] === 'allow', change[2] ?? '');
		const preset = argument === '' ? await pickPreset(context) : argument;
		if (preset !== null) context.relay.setPermissions(parsePreset(preset));
		context.print([`Permissions: ${context.relay.active().permissions}`]);
		if (argument === '') context.print(await allowedLines(context));
	},
};

/** In this repo, unless the user says everywhere; a rule of the session is taken back, too. */
function changeCommand({ relay, theme, print }: SlashContext, isAllowed: boolean, argument: string): void {
	const { values, words } = readWordsAndFlags(permissions, argument, FLAGS);
	if (words === null) throw usageError(permissions, 'Which command?');
	if (values.repo && values.global) throw usageError(permissions, '--repo and --global exclude each other.');
	const where: AllowScope = values.global ? 'everywhere' : 'repo';
	const set = (action: 'run' | 'leave' | 'edit') =>
		relay.setAllowed({ action, what: words }, where, isAllowed);
	// What was allowed by an answer is taken back as well, whatever it was.
	const isTakenBack = !isAllowed && where === 'repo' && [set('leave'), set('edit')].includes(true);
	const isChanged = set('run') || isTakenBack;
	const isOfSession = !isAllowed && isAllowedInSession(relay.session()?.meta.allowed, words);
	if (isOfSession) relay.change(disallow, { what: words });
	const shown = theme.bold(safeLine(words, COMMAND_CHARS));
	const place = where === 'repo' ? 'in this repo' : 'everywhere';
	if (isAllowed) print([`${shown} is allowed under edit ${place}`]);
	else if (isChanged || isOfSession)
		print([`${shown} is no longer allowed ${isChanged ? place : 'in this session'}`]);
	else print([`${shown} was not allowed ${place}; /permissions lists what is`]);
}

const isAllowedInSession = (rules: ReadonlyArray<{ what: string }> = [], command: string) =>
	rules.some(({ what }) => what === command);

/** What is allowed beyond the preset, and where. */
async function allowedLines({ relay, context, theme }: SlashContext): Promise<string[]> {
	const { permissions } = (await context.settings()).loaded.config;
	const session = (relay.session()?.meta.allowed ?? []).map(describeRule);
	const { worktree } = relay.place();
	const unsandboxed = permissions.repo_unsandboxed[worktree] ?? [];
	const edits = permissions.repo_edits[worktree] ?? [];
	const groups = [
		['in this session', session],
		['in this repo', permissions.repo_commands[worktree] ?? []],
		['in this repo', unsandboxed.map((what) => describeRule({ action: 'leave', what }))],
		['in this repo', edits.map((what) => describeRule({ action: 'edit', what }))],
		['everywhere', permissions.allow_commands],
	] as const;
	return groups.flatMap(([where, commands]) =>
		commands.map((command) => `  ${safeLine(command, COMMAND_CHARS)}${theme.dim(` · ${where}`)}`),
	);
}

function describeRule({ action, what }: { action: string; what: string }): string {
	if (action === 'run') return what;
	return `${action === 'leave' ? 'outside the sandbox:' : action} ${what}`;
}

async function pickPreset({ isInteractive, pick, relay }: SlashContext): Promise<string | null> {
	if (!isInteractive) return null;
	const current = relay.active().permissions;
	return pick(
		'Agents may',
		PRESETS.map((value) => {
			const isNow = value === current;
			return { value, label: isNow ? `${value} (now)` : value, isNow };
		}),
	);
}
