/** What happened, in one line each. All text of others goes through `core/text` here; rows are broken by whoever draws. */
import type { AgentEvent } from '../agents/events.ts';
import { safeLine } from '../core/text.ts';
import type { RelayEvent, Speaker } from '../relay/events/relay-events.ts';
import { formatDuration } from '../ui/quantities.ts';
import type { Theme } from '../ui/theme.ts';

type Of<T extends RelayEvent['type']> = Extract<RelayEvent, { type: T }>;
type AgentOf<T extends AgentEvent['type']> = Extract<AgentEvent, { type: T }>;

/** Characters of a title, an error or a reason that are worth a line. */
const TITLE_CHARS = 160;
const ERROR_CHARS = 400;

export function describeError(event: AgentOf<'error'>, theme: Theme): string {
	return theme.bad(`! ${safeLine(event.message, ERROR_CHARS)}`);
}

/** `claude asks on the terminal: [sudo] password for dev:`, and what can be done. */
export function describeTerminalAsked(
	{ agent, text, refusedInMs }: Of<'terminal_asked'>,
	theme: Theme,
	{ answer = '', onlyWatches = false }: { answer?: string; onlyWatches?: boolean },
): string[] {
	const what =
		text === '' ? 'waits for input on the terminal' : `asks on the terminal: ${safeLine(text, TITLE_CHARS)}`;
	const how =
		refusedInMs === null
			? onlyWatches
				? 'it is answered where the relay runs'
				: `${answer} · Ctrl+C stops the turn`
			: `nobody can answer ${onlyWatches ? 'there' : 'here'}; refused in ${formatDuration(refusedInMs)} (turn.answer_s)`;
	return [theme.warn(`? ${agent} ${what}`), theme.dim(`  ${how}`)];
}

/** Before a turn, where no prompt says so: `claude opus · edit · in api/`. */
export function describeReceiver(
	{ agent, model, permissions, folder }: Of<'turn_started'>,
	theme: Theme,
): string {
	const who = model === null ? agent : `${agent} ${safeLine(model, 40)}`;
	const where = folder === undefined ? [] : [describeFolder(folder)];
	return theme.dim([who, permissions, ...where].join(' · '));
}

/** Before a turn that is watched: `turn 2 · codex · edit · failover · with resume/001-claude-codex.md`. */
export function describeTurnHead(
	{ turn, agent, model, permissions, trigger, resumed, packet }: Of<'turn_started'>,
	theme: Theme,
): string {
	const facts = [
		model === null ? agent : `${agent} ${safeLine(model, 40)}`,
		permissions,
		trigger === 'user' ? '' : trigger,
		resumed ? 'its conversation is resumed' : '',
		packet === null ? '' : `with ${safeLine(packet, TITLE_CHARS)}`,
	].filter((fact) => fact !== '');
	return `${theme.bold(`turn ${turn}`)}${theme.dim(` · ${facts.join(' · ')}`)}`;
}

/** A folder of the worktree, relative to it. */
export const describeFolder = (folder: string) => `in ${safeLine(folder, 60)}/`;

/** Before a turn of a chat: `codex (critic) · turn 3 of 6`. */
export function describeSpeaker({ participant, role, number, maxTurns }: Speaker, theme: Theme): string {
	const as = role === null ? '' : ` (${safeLine(role, TITLE_CHARS)})`;
	return `${theme.bold(participant)}${as}${theme.dim(` · turn ${number} of ${maxTurns}`)}`;
}

export function describeLeft({ participant, text }: Of<'participant_left'>, theme: Theme): string {
	return theme.warn(`! ${participant} leaves the chat: it ${safeLine(text, ERROR_CHARS)}`);
}
