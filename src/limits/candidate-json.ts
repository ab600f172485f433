import { toIsoOrNull } from '../core/clock.ts';
import type { CandidateVerdict } from './successor.ts';

/** A verdict in the form of logs and `--json`. */
export function candidateToJson({ agent, model, verdict, reason, resetAt }: CandidateVerdict) {
	return { agent, model, verdict, reason, reset_at: toIsoOrNull(resetAt) };
}
