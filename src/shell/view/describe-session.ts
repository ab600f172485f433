/** What a listing says of a session beside its status. */
import type { SessionMeta } from '../../sessions/session-meta.ts';

/** The end of an id is its random part, and enough to name a session. */
const REF_CHARS = 6;

/** `chat`, `race`, `entrant of 4P5VZ3`; empty for an ordinary conversation. */
export function describeKind({ kind, parent }: Pick<SessionMeta, 'kind' | 'parent'>): string {
	if (kind === 'shell' || kind === 'run') return '';
	return kind === 'race' && parent !== null ? `entrant of ${shortRef(parent)}` : kind;
}

/** Short for commands that are typed. */
export function shortRef(id: string): string {
	return id.slice(-REF_CHARS);
}
