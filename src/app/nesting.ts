/** Relays that run inside agents of relays. */
import { RelayError } from '../core/errors.ts';

/** A relay inside an agent of a relay inside an agent of a relay is refused. */
const MAX_DEPTH = 2;

/** Throws `nested_too_deep`. */
export function refuseDeepNesting(env: Readonly<Record<string, string>>): void {
	if (Number(env.AGENT_RELAY_DEPTH ?? 0) < MAX_DEPTH) return;
	throw new RelayError('nested_too_deep', `This relay runs inside ${MAX_DEPTH} others.`, {
		hint: 'Let the outermost relay do the work.',
	});
}

/** `SESSION/TURN` of the relay turn that this relay runs in, or null. */
export function parentTurn(env: Readonly<Record<string, string>>): string | null {
	const { AGENT_RELAY_SESSION: session, AGENT_RELAY_TURN: turn } = env;
	return session && turn ? `${session}/${turn}` : null;
}
