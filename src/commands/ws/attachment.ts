/** Which session a command of workstreams is called for, and which workstream that is attached to. */
import { secretValues } from '../../agents/secret-values.ts';
import { toIso } from '../../core/clock.ts';
import { RelayError } from '../../core/errors.ts';
import { parseSessionId, type SessionId } from '../../core/ids.ts';
import type { SessionStore } from '../../sessions/store/session-store.ts';
import { type SessionNews, sessionNews } from '../../workstreams/facts/session-news.ts';
import type { Save, SavingSession } from '../../workstreams/records/save-files.ts';
import { inBrief } from '../../workstreams/registry/registry-file.ts';
import { updatedState } from '../../workstreams/state/state-text.ts';
import {
	isSessionKey,
	requireSessionKey,
	requireWorkstreamName,
	type WorkstreamName,
} from '../../workstreams/workstream-name.ts';
import type { Workstreams } from '../../workstreams/workstreams-contract.ts';
import type { CommandContext } from '../context.ts';

export interface Attachment {
	/** null: the command is called from no session, and none was named. */
	session: SavingSession | null;
	/** Our session, where it is one whose records can be read. */
	records: { id: SessionId; store: SessionStore } | null;
	/** null: none. */
	name: WorkstreamName | null;
}

type Context = Pick<CommandContext, 'conversation' | 'parentTurn' | 'store' | 'otherStores' | 'workstreams'>;

/** `named`: `--session`, ours by any of its refs, or the id of an agent's own. Throws `usage`, `ambiguous_session`. */
export async function findAttachment(context: Context, named: string | null): Promise<Attachment> {
	const workstreams = await context.workstreams();
	const found = named === null ? await calledFrom(context) : await sessionNamed(context, named);
	if (found === null) {
		const chosen = context.conversation?.workstream.chosen ?? null;
		return { session: null, records: null, name: activeOnly(chosen, workstreams) };
	}
	return { ...found, name: workstreams.attachedTo(found.session.id) };
}

function activeOnly(name: string | null, workstreams: Workstreams): WorkstreamName | null {
	const entry = workstreams.registry().workstreams.find((one) => one.name === name);
	return entry?.status === 'active' ? entry.name : null;
}

/** The open session of the shell, or the one in whose turn this program runs. */
async function calledFrom({ conversation, parentTurn, store }: Context) {
	const [parent = ''] = (parentTurn ?? '').split('/');
	const id = conversation === null ? parseSessionId(parent) : (conversation.session()?.id ?? null);
	return id === null ? null : ours(id, await store());
}

async function sessionNamed({ store: open }: Context, named: string) {
	const store = await open();
	try {
		return ours(store.resolve(named), store);
	} catch (error) {
		if (!(error instanceof RelayError) || error.code !== 'no_such_session' || !isSessionKey(named))
			throw error;
		return { session: { id: requireSessionKey(named), project: null, agents: [] }, records: null };
	}
}

/** An agent may work in a session whose records lie elsewhere: then it is known by its id alone. */
function ours(
	id: SessionId,
	store: SessionStore,
): Pick<Attachment, 'session' | 'records'> & { session: SavingSession } {
	try {
		const { repo, agents } = store.read(id);
		return { session: { id, project: repo.worktree, agents: Object.keys(agents) }, records: { id, store } };
	} catch (error) {
		if (!(error instanceof RelayError)) throw error;
		return { session: { id, project: null, agents: [] }, records: null };
	}
}

/** The named one, else the attached one, else the one that is active alone. Throws `usage`. */
export function chosenWorkstream(
	typed: string | null,
	{ name }: Attachment,
	workstreams: Workstreams,
): WorkstreamName {
	if (typed !== null) return requireWorkstreamName(typed);
	if (name !== null) return name;
	const active = workstreams.registry().workstreams.filter(({ status }) => status === 'active');
	const [only] = active;
	if (only !== undefined && active.length === 1) return only.name;
	throw active.length === 0
		? new RelayError('usage', 'No workstream is active.', {
				hint: 'Begin one: agent-relay ws new NAME DESCRIPTION',
			})
		: new RelayError('usage', `Which workstream? Active are: ${inBrief(active.map((one) => one.name))}.`, {
				hint: 'Name it behind the command.',
			});
}

/**
 * What saves a workstream from the records of the session that works on it; where that is not known, of the newest one that left
 * a marker. `isAttached`: the session goes on with it.
 */
export async function saveFromRecords(
	name: WorkstreamName,
	attachment: Attachment,
	context: CommandContext,
): Promise<Save> {
	const found = await newsOf(name, attachment, context);
	const isOwn = attachment.session !== null && attachment.name === name;
	return {
		name,
		state: found === null ? null : (before) => updatedState(before, found.news),
		by: 'machine',
		session: found?.session ?? (isOwn ? attachment.session : null),
		segment: found?.segment ?? null,
	};
}

async function newsOf(
	name: WorkstreamName,
	{ name: attached, records }: Attachment,
	context: CommandContext,
): Promise<SessionNews | null> {
	const of = attached === name && records !== null ? records : await lastSessionOf(name, context);
	if (of === null) return null;
	const { registry } = await context.settings();
	const workstreams = await context.workstreams();
	return sessionNews(of.id, workstreams.toldUntil(of.id), {
		store: of.store,
		secrets: secretValues(context.env, registry.adapters),
		at: toIso(context.clock.now()),
		isInWords: workstreams.isToldInWords(of.id),
	});
}

/** The newest of our sessions that worked on it last, in any repo of this user. */
async function lastSessionOf(name: WorkstreamName, context: CommandContext): Promise<Attachment['records']> {
	const markers = (await context.workstreams()).markers();
	const ids = [...markers].flatMap(([id, of]) => (of === name ? (parseSessionId(id) ?? []) : []));
	const newest = ids.toSorted().at(-1);
	if (newest === undefined) return null;
	const stores = [await context.store(), ...(await context.otherStores()).map(({ store }) => store)];
	const store = stores.find((one) => hasSession(one, newest));
	return store === undefined ? null : { id: newest, store };
}

function hasSession(store: SessionStore, id: SessionId): boolean {
	try {
		store.read(id);
		return true;
	} catch (error) {
		if (error instanceof RelayError) return false;
		throw error;
	}
}
