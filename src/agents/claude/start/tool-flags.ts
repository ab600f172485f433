import type { TurnRequest } from '../../agent-adapter.ts';
import { TOOL_SERVER } from '../../tool-server.ts';

/** Adds the relay's server to those of the user; one of theirs with the same name gives way for this call. */
export function serverFlags({ toolServer }: Pick<TurnRequest, 'toolServer'>): string[] {
	if (toolServer === undefined) return [];
	const [command, ...args] = toolServer.command;
	const mcpServers = { [TOOL_SERVER]: { type: 'stdio', command, args } };
	return ['--mcp-config', JSON.stringify({ mcpServers })];
}

/** Rules for `--allowedTools`. */
export const toolRules = ({ toolServer }: Pick<TurnRequest, 'toolServer'>): string[] =>
	(toolServer?.tools ?? []).map((tool) => `mcp__${TOOL_SERVER}__${tool}`);
