/** How an agent of a turn starts this program as the server of its tools. */
import { join } from 'node:path';
import type { PermissionPreset } from '../agents/agent-adapter.ts';
import type { ToolServer } from '../agents/tool-server.ts';
import { CHANGING_TOOLS, READING_TOOLS } from '../commands/mcp/tool-names.ts';
import { packageRoot } from '../core/files/package-root.ts';

/** Under `read-only` an agent gets the tools that read, and a server that has no others. */
export function toolServerFor(permissions: PermissionPreset): ToolServer {
	const isReadOnly = permissions === 'read-only';
	return {
		command: [
			process.execPath,
			join(packageRoot(), 'bin/agent-relay.js'),
			'mcp',
			...(isReadOnly ? ['--read-only'] : []),
		],
		tools: isReadOnly ? READING_TOOLS : [...READING_TOOLS, ...CHANGING_TOOLS],
	};
}
