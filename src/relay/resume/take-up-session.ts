/** Resuming an earlier session: where it continues, whether it may, and what is repaired first. */
import { RelayError } from '../../core/errors.ts';
import { parseSessionId, type SessionId } from '../../core/ids.ts';
import { lastingId, type SessionMeta } from '../../sessions/session-meta.ts';
import type { OpenSession } from '../../sessions/store/session-store.ts';
import { moveTo } from '../../sessions/transitions.ts';
import { grantChanges } from '../agents/grants.ts';
import type { Selection } from '../agents/selection.ts';
import type { ResumeOptions } from '../conversation-contract.ts';
import type { ConversationState } from '../conversation-state.ts';
import { type Ports, type RelayDeps, type RelayStart, withPolicy } from '../ports.ts';
import { repairSession } from './repair.ts';
import { restoreSettings } from './restore-settings.ts';
import { acceptOrigin, refuseArchived, requireOrigin } from './session-origin.ts';
import { placeSession, repoAt, type SessionPlace } from './session-place.ts';
import { describeUnconfirmed } from './unconfirmed-words.ts';

/** Throws like `Conversation.resume`; once it returns, the session is this user's. */
export async function findPlace(
	id: SessionId,
	{ start, options, home }: { start: RelayStart; options: ResumeOptions; home: Ports },
	{ survivors }: Pick<Ports, 'survivors'>,
): Promise<SessionPlace> {
	const isHere = options.isHere || (start.isHere ?? false);
	const recorded = home.store.read(id);
	if (start.kind !== 'race') refuseRace(recorded);
	refuseArchived(recorded);
	requireOrigin(recorded, home.store.witness(id), isHere || (options.isAccepted ?? false));
	const place = await placeSession(recorded, home, { isHere });
	for (const folder of new Set([place.ports.repo.worktree, recorded.repo.worktree]))
		await survivors.settle(folder, options.signal);
	acceptOrigin(id, place.ports.store);
	return place;
}

/** Repairs what a relay left, and adopts the session's choices. Returns what was found and done, in lines for people. */
export async function takeUp(
	session: OpenSession,
	place: SessionPlace,
	{ state, start }: { state: ConversationState; start: RelayStart },
): Promise<string[]> {
	const settings = await restoreSettings(session, start, place.ports);
	const deps = withPolicy(place.ports);
	const found = await settle(session, place, deps);
	const { selection } = state;
	selection.adopt(start, deps);
	selection.restore(session.meta, session.turns().at(-1) ?? null, {
		isKnown: (agent) => deps.registry.adapters.some((adapter) => adapter.id === agent),
		asked: start.permissions,
	});
	const changes = changedGrants(session, selection, deps);
	const words = describeUnconfirmed(place.ports.store.story(session.id));
	if (words !== null) state.unconfirmedReportedIn = session.id;
	const lines = [place.notice, words, ...settings].filter((line) => line !== null);
	for (const text of [...lines, ...changes]) session.log({ type: 'notice', level: 'info', text });
	return [...lines, ...session.notices, ...found, ...changes];
}

/** Ends what a relay left unfinished in it. Returns what was found, in lines for people. */
async function settle(session: OpenSession, place: SessionPlace, deps: RelayDeps): Promise<string[]> {
	if (place.is === 'moved') session.apply(moveTo, repoAt(place, session.meta.repo));
	const found = await repairSession(session, deps);
	session.keepRecords();
	if (place.is !== 'moved') session.apply(moveTo, repoAt(place, session.meta.repo));
	return found;
}

/** How the grants of the agent that continues differ from those it had in this session. */
function changedGrants(
	{ meta }: OpenSession,
	{ active, permissions }: Pick<Selection, 'active' | 'permissions'>,
	{ loginOf, config }: RelayDeps,
): string[] {
	const known = active === null ? undefined : meta.agents[active.agent];
	if (active === null || known === undefined) return [];
	const { account } = loginOf(active.agent);
	const { allow_commands: allowCommands } = config.permissions;
	return grantChanges(active.agent, known, { permissions, allowCommands, account });
}

/** The entrants of a race work in worktrees of their own, where their turns are judged and resumed. */
function refuseRace({ id, kind, parent }: SessionMeta): void {
	if (kind !== 'race') return;
	const race = (parent === null ? null : parseSessionId(parent)) ?? id;
	throw new RelayError('usage', `Session ${id} is ${parent === null ? 'a race' : 'an entrant of a race'}.`, {
		hint: `Resume the race: agent-relay race resume ${race.slice(-6)}`,
	});
}

export function nothingPending(session: OpenSession | null): RelayError {
	const id = session === null ? 'latest' : lastingId(session.meta);
	return new RelayError('usage', `Session ${id} has no unfinished prompt.`, {
		hint: `Say what to do next: agent-relay run --session ${id.slice(-6)} "TASK"`,
	});
}
