import { RelayError } from '../../core/errors.ts';
import { parseSessionId, type SessionId } from '../../core/ids.ts';
import { type NameId, requireNameId } from '../names/name-id.ts';

export interface RefChoices {
	ids: readonly SessionId[];
	/** Asked only when needed: the id last used, of this name; null: of the name in force. */
	latest(name: NameId | null): SessionId | null;
	/** Asked only when there is no latest: the newest of those that were put away. Absent: none are. */
	archived?(name: NameId | null): SessionId | null;
}

/** The name of a REF that is a name, `@review`; null: it is none. Throws `usage` for one that cannot be a name. */
export const nameInRef = (ref: string): NameId | null =>
	ref.startsWith('@') ? requireNameId(ref.slice(1)) : null;

/**
 * The session a user means by a full ULID, `latest`, a unique prefix or suffix of an id (any case), or `@name`: the latest of that
 * name. Throws `no_such_session` or `ambiguous_session`, naming candidates, and `usage` for what cannot be a name.
 */
export function resolveRef(ref: string, choices: RefChoices): SessionId {
	const { ids, latest } = choices;
	const whole = parseSessionId(ref);
	if (whole !== null && ids.includes(whole)) return whole;
	if (ref === 'latest') return latest(null) ?? refuseArchived(null, choices) ?? refuseUnknown(ref, ids);
	const name = nameInRef(ref);
	if (name !== null) return latest(name) ?? refuseArchived(name, choices) ?? refuseNothingOf(name);
	const part = ref.toUpperCase();
	const partial = ref === '' ? [] : ids.filter((id) => id.startsWith(part) || id.endsWith(part));
	const [only, ...others] = partial;
	if (only === undefined) return refuseUnknown(ref, ids);
	if (others.length === 0) return only;
	throw new RelayError(
		'ambiguous_session',
		`${JSON.stringify(ref)} matches ${partial.length} sessions: ${shortList(partial)}`,
		{ hint: 'give more of the id' },
	);
}

/** Throws where all that could be meant is archived; null: it is not that. */
function refuseArchived(name: NameId | null, { archived }: RefChoices): null {
	const newest = archived?.(name) ?? null;
	if (newest === null) return null;
	const which = name === null ? 'Every session here' : `Every session of @${name}`;
	throw new RelayError('no_such_session', `${which} is archived.`, {
		hint: `Take the newest one back: agent-relay unarchive ${newest.slice(-6)}`,
	});
}

function refuseNothingOf(name: NameId): never {
	throw new RelayError('no_such_session', `There is no session of @${name} here.`, {
		hint: 'List the names: agent-relay name list',
	});
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
