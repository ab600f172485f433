import type { AgentId } from '../../agents/contract.ts';

/** What the user is told, once a turn, where a parser met what it cannot read. */
export function unreadableOutput(agent: AgentId, rawPath: string): string {
	return `A part of ${agent}'s output could not be read; it is kept as it came in ${rawPath}.`;
}
