/** The relay's own tools (`agent-relay mcp`), as one turn's agent gets them by its CLI's settings for one call. */

/** How every CLI knows the server: letters and `_` alone, which none of them rewrites. */
export const TOOL_SERVER = 'agent_relay';

export interface ToolServer {
	/** Starts it: an absolute path, then arguments. Nothing in them is secret. */
	command: readonly [string, ...string[]];
	/** The tools that it has for this turn; they may be used without a question. */
	tools: readonly string[];
}

/** Variables by which the server finds what its user keeps, for a CLI that passes on only those that are named to it. */
export const TOOL_SERVER_VARIABLES: readonly string[] = [
	'XDG_CONFIG_HOME',
	'XDG_DATA_HOME',
	'XDG_STATE_HOME',
	'XDG_CACHE_HOME',
	'XDG_RUNTIME_DIR',
	'AGENT_RELAY_SESSION',
	'AGENT_RELAY_TURN',
	'AGENT_RELAY_NAME',
	'AGENT_RELAY_DEPTH',
];
