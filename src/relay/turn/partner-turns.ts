/** What the other shells of a pair did since: their turns go with the next prompt, as a packet. */
import { fromIso } from '../../core/clock.ts';
import { RelayError } from '../../core/errors.ts';
import type { LineageEntry } from '../../sessions/lineage/lineage.ts';
import { PAIR_VARIABLE } from '../../sessions/names/pair-mail.ts';
import { participantOf, type TurnState } from '../../sessions/turns/turn-state.ts';
import type { RelayDeps } from '../ports.ts';

/** Sessions of the name that are looked into, the newest by use. */
const MOST_SESSIONS = 20;

/**
 * The sessions beside `lineage` with those of their turns that ended since the pair began and that this conversation of the agent has
 * not been told of; none outside a pair. `nativeId`: of the conversation; null: a new one, which has been told nothing.
 */
export function partnerTurns(
	lineage: readonly LineageEntry[],
	{ agent, nativeId }: { agent: string; nativeId: string | null },
	{ store, env }: Pick<RelayDeps, 'store' | 'env'>,
): LineageEntry[] {
	const began = fromIso(env[PAIR_VARIABLE]);
	if (began === null) return [];
	const own = new Set<string>(lineage.map(({ meta }) => meta.id));
	const told = new Set(toldOf(lineage, agent, nativeId));
	const isNews = (turn: TurnState) =>
		turn.status !== 'running' && (fromIso(turn.started_at) ?? 0) >= began && !told.has(keyOf(turn));
	return store
		.list({ limit: MOST_SESSIONS })
		.filter(({ id, meta, lastUsedAt }) => meta !== null && !own.has(id) && lastUsedAt >= began)
		.flatMap(({ id }) => entryOf(id, store) ?? [])
		.map((entry) => ({
			...entry,
			turns: entry.turns.filter(isNews),
		}))
		.filter(({ turns }) => turns.length > 0)
		.sort((a, b) => (a.meta.id < b.meta.id ? -1 : 1));
}

const keyOf = ({ session_id, turn }: Pick<TurnState, 'session_id' | 'turn'>) => `${session_id}/${turn}`;

function toldOf(lineage: readonly LineageEntry[], agent: string, nativeId: string | null): string[] {
	if (nativeId === null) return [];
	return lineage
		.flatMap(({ turns }) => turns)
		.filter((turn) => participantOf(turn) === agent && turn.native_session_id === nativeId)
		.flatMap(({ told_of = [] }) => told_of.map(keyOf));
}

/** null for one that went, or cannot be read. */
function entryOf(id: Parameters<RelayDeps['store']['lineage']>[0], store: RelayDeps['store']) {
	try {
		return store.lineage(id).at(-1) ?? null;
	} catch (error) {
		if (error instanceof RelayError) return null;
		throw error;
	}
}

/** For the turn's record. */
export function turnsOf(entries: readonly LineageEntry[]): Array<{ session_id: string; turn: number }> {
	return entries.flatMap(({ turns }) => turns.map(({ session_id, turn }) => ({ session_id, turn })));
}

/** The notice that goes with the prompt; null: they did nothing. */
export function describePartners(partners: readonly LineageEntry[]): string | null {
	if (partners.length === 0) return null;
	const agents = [...new Set(partners.flatMap(({ turns }) => turns.map(({ agent }) => agent)))];
	return `What ${agents.join(' and ')} did beside you since goes with your prompt.`;
}
