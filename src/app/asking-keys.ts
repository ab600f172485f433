/** What agents' programs said to `askingKeyQuery`, remembered as long as program, version and question are the same. */
import { statSync } from 'node:fs';
import type { AskingKeyQuery } from '../agents/asking/question.ts';
import { runProcess } from '../core/processes/run-process.ts';
import type { AskingKeys } from '../relay/ports.ts';
import { openProgramAnswers } from './program-answers.ts';

/** A prompt waits for it, once for each version. */
const TIMEOUT_MS = 10_000;
const MAX_OUTPUT_BYTES = 1024 * 1024;

export function createAskingKeys(file: string): AskingKeys {
	const answers = openProgramAnswers(file);
	/** Programs without a useful answer: a turn must not wait for one each time. */
	const silent = new Set<string>();
	return {
		async of(query, { executable, version, env, signal }) {
			const askedOf = identityOf(executable, version, query.args);
			const known = answers.read(executable, askedOf);
			if (known !== null) return known;
			if (silent.has(askedOf)) return null;
			const key = await ask(executable, query, { env, signal });
			if (key === null && signal?.aborted !== true) silent.add(askedOf);
			else if (key !== null) answers.keep(executable, askedOf, key);
			return key;
		},
	};
}

/** null: no answer in time, or none of use. */
async function ask(
	executable: string,
	query: AskingKeyQuery,
	{ env, signal }: Pick<Parameters<AskingKeys['of']>[1], 'env' | 'signal'>,
): Promise<string | null> {
	try {
		const { stdout } = await runProcess(executable, query.args, {
			// Nothing of a repo has a say in it.
			cwd: '/',
			env,
			input: query.input,
			inputUntil: (soFar) => query.read(soFar.toString()) !== undefined,
			maxOutputBytes: MAX_OUTPUT_BYTES,
			timeoutMs: TIMEOUT_MS,
			endsWithUs: true,
			...(signal && { signal }),
		});
		return query.read(stdout.toString()) ?? null;
	} catch {
		return null;
	}
}

/** Changes whenever the program or what it is asked does. */
function identityOf(executable: string, version: string | null, args: readonly string[]): string {
	const facts = statSync(executable, { throwIfNoEntry: false });
	return JSON.stringify([executable, facts?.ino, facts?.mtimeMs, facts?.size, version, args]);
}
