/** Which session the user means by `--session REF`, `--continue` and `/resume REF`. Nothing is opened here. */
import { RelayError } from '../../core/errors.ts';
import type { SessionId } from '../../core/ids.ts';
import { latestSession, latestUnfinished } from '../../sessions/listing/latest-session.ts';
import type { SessionSummary } from '../../sessions/listing/session-list.ts';
import { nameInRef } from '../../sessions/listing/session-ref.ts';
import type { NameId } from '../../sessions/names/name-id.ts';
import type { SessionMeta } from '../../sessions/session-meta.ts';
import type { SessionStore } from '../../sessions/store/session-store.ts';

/** `meta`: null if it cannot be read. `isNamed`: the user named this one, and did not say `latest`. */
export interface FoundConversation extends Pick<SessionSummary, 'id' | 'meta'> {
	isNamed: boolean;
}

/** Without races and their entrants, which `race resume` resumes. */
const CONVERSATION_KINDS = ['shell', 'run', 'chat'] as const;

/** The newest conversation that is meant, of this worktree if it has one; null: there is none. `name`: as for a listing. */
export function latestConversation(
	store: SessionStore,
	isMeant?: (session: SessionSummary) => boolean,
	name?: NameId,
): SessionSummary | null {
	return latestSession(store, { kinds: CONVERSATION_KINDS, ...ofName(name) }, isMeant);
}

const ofName = (name: NameId | undefined) => (name === undefined ? {} : { name });

/** `ref`: id, prefix, suffix, `@name` or `latest`. Throws `no_such_session`, `ambiguous_session`. */
export function findConversation(ref: string, store: SessionStore): FoundConversation {
	const name = nameInRef(ref) ?? undefined;
	const isLatest = ref === 'latest' || name !== undefined;
	const latest = isLatest ? latestConversation(store, undefined, name) : null;
	if (latest !== null) return { ...latest, isNamed: false };
	const id = store.resolve(ref);
	return { id, meta: store.read(id), isNamed: !isLatest };
}

/** The latest one with work left, the user's own first. Throws `nothing_to_continue`. */
export function findUnfinished(store: SessionStore): FoundConversation {
	const kinds = ['shell', 'run'] as const;
	const isMeant = ({ meta }: SessionSummary) => !isEmptyChild(meta);
	const latest = ownFirst(store, (judge) => latestUnfinished(store, { kinds }, judge), isMeant);
	if (latest !== null) return { ...latest, isNamed: false };
	throw new RelayError('nothing_to_continue', 'No session here has work left.', {
		hint: 'Start one: agent-relay run "TASK", or continue a finished one: agent-relay run --session REF "TASK"',
	});
}

/** `ref`: as for `findConversation`; null: the newest chat with work left. Throws `nothing_to_continue` if there is none. */
export function findChat(ref: string | null, store: SessionStore): SessionId {
	const name = nameInRef(ref ?? '');
	if (ref !== null && ref !== 'latest' && name === null) return store.resolve(ref);
	const chats = { kinds: ['chat'] as const, ...ofName(name ?? undefined) };
	const find = ref === null ? latestUnfinished : latestSession;
	const newest = ownFirst(store, (judge) => find(store, chats, judge));
	if (newest !== null) return newest.id;
	throw new RelayError('nothing_to_continue', 'No chat here has work left.', {
		hint: 'Start one: agent-relay chat "TOPIC" --agents claude,codex',
	});
}

type Judge = (session: SessionSummary) => boolean;

/** What `find` gives, the user's own first: one that came with a repo ranks behind, however new it looks. */
function ownFirst(
	store: SessionStore,
	find: (judge: Judge) => SessionSummary | null,
	isMeant: Judge = () => true,
): SessionSummary | null {
	return find((session) => isMeant(session) && store.witness(session.id).isOurs) ?? find(isMeant);
}

/** Made to continue a completed session, by a relay that died before it had noted a prompt: nothing is pending there. */
function isEmptyChild(meta: SessionMeta | null): boolean {
	if (meta === null || meta.parent === null || meta.turn_count > 0) return false;
	return (meta.checkpoint?.pending_prompt ?? null) === null;
}
