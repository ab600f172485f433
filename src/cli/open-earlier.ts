import type { App } from '../app/create-app.ts';
import { RelayError } from '../core/errors.ts';
import type { SessionId } from '../core/ids.ts';
import type { Relay } from '../relay/contract.ts';
import type { SessionMeta } from '../sessions/session-meta.ts';
import type { SessionStore } from '../sessions/session-store.ts';
import type { RelayOptions } from './relay-options.ts';

/** More empty sessions in a row than crashes ever leave. */
const EMPTY_LOOK = 20;

/** Repairs what crashed relays left here, then opens what `--session` or `--continue` names. */
export async function openEarlier(
	app: App,
	relay: Pick<Relay, 'resume' | 'repairAbandoned'>,
	options: RelayOptions,
): Promise<void> {
	for (const line of await relay.repairAbandoned()) app.notice(line);
	const id = await earlierSession(app, options);
	if (id === null) return;
	for (const line of await relay.resume(id)) app.notice(line);
}

async function earlierSession(app: App, options: RelayOptions): Promise<SessionId | null> {
	if (options.session === 'latest') return latestConversation(await app.store());
	if (options.session !== undefined) return (await app.store()).resolve(options.session);
	if (!options.continue) return null;
	const newest = (await app.store()).list({
		status: 'checkpointed',
		limit: EMPTY_LOOK,
		kinds: ['shell', 'run'],
	});
	const latest = newest.find(({ meta }) => !isEmptyChild(meta));
	if (latest) return latest.id;
	throw new RelayError('nothing_to_continue', 'No session here has work left.', {
		hint: 'Start one: agent-relay run "TASK", or go on with a finished one: agent-relay run --session REF "TASK"',
	});
}

/** Races and their entrants are gone on with by `race resume`. Throws `no_such_session` where there is nothing else. */
function latestConversation(store: SessionStore): SessionId {
	return store.list({ limit: 1, kinds: ['shell', 'run', 'chat'] })[0]?.id ?? store.resolve('latest');
}

/** Made to go on with a completed session by a relay that died before it had noted a prompt: nothing waits there. */
function isEmptyChild(meta: SessionMeta | null): boolean {
	if (meta === null || meta.parent === null || meta.turn_count > 0) return false;
	return (meta.checkpoint?.pending_prompt ?? null) === null;
}
