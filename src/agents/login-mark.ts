/** Whether a login is still the one that was refused, or the one without credit: by files and variables, nothing else. */
import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import type { LoginState } from './contract.ts';

/**
 * The state with a mark of its login. `files`: absolute paths of what holds the login and the CLI's own configuration (time
 * and size count, never the content); `values`: variables that choose provider and account.
 */
export async function withMark(
	state: LoginState,
	files: readonly string[],
	values: ReadonlyArray<string | undefined>,
): Promise<LoginState> {
	const times = await Promise.all(files.map(changeOf));
	const parts = [state.account, state.evidence, ...times, ...values.map((value) => value ?? '')];
	const mark = createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 16);
	return { ...state, mark };
}

async function changeOf(path: string): Promise<string> {
	try {
		const { mtimeMs, size } = await stat(path);
		return `${mtimeMs} ${size}`;
	} catch {
		return '';
	}
}
