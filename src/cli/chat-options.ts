/** The flags of `chat`, from text to what `openChat` takes; the shell's `/chat` reads its argument with the same ones. */
import { readPreset } from '../agents/permission-presets.ts';
import type { ChatOpening } from '../app/open-chat.ts';
import { RelayError } from '../core/errors.ts';
import type { RoleRequest } from '../relay/chat/participants.ts';
import type { ChatFlags } from '../shell/services.ts';
import { parseTimeout } from './relay-options.ts';

const MAX_TURNS = 1000;
export const CHAT_EXAMPLE = 'agent-relay chat "Tabs or spaces?" --agents claude,codex';

/** `words`: the topic, or for an earlier chat more of the user's words; null: none were given. Throws `usage`. */
export function chatOpening(options: ChatFlags, words: string | null): ChatOpening {
	const common = {
		until: options.until === undefined ? null : notEmpty(options.until, '--until'),
		maxTurns: options.maxTurns === undefined ? null : parseTurns(options.maxTurns),
		permissions: options.permissions === undefined ? null : readPreset(options.permissions),
		timeoutMs: options.timeout === undefined ? null : parseTimeout(options.timeout),
	};
	if (options.continue && options.session !== undefined)
		throw new RelayError('usage', '--continue and --session name two sessions.', {
			hint: 'Give one of them.',
		});
	if (options.continue || options.session !== undefined) {
		refuseWithEarlier(options);
		const isHere = options.here ?? false;
		return { type: 'earlier', session: options.session ?? null, words, isHere, ...common };
	}
	if (words === null)
		throw new RelayError('usage', 'No topic was given.', {
			hint: `For example: ${CHAT_EXAMPLE}`,
		});
	if (options.agents === undefined)
		throw new RelayError('usage', 'Who is to take part? Name two to five agents.', {
			hint: 'For example: --agents claude,codex',
		});
	const roles = (options.role ?? []).map(parseRole);
	return { type: 'new', topic: words, agents: parseAgents(options.agents), roles, ...common };
}

function refuseWithEarlier({ agents, role }: ChatFlags): void {
	const flag = agents !== undefined ? '--agents' : role && role.length > 0 ? '--role' : null;
	if (flag === null) return;
	throw new RelayError('usage', `${flag} is for a new chat: an earlier one keeps its participants.`, {
		hint: 'Start a new chat, or leave it out.',
	});
}

function parseAgents(text: string): string[] {
	const names = text.split(',').map((name) => name.trim());
	if (names.every((name) => name !== '')) return names;
	throw new RelayError('usage', `--agents ${JSON.stringify(text)} names no agent at one place.`, {
		hint: 'For example: --agents claude,codex',
	});
}

function parseRole(text: string): RoleRequest {
	const at = text.indexOf('=');
	if (at > 0) return { who: text.slice(0, at), role: text.slice(at + 1) };
	throw new RelayError('usage', `--role takes NAME="…", not ${JSON.stringify(text)}.`, {
		hint: 'For example: --role claude="defend the plan" --role 2="look for what is missing"',
	});
}

function parseTurns(text: string): number {
	const turns = Number(text);
	if (/^\d{1,4}$/.test(text) && turns > 0 && turns <= MAX_TURNS) return turns;
	throw new RelayError(
		'usage',
		`--max-turns takes a number from 1 to ${MAX_TURNS}, not ${JSON.stringify(text)}.`,
	);
}

function notEmpty(text: string, flag: string): string {
	if (text.trim() !== '') return text;
	throw new RelayError('usage', `${flag} is empty.`);
}
