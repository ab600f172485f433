import { RelayError, type RelayErrorCode } from '../core/errors.ts';
import type { SendResult } from '../relay/contract.ts';

/** The exit code that one prompt stands for (design 9). */
export function outcomeExitCode(outcome: SendResult['outcome']): number {
	switch (outcome) {
		case 'completed':
			return 0;
		case 'limited':
		case 'nobody_left':
			return 2;
		case 'timed_out':
			return 3;
		case 'cancelled':
			return 130;
		case 'failed':
		case 'outcome_unknown':
		case 'running':
			return 1;
	}
}

const ERROR_CODES: Partial<Record<RelayErrorCode, number>> = {
	usage: 64,
	bad_config: 64,
	unknown_agent: 64,
	no_such_session: 4,
	ambiguous_session: 4,
	nothing_to_continue: 4,
	not_found: 4,
	session_locked: 6,
	not_trusted: 5,
	refused: 5,
	agent_not_installed: 127,
};

export function errorExitCode(error: unknown): number {
	return error instanceof RelayError ? (ERROR_CODES[error.code] ?? 1) : 1;
}
