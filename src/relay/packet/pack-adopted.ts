/** The packet of a session that was made from a transcript, so that an agent that was not there can go on with it. */
import type { SessionId } from '../../core/ids.ts';
import { checkpoint } from '../../sessions/transitions.ts';
import { type Ports, withPolicy } from '../ports.ts';
import { placeSession } from '../resume/session-place.ts';
import { unfinishedTask } from '../turn/task.ts';

/** Its own agent resumes its conversation and needs none. */
export async function packAdopted(id: SessionId, home: Ports): Promise<void> {
	const { ports } = await placeSession(home.store.read(id), home);
	const deps = withPolicy(ports);
	const session = deps.store.open(id);
	try {
		const { makePacket } = await import('./make-packet.ts');
		const task = unfinishedTask(session, deps.store);
		const from = deps.registry.adapters.find((one) => one.id === session.meta.active_agent) ?? null;
		const { path: packet } = await makePacket(
			{ session, from, to: null, reason: 'adopted', limit: null, nowPrompt: task, since: null },
			deps,
		);
		session.apply(checkpoint, { reason: 'adopted', at: deps.clock.now(), packet });
	} finally {
		session.release();
		await ports.snapshots?.settled();
		ports.snapshots?.release();
	}
}
