/** What a listing says about a session besides its status. */
import { parseSessionId } from '../core/ids.ts';
import type { SessionMeta } from '../sessions/session-meta.ts';
import { describeCost, formatCount } from '../ui/quantities.ts';

/** The end of an id is its random part, and enough to name a session. */
const REF_CHARS = 6;

/** `chat`, `race`, `entrant of 4P5VZ3`; empty for an ordinary conversation. */
export function describeKind({ kind, parent }: Pick<SessionMeta, 'kind' | 'parent'>): string {
	if (kind === 'shell' || kind === 'run') return '';
	return kind === 'race' && parent !== null ? `entrant of ${shortRef(parent)}` : kind;
}

/** `12.3k in 340 out · $0.01`; empty where no agent reported any. */
export function describeUsage(usage: SessionMeta['usage']): string {
	const read = usage.input_tokens + usage.cache_read_tokens + usage.cache_write_tokens;
	const parts = [
		read + usage.output_tokens === 0 ? '' : `${formatCount(read)} in ${formatCount(usage.output_tokens)} out`,
		usage.cost_usd === 0 ? '' : describeCost(usage),
	];
	return parts.filter((part) => part !== '').join(' · ');
}

/** Short for commands that are typed; what a record names that is not an id is not shown as one. */
export function shortRef(id: string): string {
	return parseSessionId(id)?.slice(-REF_CHARS) ?? 'ID';
}
