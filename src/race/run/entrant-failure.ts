/** What went wrong with one entrant, told apart from what ends the whole race and from bugs of ours. */
import { isSystemError, RelayError, type RelayErrorCode } from '../../core/errors.ts';
import { explainWriteFailure } from '../../core/files/write-failure.ts';
import type { EntrantRecord } from '../record/race-record.ts';
import type { EntrantContext } from './entrant-context.ts';

export interface EntrantFailure {
	/** null: a system error that has no code of ours. */
	code: RelayErrorCode | null;
	/** A sentence or two, with what to do about it. Untrusted text. */
	text: string;
}

/** Throws the error where it is no failure of this entrant alone: nothing more can be put on record, or it is our bug. */
export function failureOf(error: unknown, context: EntrantContext): EntrantFailure {
	const { worktree, state } = context.entrant();
	const told = explainWriteFailure(error, worktree);
	if (told instanceof RelayError && !endsRace(told.code, state))
		return { code: told.code, text: withHint(told) };
	if (isSystemError(told)) return { code: null, text: told.message };
	throw told;
}

/** A disk that has no room for a worktree may have room for the record, and for those that work already. */
function endsRace(code: RelayErrorCode, state: EntrantRecord['state']): boolean {
	return ENDS_RACE.has(code) && !(code === 'disk_full' && state === 'preparing');
}

const ENDS_RACE: ReadonlySet<RelayErrorCode> = new Set(['disk_full', 'session_locked', 'newer_version']);

function withHint({ message, hint }: RelayError): string {
	if (hint === undefined) return message;
	return `${message}${/[.!?]$/.test(message) ? ' ' : '; '}${hint}`;
}
