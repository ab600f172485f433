import { readFile, stat } from 'node:fs/promises';
import type { TaskSource } from '../../commands/front-end.ts';
import { hasErrno, RelayError } from '../../core/errors.ts';
import { withPipedText } from '../../handoff/words/piped-text.ts';
import { readStdin, type StdinDeps } from './read-stdin.ts';
import { decodeText, refuseMangledArgument } from './text-input.ts';

/**
 * The task, verbatim, followed by what is piped in, in a fence; null when none was given. Throws `usage` for an
 * empty one, two of them, or a file it cannot read, and what `readStdin` throws.
 */
export async function readTask(source: TaskSource, stdin: StdinDeps): Promise<string | null> {
	const { argument, file, isOptional, called } = source;
	const encoding = source.encoding ?? undefined;
	if (argument !== null && file !== null) {
		throw new RelayError('usage', `${called.word.toUpperCase()} and -f FILE name two ${called.word}s.`, {
			hint: 'Give one of them.',
		});
	}
	const isFile = file !== null && file !== '-';
	if (argument !== null) refuseMangledArgument(argument, called.word);
	const words = argument ?? (isFile ? await readTaskFile(file, encoding, called.word) : null);
	if (words !== null) {
		refuseEmpty(words, called);
		// What is piped in with a task is material, a diff of old files for instance.
		const beside = await readStdin('beside', { encoding, isStrict: false }, stdin);
		return beside === null || beside.trim() === '' ? words : withPipedText(words, beside);
	}
	const need = file === '-' ? 'all' : isOptional ? 'beside' : 'whole';
	const text = await readStdin(need, { encoding, isStrict: true }, stdin);
	if (text === null || (text === '' && file !== '-')) return null;
	refuseEmpty(text, called);
	return text;
}

function refuseEmpty(text: string, { word, example }: TaskSource['called']): void {
	if (text.trim() !== '') return;
	throw new RelayError('usage', `The ${word} is empty.`, { hint: `For example: ${example}` });
}

/** A pipe too (`-f <(make-task)`): read without holding up the answer to a signal. */
async function readTaskFile(path: string, encoding: string | undefined, word: string): Promise<string> {
	try {
		if ((await stat(path)).isDirectory())
			throw new RelayError('unreadable_file', `${path} is a folder, not a file with a ${word}.`);
		return decodeText(await readFile(path), { name: path, encoding, isStrict: true });
	} catch (error) {
		if (!hasErrno(error, 'ENOENT', 'EACCES', 'EPERM', 'ENOTDIR', 'ELOOP')) throw error;
		const why = error.code === 'ENOENT' ? 'there is no such file' : 'permission denied';
		throw new RelayError('unreadable_file', `Cannot read the ${word} from ${path}: ${why}.`, {
			cause: error,
		});
	}
}
