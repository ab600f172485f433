/** How what an agent gets now differs from what it was given in its last turn of a session, in lines. Pure. */
import type { LoginState, PermissionPreset } from '../../agents/agent-adapter.ts';
import { safeLine } from '../../core/text.ts';
import type { SessionMeta } from '../../sessions/session-meta.ts';

type Known = Pick<
	SessionMeta['agents'][string],
	'permissions' | 'account' | 'allow_commands' | 'mcp_servers' | 'last_turn'
>;

export interface Grants {
	permissions: PermissionPreset;
	allowCommands: readonly string[];
	account: LoginState['account'];
}

/** For an agent that continues; empty if nothing changed, or the record does not say. */
export function grantChanges(agent: string, known: Known, now: Grants): string[] {
	const lines: string[] = [];
	if (known.account !== undefined && known.account.hash !== now.account)
		lines.push(`${agent} is logged in with another account than in its last turn here`);
	if (known.permissions !== now.permissions)
		lines.push(`${agent} had the permissions ${known.permissions}; it continues with ${now.permissions}`);
	const commands = known.allow_commands && differences(known.allow_commands, now.allowCommands);
	if (commands) lines.push(`the commands that ${agent} may run have changed: ${commands}`);
	return lines;
}

/** The change in MCP servers, which the agent itself reports as it begins. */
export function serverChange(
	agent: string,
	known: readonly string[] | null | undefined,
	now: readonly string[],
): string | null {
	const servers = known ? differences(known, now) : null;
	return servers === null ? null : `the MCP servers of ${agent} have changed: ${servers}`;
}

/** `now also npm test; no longer git push`; null if nothing differs. */
function differences(before: readonly string[], after: readonly string[]): string | null {
	const list = (texts: readonly string[]) => texts.map((text) => safeLine(text, 80)).join(', ');
	const added = after.filter((text) => !before.includes(text));
	const gone = before.filter((text) => !after.includes(text));
	const parts = [
		...(added.length > 0 ? [`now also ${list(added)}`] : []),
		...(gone.length > 0 ? [`no longer ${list(gone)}`] : []),
	];
	return parts.length === 0 ? null : parts.join('; ');
}
