import { toIsoOrNull } from '../core/clock.ts';
import type { CandidateVerdict } from './successor.ts';

/** A verdict in the form of logs and `--json`. */
export function candidateToJson({ agent, model, verdict, reason, brief, resetAt }: CandidateVerdict) {
	const said = { agent, model, verdict, reason, reset_at: toIsoOrNull(resetAt) };
	if (brief === undefined) return said;
	const { what, advice, isOwnGuess } = brief;
	return { ...said, brief: { what, advice, is_own_guess: isOwnGuess } };
}
