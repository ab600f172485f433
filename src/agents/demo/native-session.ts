/** A demo agent's own memory of its conversations: one JSON file a native session, as a real CLI would keep it. */
import { join } from 'node:path';
import { isSystemError, RelayError } from '../../core/errors.ts';
import { ensureFolder } from '../../core/files/folders.ts';
import { readIfThere } from '../../core/files/read-file.ts';
import { writeAtomic } from '../../core/files/write-file.ts';
import { countOrNull, objectOrEmpty, parseObject } from '../reading/json-fields.ts';
import type { DemoUsage } from './voice.ts';

export interface NativeSession {
	turns: number;
	total: DemoUsage;
	/** Epoch ms until which the pretend window is used up; 0 when it is not. */
	limitedUntil: number;
}

export const NEW_SESSION: NativeSession = { turns: 0, total: { input: 0, output: 0 }, limitedUntil: 0 };

export class NativeSessions {
	readonly #folder: string;

	/** Under `$XDG_STATE_HOME/agent-relay-demo`, else `$HOME/.agent-relay-demo`. */
	constructor(agent: string, env: Readonly<Record<string, string | undefined>>) {
		const root = env.XDG_STATE_HOME
			? join(env.XDG_STATE_HOME, 'agent-relay-demo')
			: join(env.HOME ?? '.', '.agent-relay-demo');
		this.#folder = join(root, agent);
	}

	/** Makes the folder first, so that no work is done that could not be remembered. Throws `not_writable`. */
	prepare(): void {
		this.#reach(() => ensureFolder(this.#folder));
	}

	/** The session, or null when there is none of this id. Throws `unreadable_file`, `not_writable`. */
	load(id: string): NativeSession | null {
		const bytes = this.#reach(() => readIfThere(this.#path(id)));
		if (bytes === null) return null;
		const { turns, input, output, limited_until } = objectOrEmpty(parseObject(bytes.toString('utf8')));
		return {
			turns: countOrNull(turns) ?? 0,
			total: { input: countOrNull(input) ?? 0, output: countOrNull(output) ?? 0 },
			limitedUntil: countOrNull(limited_until) ?? 0,
		};
	}

	/** Throws as `prepare`. */
	save(id: string, { turns, total, limitedUntil }: NativeSession): void {
		this.prepare();
		const value = { turns, input: total.input, output: total.output, limited_until: limitedUntil };
		this.#reach(() => writeAtomic(this.#path(id), `${JSON.stringify(value)}\n`));
	}

	#reach<T>(act: () => T): T {
		try {
			return act();
		} catch (error) {
			if (!isSystemError(error)) throw error;
			throw new RelayError('not_writable', `${this.#folder} cannot be used: ${error.message}`, {
				cause: error,
			});
		}
	}

	#path(id: string): string {
		return join(this.#folder, `${id}.json`);
	}
}

/** An id that is safe as a file name. */
export function isSessionId(text: string): boolean {
	return /^[0-9A-Za-z][0-9A-Za-z-]{0,63}$/.test(text);
}
