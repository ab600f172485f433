import type { PermissionPreset, TurnRequest } from '../../agents/agent-adapter.ts';
import type { RelayDeps } from '../ports.ts';

type Deps = Pick<RelayDeps, 'toolServer' | 'isTrusted' | 'config'>;

/** The relay's own tools, for an agent in a trusted repo whose user did not switch them off. */
export function turnTools(
	permissions: PermissionPreset,
	{ toolServer, isTrusted, config }: Deps,
): Pick<TurnRequest, 'toolServer'> {
	return toolServer === undefined || !isTrusted || !config.mcp.inject
		? {}
		: { toolServer: toolServer(permissions) };
}
