/** Gives a session a title, which lists show in place of its first prompt. */
import { RelayError } from '../../core/errors.ts';
import { EXIT } from '../../relay/exit-codes.ts';
import { rename as giveTitle } from '../../sessions/transitions.ts';
import type { Body } from '../command.ts';
import { changeSession } from '../sessions/change-session.ts';

interface RenameOptions {
	/** null in the shell: the open session. */
	ref: string | null;
	title: string | null;
}

export interface RenameData {
	id: string;
	title: string;
	/** null: it had none. */
	before: string | null;
}

const MAX_CHARS = 200;

export const rename: Body<RenameOptions, RenameData> = {
	async run(context, { ref, title: typed }) {
		const title = readTitle(typed ?? '');
		const { id, before } = await changeSession(context, ref, giveTitle, { title });
		return { exitCode: EXIT.done, data: { id, title, before: before.title } };
	},
	toJson: ({ id, title, before }) => ({ id, title, before }),
};

/** One line; blanks at its ends and in a row count as one. Throws RelayError `usage`. */
function readTitle(typed: string): string {
	const title = typed.trim().replace(/ {2,}/g, ' ').normalize();
	const problem = problemOf(title);
	if (problem === null) return title;
	throw new RelayError('usage', `A title ${problem}.`);
}

function problemOf(title: string): string | null {
	if (title === '') return 'is needed';
	if (/[\p{Cc}\p{Zl}\p{Zp}]/u.test(title)) return 'is one line, without control characters';
	return title.length > MAX_CHARS ? `has at most ${MAX_CHARS} characters, not ${title.length}` : null;
}
