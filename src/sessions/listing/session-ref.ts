import { RelayError } from '../../core/errors.ts';
import { parseSessionId, type SessionId } from '../../core/ids.ts';

export interface RefChoices {
	ids: readonly SessionId[];
	/** Asked only when needed: the id last used. */
	latest(): SessionId | null;
	/** Asked only when the id does not decide: sessions with exactly this name. */
	named(name: string): SessionId[];
}

/**
 * The session a user means by a full ULID, `latest`, a unique prefix or suffix of an id (any case), or a name. Throws
 * `no_such_session` or `ambiguous_session`, naming candidates.
 */
export function resolveRef(ref: string, { ids, latest, named }: RefChoices): SessionId {
	const whole = parseSessionId(ref);
	if (whole !== null && ids.includes(whole)) return whole;
	if (ref === 'latest') return latest() ?? refuseUnknown(ref, ids);
	const part = ref.toUpperCase();
	const partial = ref === '' ? [] : ids.filter((id) => id.startsWith(part) || id.endsWith(part));
	const [only, ...others] = partial;
	if (only !== undefined && others.length === 0) return only;
	const byName = ref === '' ? [] : named(ref);
	const [first, ...more] = byName;
	if (first !== undefined && more.length === 0) return first;
	const candidates = byName.length > 0 ? byName : partial;
	if (candidates.length === 0) return refuseUnknown(ref, ids);
	throw new RelayError(
		'ambiguous_session',
		`${JSON.stringify(ref)} matches ${candidates.length} sessions: ${shortList(candidates)}`,
		{ hint: 'give more of the id' },
	);
}

function refuseUnknown(ref: string, ids: readonly SessionId[]): never {
	if (ids.length === 0 && ref === 'latest')
		throw new RelayError('no_such_session', 'There is no session here yet.', {
			hint: 'Start one: agent-relay run "TASK"',
		});
	const hint = ids.length === 0 ? 'no session is recorded here yet' : `the newest are ${shortList(ids)}`;
	throw new RelayError('no_such_session', `no session ${JSON.stringify(ref)}`, { hint });
}

/** Enough to recognise the one meant, few enough for one line. */
const SHOWN = 5;

function shortList(ids: readonly SessionId[]): string {
	const newest = [...ids].sort().reverse();
	const rest = newest.length - SHOWN;
	return newest.slice(0, SHOWN).join(', ') + (rest > 0 ? ` and ${rest} more` : '');
}
