import { join } from 'node:path';
import type { TurnRequest } from '../../agent-adapter.ts';
import { simpleCommand } from '../../asking/allow-commands.ts';
import { listOrEmpty, objectOrEmpty, textOrNull } from '../../reading/json-fields.ts';
import { readLoginJson } from '../../reading/login-file.ts';
import { copilotHome } from '../native/copilot-home.ts';

const NO_SHELL = '--deny-tool=shell';
/** A longer list would not fit into a command line. */
const MAX_COMMANDS = 200;

/**
 * What a person once allowed for good in Copilot's own dialog is obeyed in a headless turn too (1.0.102: `touch` ran under
 * read-only). Each such command is refused by name, whatever folder it was saved for; all of the shell if the file cannot be
 * read or names a command that no rule can. `allowed`: what the preset itself allows stays. Under read-only the approved
 * MCP servers are refused as well.
 */
export function savedApprovals(
	{ env, permissions }: Pick<TurnRequest, 'env' | 'permissions'>,
	allowed: readonly string[],
): string[] {
	const home = copilotHome(env);
	const saved = home === null ? null : readLoginJson(join(home, 'permissions-config.json'));
	if (saved === null) return [];
	if (saved === 'unreadable') return [NO_SHELL];
	const approvals = Object.values(objectOrEmpty(saved.locations)).flatMap((location) =>
		listOrEmpty(objectOrEmpty(location).tool_approvals).map(objectOrEmpty),
	);
	const commands = approvals
		.filter(({ kind }) => kind === 'commands')
		.flatMap(({ commandIdentifiers }) =>
			Array.isArray(commandIdentifiers) ? [...commandIdentifiers] : [undefined],
		);
	return [
		...refusedCommands(commands, allowed),
		...(permissions === 'read-only' ? approvals.flatMap(refusedServer) : []),
	];
}

function refusedCommands(identifiers: readonly unknown[], allowed: readonly string[]): string[] {
	const commands = identifiers.map((identifier) =>
		typeof identifier === 'string' ? (simpleCommand(identifier)?.join(' ') ?? null) : null,
	);
	const names = [...new Set(commands)];
	if (names.includes(null) || names.length > MAX_COMMANDS) return [NO_SHELL];
	return names
		.filter((name) => name !== null && !allowed.some((words) => overlap(words, name)))
		.map((name) => `--deny-tool=shell(${name})`);
}

/** A refusal of either would take the other with it. */
function overlap(allowed: string, saved: string): boolean {
	return `${allowed} `.startsWith(`${saved} `) || `${saved} `.startsWith(`${allowed} `);
}

function refusedServer({ kind, serverName }: Readonly<Record<string, unknown>>): string[] {
	const name = kind === 'mcp' ? textOrNull(serverName) : null;
	return name !== null && /^[\w.-]+$/.test(name) ? [`--deny-tool=${name}`] : [];
}
