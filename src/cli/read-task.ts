import { readFileSync, statSync } from 'node:fs';
import { hasErrno, RelayError } from '../core/errors.ts';

export interface TaskSource {
	/** The TASK argument, words joined by the shell. */
	argument: string | undefined;
	/** `-f FILE`; `-` is stdin. */
	file: string | undefined;
	/** Asked for only when nothing else names the task. */
	stdin: () => NodeJS.ReadStream;
	/** What it is called, and a whole command line with one, for whoever gave an empty one. */
	called: { word: 'task' | 'topic'; example: string };
}

/** The task, verbatim; null when none was given. Throws `usage` for an empty one, two of them, or a file it cannot read. */
export async function readTask(source: TaskSource): Promise<string | null> {
	const { argument, file, stdin, called } = source;
	const { word, example } = called;
	if (argument !== undefined && file !== undefined) {
		throw new RelayError('usage', `${word.toUpperCase()} and -f FILE name two ${word}s.`, {
			hint: 'Give one of them.',
		});
	}
	const text =
		argument ??
		(file !== undefined && file !== '-' ? readFile(file, word) : await readStdin(stdin(), file === '-'));
	if (text === null) return null;
	if (text.trim() !== '') return text;
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

/** Stdin only when it is a pipe or a file: a terminal would wait for typing that nobody asked for. */
async function readStdin(stdin: NodeJS.ReadStream, isAsked: boolean): Promise<string | null> {
	if (stdin.isTTY && !isAsked) return null;
	if (!isAsked && !hasInput()) return null;
	const chunks: Buffer[] = [];
	for await (const chunk of stdin) chunks.push(Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk));
	const text = Buffer.concat(chunks).toString();
	return text === '' && !isAsked ? null : text;
}

/** `/dev/null` and closed descriptors are no task. */
function hasInput(): boolean {
	try {
		const facts = statSync('/dev/stdin');
		return facts.isFIFO() || facts.isFile() || facts.isSocket();
	} catch {
		return false;
	}
}
