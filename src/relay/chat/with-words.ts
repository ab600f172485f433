import { toIso } from '../../core/clock.ts';
import type { SessionMeta } from '../../sessions/session-meta.ts';
import type { RelayDeps } from '../relay-deps.ts';

/** The user's words to everyone, as a note of the session: no turn tells them twice to one participant. */
export function withWords(
	meta: SessionMeta,
	words: string | null,
	{ clock }: Pick<RelayDeps, 'clock'>,
): SessionMeta {
	if (words === null) return meta;
	const note = { at: toIso(clock.now()), kind: 'note' as const, text: words, after_turn: meta.turn_count };
	return { ...meta, notes: [...meta.notes, note] };
}
