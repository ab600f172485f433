/** What went wrong with one entrant, as opposed to what ends the whole race and to bugs of ours. */
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

/** Throws the error where it is not a failure of this entrant alone: nothing more can be recorded, or it is our bug. */
export function failureOf(error: unknown, context: EntrantContext): EntrantFailure {
	const { worktree, state } = context.entrant();
	const explained = explainWriteFailure(error, worktree);
	if (explained instanceof RelayError && !endsRace(explained.code, state))
		return { code: explained.code, text: withHint(explained) };
	if (isSystemError(explained)) return { code: null, text: explained.message };
	throw explained;
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
