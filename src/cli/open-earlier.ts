import type { App } from '../app/create-app.ts';
import { RelayError } from '../core/errors.ts';
import type { Relay } from '../relay/contract.ts';
import type { RelayOptions } from './relay-options.ts';

/** Opens what `--session` or `--continue` names; does nothing without either. */
export async function openEarlier(
	app: App,
	relay: Pick<Relay, 'resume'>,
	options: RelayOptions,
): Promise<void> {
	if (options.session === undefined && !options.continue) return;
	const store = await app.store();
	if (options.session !== undefined) return relay.resume(store.resolve(options.session));
	const latest = store.list({ status: 'checkpointed', limit: 1 })[0];
	if (latest) return relay.resume(latest.id);
	throw new RelayError('nothing_to_continue', 'No session here has work left.', {
		hint: 'Start one: agent-relay run "TASK", or go on with a finished one: agent-relay run --session REF "TASK"',
	});
}
