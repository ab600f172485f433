import { toIsoOrNull } from '../../core/clock.ts';
import { PACKET_VERSION, type PacketData } from '../packet.ts';
import type { PacketInput } from '../packet-input.ts';
import type { Piece } from '../pieces/budget.ts';
import type { Redactor } from '../redact.ts';
import type { UserWords } from '../words/user-words.ts';
import type { Fitted } from './fit-to-budget.ts';
import { newestCut } from './packet-head.ts';

/** The facts of the chosen pieces, as data. */
export function packetData(
	input: PacketInput,
	budget: number,
	words: UserWords,
	{ selection, cuts }: Fitted,
	pieces: readonly Piece[],
	redactor: Redactor,
): PacketData {
	const chosen = (...sections: string[]) =>
		selection
			.choices(pieces.filter((piece) => sections.includes(piece.section)))
			.map(({ piece }) => piece.data);
	const { limit } = input;
	const stopped = newestCut(input);
	return {
		schema_version: PACKET_VERSION,
		kind: input.since === null ? 'full' : 'delta',
		reason: input.reason,
		from: input.from,
		to: input.to,
		limit: limit && {
			kind: limit.kind,
			window: limit.window,
			reset_at: toIsoOrNull(limit.resetAt),
			rule: limit.source.rule,
		},
		stopped: stopped && {
			session_id: stopped.session_id,
			turn: stopped.turn,
			status: stopped.status,
			stop_reason: stopped.stop_reason,
		},
		since: input.since && { session_id: input.since.sessionId, turn: input.since.turn },
		sessions: input.lineage.map(({ id, folder, turns }) => ({ id, folder, turns: turns.length })),
		objective: words.objective?.text ?? null,
		now: words.now && { text: words.now.text, is_interrupted: words.now.isInterrupted },
		user_words: chosen('said'),
		unconfirmed: chosen('asked', 'unconfirmed'),
		plan: chosen('plan'),
		statements: chosen('statements', 'progress'),
		questions: chosen('questions'),
		files: chosen('files'),
		diffs: selection
			.choices(pieces.filter(({ section }) => section === 'diffs'))
			.map(({ piece, variant }) => (piece.variants[variant] ?? '').replace(/^> /gm, '')),
		commands: chosen('failing', 'passing', 'earlier', 'commands'),
		notes: chosen('shell'),
		undone: chosen('undone'),
		omitted: cuts,
		redactions: redactor.count(),
		record_issues: [...input.recordIssues],
		budget_bytes: budget,
	};
}
