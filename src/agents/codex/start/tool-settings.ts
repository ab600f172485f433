import type { TurnRequest } from '../../agent-adapter.ts';
import { TOOL_SERVER, TOOL_SERVER_VARIABLES } from '../../tool-server.ts';
import { tomlString } from './toml-string.ts';

/**
 * Values for `-c`. codex passes its server only a few variables, so those that say where the relay's records are go by name. In
 * exec a tool that may change something is cancelled unless it is approved beforehand.
 */
export function toolSettings({ toolServer }: Pick<TurnRequest, 'toolServer'>): string[] {
	if (toolServer === undefined) return [];
	const [command, ...args] = toolServer.command;
	const values = {
		command: tomlString(command),
		args: list(args),
		env_vars: list(TOOL_SERVER_VARIABLES),
		enabled_tools: list(toolServer.tools),
		default_tools_approval_mode: tomlString('approve'),
	};
	return Object.entries(values).map(([key, value]) => `mcp_servers.${TOOL_SERVER}.${key}=${value}`);
}

const list = (words: readonly string[]) => `[${words.map(tomlString).join(',')}]`;
