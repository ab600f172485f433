import type { App } from '../app/create-app.ts';
import { agreeOnOrigin } from '../commands/agree-on-origin.ts';
import { RelayError } from '../core/errors.ts';
import type { SessionId } from '../core/ids.ts';
import type { Conversation } from '../relay/contract.ts';
import { latestSession, latestUnfinished } from '../sessions/listing/latest-session.ts';
import type { SessionSummary } from '../sessions/listing/session-list.ts';
import type { SessionMeta } from '../sessions/session-meta.ts';
import type { SessionStore } from '../sessions/store/session-store.ts';
import { agreeOnFolder } from './agree-on-folder.ts';
import { askOnTerminal } from './ask-on-terminal.ts';
import type { RelayOptions } from './relay-options.ts';

/** Repairs what crashed relays left here, then opens what `--session` or `--continue` names. */
export async function openEarlier(
	app: App,
	relay: Pick<Conversation, 'resume' | 'repairAbandoned'>,
	options: RelayOptions,
	signal?: AbortSignal,
): Promise<void> {
	for (const line of await relay.repairAbandoned()) app.notice(line);
	const id = await earlierSession(app, options);
	if (id === null) return;
	const isAccepted = options.here !== true && (await agreeOnOrigin({ ...app, ask: askOnTerminal(app) }, id));
	const found = await relay.resume(id, { isAccepted, ...(signal === undefined ? {} : { signal }) });
	for (const line of found) app.notice(line);
}

async function earlierSession(app: App, options: RelayOptions): Promise<SessionId | null> {
	const store = await app.store();
	if (options.session !== undefined && options.session !== 'latest') return store.resolve(options.session);
	const latest =
		options.session === 'latest'
			? latestConversation(store)
			: options.continue
				? unfinishedConversation(store)
				: null;
	if (latest === null) return null;
	if (options.here !== true) await agreeOnFolder(app, latest);
	return latest.id;
}

/** Races and their entrants are gone on with by `race resume`. Throws `no_such_session` where there is nothing else. */
function latestConversation(store: SessionStore): Pick<SessionSummary, 'id' | 'meta'> {
	const latest = latestSession(store, { kinds: ['shell', 'run', 'chat'] });
	if (latest !== null) return latest;
	const id = store.resolve('latest');
	return { id, meta: store.read(id) };
}

function unfinishedConversation(store: SessionStore): SessionSummary {
	const kinds = ['shell', 'run'] as const;
	const isMeant = ({ meta }: SessionSummary) => !isEmptyChild(meta);
	// One that a repo brings along stands behind the user's own, however new it looks.
	const isOwn = (session: SessionSummary) => isMeant(session) && store.witness(session.id).isOurs;
	const latest = latestUnfinished(store, { kinds }, isOwn) ?? latestUnfinished(store, { kinds }, isMeant);
	if (latest !== null) return latest;
	throw new RelayError('nothing_to_continue', 'No session here has work left.', {
		hint: 'Start one: agent-relay run "TASK", or go on with a finished one: agent-relay run --session REF "TASK"',
	});
}

/** Made to go on with a completed session by a relay that died before it had noted a prompt: nothing waits there. */
function isEmptyChild(meta: SessionMeta | null): boolean {
	if (meta === null || meta.parent === null || meta.turn_count > 0) return false;
	return (meta.checkpoint?.pending_prompt ?? null) === null;
}
