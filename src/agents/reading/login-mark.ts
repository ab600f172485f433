/** Whether a login is still the one that was refused, or the one without credit, judged by files and variables only. */
import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import type { LoginState } from '../agent-adapter.ts';

/** A name for an account that reveals nothing of its secret: hex, 16 characters. */
export function accountOf(secret: string): string {
	return createHash('sha256').update(secret).digest('hex').slice(0, 16);
}

/**
 * The state with a mark of its login, taken when first asked for. `files`: absolute paths of what holds the login and the CLI's own
 * configuration (time and size count, never the content); `values`: variables that choose provider and account.
 */
export function withMark(
	state: LoginState,
	files: readonly string[],
	values: ReadonlyArray<string | undefined>,
): LoginState {
	let known: string | null = null;
	return {
		...state,
		mark: () => {
			known ??= accountOf(
				JSON.stringify([
					state.account,
					state.evidence,
					...files.map(changeOf),
					...values.map((value) => value ?? ''),
				]),
			);
			return known;
		},
	};
}

function changeOf(path: string): string {
	try {
		const facts = statSync(path, { throwIfNoEntry: false });
		return facts === undefined ? '' : `${facts.mtimeMs} ${facts.size}`;
	} catch {
		return '';
	}
}
