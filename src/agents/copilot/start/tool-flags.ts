import type { TurnRequest } from '../../agent-adapter.ts';
import { TOOL_SERVER } from '../../tool-server.ts';

/**
 * Adds the relay's server to those of the user for this call, and allows its tools by name. 1.0.102 starts a server with all of its
 * own environment, and offers a tool as `agent_relay-NAME`.
 */
export function toolFlags({ toolServer }: Pick<TurnRequest, 'toolServer'>): string[] {
	if (toolServer === undefined) return [];
	const { tools } = toolServer;
	const [command, ...args] = toolServer.command;
	const mcpServers = { [TOOL_SERVER]: { type: 'local', command, args, tools } };
	return [
		`--additional-mcp-config=${JSON.stringify({ mcpServers })}`,
		...tools.map((tool) => `--allow-tool=${TOOL_SERVER}(${tool})`),
	];
}
