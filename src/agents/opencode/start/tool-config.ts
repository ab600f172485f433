import type { TurnRequest } from '../../agent-adapter.ts';
import { type JsonObject, objectOrEmpty } from '../../reading/json-fields.ts';
import { TOOL_SERVER } from '../../tool-server.ts';

type Asked = Pick<TurnRequest, 'toolServer'>;

/** The user's servers of this call with the relay's beside them; null: there is nothing to add. */
export function withToolServer(own: JsonObject, { toolServer }: Asked): JsonObject | null {
	if (toolServer === undefined) return null;
	const server = { type: 'local', command: [...toolServer.command], enabled: true };
	return { ...objectOrEmpty(own.mcp), [TOOL_SERVER]: server };
}

/** Rules that let the relay's tools through, whatever the preset denies of other servers. */
export const toolPermissions = ({ toolServer }: Asked): Record<string, 'allow'> =>
	Object.fromEntries((toolServer?.tools ?? []).map((tool) => [`${TOOL_SERVER}_${tool}`, 'allow'] as const));
