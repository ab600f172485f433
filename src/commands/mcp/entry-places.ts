/** Where each CLI keeps the servers of its user, and how ours is written there. */
import { join } from 'node:path';
import { TOOL_SERVER, TOOL_SERVER_VARIABLES } from '../../agents/tool-server.ts';
import type { EntryPlace } from '../entries/edit-entry.ts';
import { addJsonEntry, jsonEntry, removeJsonEntry } from '../entries/json-entry.ts';
import { addTomlEntry, removeTomlEntry } from '../entries/toml-entry.ts';

export const AGENTS_WITH_SERVERS = ['claude', 'codex', 'gemini', 'opencode', 'copilot'] as const;
export type AgentWithServers = (typeof AGENTS_WITH_SERVERS)[number];

interface Asked {
	env: Readonly<Record<string, string>>;
	home: string;
	/** Starts the server. */
	command: readonly [string, ...string[]];
}

export function entryPlace(agent: AgentWithServers, { env, home, command }: Asked): EntryPlace {
	const [program, ...args] = command;
	switch (agent) {
		case 'claude':
			return json([join(env.CLAUDE_CONFIG_DIR || home, '.claude.json')], 'mcpServers', {
				type: 'stdio',
				command: program,
				args,
			});
		case 'codex':
			return {
				files: [join(env.CODEX_HOME || join(home, '.codex'), 'config.toml')],
				empty: '',
				add: (text) => addTomlEntry(text, 'mcp_servers', TOOL_SERVER, tomlLines(program, args)),
				remove: removeTomlEntry,
			};
		case 'gemini':
			return json([join(env.GEMINI_CLI_HOME || home, '.gemini/settings.json')], 'mcpServers', {
				command: program,
				args,
			});
		case 'opencode': {
			const folder = join(env.XDG_CONFIG_HOME || join(home, '.config'), 'opencode');
			const files = ['opencode.json', 'opencode.jsonc'].map((name) => join(folder, name));
			return json(files, 'mcp', { type: 'local', command: [...command], enabled: true });
		}
		case 'copilot':
			return json([join(env.COPILOT_HOME || join(home, '.copilot'), 'mcp-config.json')], 'mcpServers', {
				type: 'local',
				command: program,
				args,
				tools: ['*'],
			});
		default:
			return agent satisfies never;
	}
}

/** JSON's strings are strings of TOML as well. */
function tomlLines(program: string, args: readonly string[]): string[] {
	const list = (words: readonly string[]) => `[${words.map((word) => JSON.stringify(word)).join(', ')}]`;
	return [
		`command = ${JSON.stringify(program)}`,
		`args = ${list(args)}`,
		`env_vars = ${list(TOOL_SERVER_VARIABLES)}`,
	];
}

function json(files: readonly string[], parent: string, entry: object): EntryPlace {
	const value = JSON.stringify(entry);
	return {
		files,
		empty: '{}\n',
		add: (text) => addJsonEntry(text, parent, TOOL_SERVER, value),
		remove: (text) =>
			jsonEntry(text, parent, TOOL_SERVER) === null ? null : removeJsonEntry(text, parent, TOOL_SERVER),
	};
}
