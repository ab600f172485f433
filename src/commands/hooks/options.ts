import { command } from '../command.ts';
import { asJson, asTyped, flag, needed, value } from '../options/option-table.ts';

const facts = { in: ['cli'], duringTurn: 'queued', ignoresName: true } as const;
const AGENTS = ['claude', 'codex', 'gemini', 'opencode', 'copilot'];
const NAMED = 'claude, codex, gemini, opencode or copilot';
const agent = needed('<agent>', NAMED, { words: AGENTS });
const dryRun = flag('--dry-run', 'say what would be done, and change nothing');

export const hooksInstall = command({
	...facts,
	path: 'hooks install',
	about: 'let an agent that you use by hand call the relay: marked entries in its own configuration',
	examples: ['hooks install claude', 'hooks install codex --dry-run'],
	options: { agent, dryRun, json: asJson },
	load: async () => (await import('./change-hooks.ts')).installHooks,
	lines: async () => (await import('./lines.ts')).changedLines,
});

export const hooksUninstall = command({
	...facts,
	path: 'hooks uninstall',
	about: 'take those entries out again, and touch nothing else',
	examples: ['hooks uninstall claude'],
	options: { agent, dryRun, json: asJson },
	load: async () => (await import('./change-hooks.ts')).uninstallHooks,
	lines: async () => (await import('./lines.ts')).changedLines,
});

export const hooksStatus = command({
	...facts,
	path: 'hooks status',
	about: 'show which agents call the relay, and the conversations that they reported last',
	examples: ['hooks status', 'hooks status claude --json'],
	options: {
		agent: value('[agent]', `${NAMED}; default: all of them`, { words: AGENTS }, asTyped),
		json: asJson,
	},
	load: async () => (await import('./show-hooks.ts')).showHooks,
	lines: async () => (await import('./lines.ts')).statusLines,
});
