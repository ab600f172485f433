import { readFileSync, statSync } from 'node:fs';
import { hasErrno, RelayError } from '../core/errors.ts';
import { withPipedText } from '../handoff/piped-text.ts';
import { readStdin, type StdinDeps } from './read-stdin.ts';

export interface TaskSource {
	/** The TASK argument, words joined by the shell. */
	argument: string | undefined;
	/** `-f FILE`; `-` is stdin. */
	file: string | undefined;
	/** Without a task the command has something to do all the same (`--continue`). */
	isOptional: boolean;
	/** What it is called, and a whole command line with one, for whoever gave an empty one. */
	called: { word: 'task' | 'topic'; example: string };
}

/**
 * The task, verbatim, with what is piped in beside it behind it in a fence; null when none was given. Throws `usage` for an
 * empty one, two of them, or a file it cannot read, and what `readStdin` throws.
 */
export async function readTask(source: TaskSource, stdin: StdinDeps): Promise<string | null> {
	const { argument, file, isOptional, called } = source;
	if (argument !== undefined && file !== undefined) {
		throw new RelayError('usage', `${called.word.toUpperCase()} and -f FILE name two ${called.word}s.`, {
			hint: 'Give one of them.',
		});
	}
	const isFile = file !== undefined && file !== '-';
	const words = argument ?? (isFile ? readFile(file, called.word) : null);
	if (words !== null) {
		refuseEmpty(words, called);
		const beside = await readStdin('beside', stdin);
		return beside === null || beside.trim() === '' ? words : withPipedText(words, beside);
	}
	const text = await readStdin(file === '-' ? 'all' : isOptional ? 'beside' : 'whole', stdin);
	if (text === null || (text === '' && file !== '-')) return null;
	refuseEmpty(text, called);
	return text;
}

function refuseEmpty(text: string, { word, example }: TaskSource['called']): void {
	if (text.trim() !== '') return;
	throw new RelayError('usage', `The ${word} is empty.`, { hint: `For example: ${example}` });
}

function readFile(path: string, word: string): string {
	try {
		if (statSync(path).isDirectory())
			throw new RelayError('unreadable_file', `${path} is a folder, not a file with a ${word}.`);
		return readFileSync(path, 'utf8');
	} catch (error) {
		if (!hasErrno(error, 'ENOENT', 'EACCES', 'EPERM', 'ENOTDIR', 'ELOOP')) throw error;
		const why = error.code === 'ENOENT' ? 'there is no such file' : 'permission denied';
		throw new RelayError('unreadable_file', `Cannot read the ${word} from ${path}: ${why}.`, {
			cause: error,
		});
	}
}
