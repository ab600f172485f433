/** Who takes part in a chat: turns what the user named into ids that distinguish conversations. Pure. */
import type { AgentRegistry } from '../../agents/registry.ts';
import { RelayError } from '../../core/errors.ts';
import type { ChatParticipant } from '../../sessions/session-meta.ts';
import type { AgentChoice } from '../conversation-contract.ts';

const MIN_PARTICIPANTS = 2;
/** With more, rounds are so long that nobody's last words are still what the others answer. */
const MAX_PARTICIPANTS = 5;

export interface RoleRequest {
	/** A participant's id, `agent[:model]`, or its number in the order named, from 1 on. */
	who: string;
	role: string;
}

/** Throws `usage` or `unknown_agent` with what to write instead. */
export function readParticipants(
	names: readonly string[],
	roles: readonly RoleRequest[],
	registry: AgentRegistry,
): ChatParticipant[] {
	const choices = names.map((name) => registry.parse(name));
	if (choices.length < MIN_PARTICIPANTS || choices.length > MAX_PARTICIPANTS)
		throw new RelayError(
			'usage',
			`A chat has ${MIN_PARTICIPANTS} to ${MAX_PARTICIPANTS} participants, not ${choices.length}.`,
			{ hint: 'For example: --agents claude,codex' },
		);
	const ids = participantIds(choices);
	const participants = choices.map(({ agent, model }, i) => ({
		id: ids[i] ?? agent,
		agent,
		model,
		role: null,
		left: null,
	}));
	const withRoles = roles.reduce<ChatParticipant[]>(
		(known, request) => giveRole(known, request, registry),
		participants,
	);
	refuseTwins(withRoles);
	return withRoles;
}

/** `claude`, `claude-opus` for a model, `claude-2` for the same again. */
function participantIds(choices: readonly AgentChoice[]): string[] {
	const taken = new Set<string>();
	return choices.map(({ agent, model }) => {
		const base = (model === null ? agent : `${agent}-${model}`).replace(/[^A-Za-z0-9._-]+/g, '-');
		let id = base;
		for (let n = 2; taken.has(id); n++) id = `${base}-${n}`;
		taken.add(id);
		return id;
	});
}

function giveRole(
	participants: readonly ChatParticipant[],
	{ who, role }: RoleRequest,
	registry: AgentRegistry,
): ChatParticipant[] {
	const meant = findMeant(participants, who.trim(), registry);
	if (role.trim() === '') throw new RelayError('usage', `The role of ${meant.id} is empty.`);
	if (meant.role !== null)
		throw new RelayError('usage', `${meant.id} was given two roles.`, { hint: 'Say both in one --role.' });
	return participants.map((one) => (one === meant ? { ...one, role } : one));
}

function findMeant(
	participants: readonly ChatParticipant[],
	who: string,
	registry: AgentRegistry,
): ChatParticipant {
	const byId = participants.find(({ id }) => id === who);
	if (byId) return byId;
	const byNumber = /^\d+$/.test(who) ? participants[Number(who) - 1] : undefined;
	if (byNumber) return byNumber;
	const [only, ...more] = /^\d+$/.test(who) ? [] : thoseOf(participants, who, registry);
	if (only && more.length === 0) return only;
	const names = participants.map(({ id }, i) => `${id} (${i + 1})`).join(', ');
	throw new RelayError(
		'usage',
		only ? `--role ${who} could mean several participants.` : `--role ${who} names nobody of this chat.`,
		{ hint: `Participants: ${names}` },
	);
}

function thoseOf(participants: readonly ChatParticipant[], who: string, registry: AgentRegistry) {
	const { agent, model } = registry.parse(who);
	const own = participants.filter((one) => one.agent === agent);
	const exact = own.filter((one) => one.model === model);
	return exact.length > 0 || model !== null ? exact : own;
}

/** Two of the same kind would be one opinion said twice. */
function refuseTwins(participants: readonly ChatParticipant[]): void {
	for (const [i, one] of participants.entries()) {
		const twin = participants
			.slice(0, i)
			.find(({ agent, model, role }) => agent === one.agent && model === one.model && role === one.role);
		if (twin)
			throw new RelayError('usage', `${twin.id} and ${one.id} have the same model and the same role.`, {
				hint: `Give one another model (${one.agent}:MODEL) or a role (--role ${i + 1}="…").`,
			});
	}
}
