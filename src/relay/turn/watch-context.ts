/** The context of the agents of one prompt: warns as it fills up, and has the state saved before a CLI shortens it. */
import { RelayError } from '../../core/errors.ts';
import type { SessionId } from '../../core/ids.ts';
import type { RelayEvent } from '../events/relay-events.ts';
import type { ContextGauge, Ports } from '../ports.ts';

export interface ContextWatch {
	event(event: RelayEvent): void;
	/** Resolves once what was begun is saved. */
	settled(): Promise<void>;
}

/** `tell`: gets the warnings. Gives null where there are no workstreams. */
export async function watchContext(
	session: SessionId,
	{ workstreams }: Pick<Ports, 'workstreams'>,
	tell: (event: RelayEvent) => void,
): Promise<ContextWatch | null> {
	const gauge = (await workstreams?.gauge(session)) ?? null;
	if (workstreams === undefined || gauge === null) return null;
	let saved: Promise<void> = Promise.resolve();
	return {
		event: (event) => {
			if (event.type === 'turn_finished') gauge.turnEnded();
			if (event.type !== 'agent_event') return;
			if (event.event.type === 'compacting') saved = saved.then(() => workstreams.save(session));
			const warning = warningOf(gauge, event.event);
			if (warning !== null) tell({ type: 'notice', level: 'warning', text: warning });
		},
		settled: () => saved,
	};
}

/** A registry that cannot be read stops no turn; whoever saves says what is wrong with it. */
function warningOf(gauge: ContextGauge, event: Parameters<ContextGauge['count']>[0]): string | null {
	try {
		return gauge.count(event);
	} catch (error) {
		if (error instanceof RelayError) return null;
		throw error;
	}
}
