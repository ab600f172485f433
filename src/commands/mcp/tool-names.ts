/** The tools of `agent-relay mcp` by name, for those who start agents: what each of them is stands in `mcp/tools/`. */

/** They change nothing. */
export const READING_TOOLS = [
	'list_sessions',
	'get_packet',
	'search_history',
	'get_conversation',
	'list_tags',
	'list_workstreams',
	'get_session_summaries',
] as const;

export const CHANGING_TOOLS = [
	'create_session',
	'select_session',
	'archive_session',
	'rebind_session',
	'tag_session',
	'tag_message',
	'reindex',
	'create_workstream',
	'save_workstream',
	'park_workstream',
	'switch_workstream',
	'manage_idea',
	'summarize_activity',
	'note',
] as const;

export type ToolName = (typeof READING_TOOLS)[number] | (typeof CHANGING_TOOLS)[number];
