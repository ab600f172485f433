import { command } from '../command.ts';
import { asJson, flag, needed } from '../options/option-table.ts';

export const mcp = command({
	path: 'mcp',
	about: "serve the relay's memory to an agent, as tools of the Model Context Protocol on stdin and stdout",
	examples: ['mcp', 'mcp --read-only'],
	in: ['cli'],
	duringTurn: 'queued',
	options: { readOnly: flag('--read-only', 'only the tools that change nothing') },
	load: async () => (await import('./run.ts')).mcp,
	lines: async () => () => [],
});

const facts = { in: ['cli'], duringTurn: 'queued', ignoresName: true } as const;
const agent = needed('<agent>', 'claude, codex, gemini, opencode or copilot', 'agents');

export const mcpInstall = command({
	...facts,
	path: 'mcp install',
	about: "give an agent that you use by hand the relay's tools: one entry in its own configuration",
	examples: ['mcp install claude', 'mcp install codex --json'],
	options: { agent, json: asJson },
	load: async () => (await import('./install.ts')).installServer,
	lines: async () => (await import('./lines.ts')).installedLines,
});

export const mcpUninstall = command({
	...facts,
	path: 'mcp uninstall',
	about: 'take that entry out again, and touch nothing else',
	examples: ['mcp uninstall claude'],
	options: { agent, json: asJson },
	load: async () => (await import('./install.ts')).uninstallServer,
	lines: async () => (await import('./lines.ts')).installedLines,
});
