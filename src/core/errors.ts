/**
 * Every failure a user can meet, as a closed list. `cli/report-error.ts` maps each code to an exit code and is the only
 * place where one becomes text. A plain `Error` is a bug of ours and is shown with its stack.
 */
export type RelayErrorCode =
	| 'usage'
	| 'bad_config'
	| 'no_such_session'
	| 'ambiguous_session'
	| 'nothing_to_continue'
	| 'newer_version'
	| 'session_locked'
	| 'agent_survived'
	| 'not_trusted'
	| 'refused'
	| 'agent_not_installed'
	| 'not_logged_in'
	| 'unknown_agent'
	| 'unreadable_file'
	| 'damaged_record'
	| 'disk_full'
	| 'not_writable'
	| 'nested_too_deep'
	| 'git_failed'
	| 'not_started'
	| 'not_found';

/** An error the user can act on: `message` says what was refused and why, `hint` what to do next. */
export class RelayError extends Error {
	readonly code: RelayErrorCode;
	readonly hint: string | undefined;

	constructor(code: RelayErrorCode, message: string, options: { hint?: string; cause?: unknown } = {}) {
		super(message, options.cause === undefined ? undefined : { cause: options.cause });
		this.name = 'RelayError';
		this.code = code;
		this.hint = options.hint;
	}
}

/** True when `error` is a system error with one of the given codes (`ENOENT`, `EEXIST`, …). */
export function hasErrno(error: unknown, ...codes: string[]): error is NodeJS.ErrnoException {
	return error instanceof Error && 'code' in error && codes.includes(String(error.code));
}

/** True when `error` comes from the system (a file, a process); our own bugs have no `syscall`. */
export function isSystemError(error: unknown): error is NodeJS.ErrnoException {
	return error instanceof Error && 'code' in error && 'syscall' in error;
}
