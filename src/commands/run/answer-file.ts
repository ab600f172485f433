/** `--output-last-message`: the answer in a file of the user's, whole or not at all. */
import { isAbsolute, join } from 'node:path';
import { RelayError } from '../../core/errors.ts';
import { openNewFile } from '../../core/files/new-file.ts';
import { explainingWrites } from '../../core/files/write-failure.ts';
import { safeText } from '../../core/text.ts';
import type { CommandContext } from '../context.ts';
import { checkWrittenFile } from '../export/written-file.ts';

/** Where it goes, absolute. Throws as `checkWrittenFile`, before anything has begun. */
export async function answerFile(
	typed: string,
	{ folder, store }: Pick<CommandContext, 'folder' | 'store'>,
): Promise<string> {
	if (typed === '') throw new RelayError('usage', '--output-last-message names no file.');
	const path = isAbsolute(typed) ? join(typed) : join(folder, typed);
	const { location } = await store();
	checkWrittenFile(path, {
		what: 'the answer',
		otherwise: 'Let a pipe have the answer: agent-relay run -q "TASK"',
		location,
	});
	return path;
}

/** Replaces what is there. Control characters are escaped, so that the file is safe to print. Throws `disk_full`, `not_writable`. */
export function writeAnswer(path: string, answer: string): void {
	const text = safeText(answer);
	explainingWrites(path, () => {
		const file = openNewFile(path);
		try {
			file.write(text.endsWith('\n') ? text : `${text}\n`);
			file.finish({ isReplacing: true });
		} finally {
			file.discard();
		}
	});
}
