import { RelayError } from '../../core/errors.ts';
import { safeLine, safeText } from '../../core/text.ts';
import type { EntrantRecord, RaceRecord } from '../record/race-record.ts';
import { describeLeftInside } from '../run/left-inside.ts';
import type { AdoptDeps } from './adopt-deps.ts';

/** A diff is for reading; a longer one is cut, and says so. */
const MAX_BYTES = 4 * 1024 * 1024;

/**
 * Unified diff from the race's base to `a`, or from `a` to `b`, safe for a terminal. RelayError `not_found` where the files of
 * one are not kept any more.
 */
export async function raceDiff(
	record: RaceRecord,
	a: EntrantRecord,
	b: EntrantRecord | null,
	{ git, repo }: Pick<AdoptDeps, 'git' | 'repo'>,
): Promise<string> {
	const [from, to] = b === null ? [record.base.commit, commitOf(a)] : [commitOf(a), commitOf(b)];
	const args = [
		'diff-tree',
		'-r',
		'-M',
		'-p',
		'--no-color',
		'--no-ext-diff',
		'--no-textconv',
		from,
		to,
		'--',
	];
	const options = { cwd: repo.worktree, maxBytes: MAX_BYTES };
	const { stdout, truncated } = await git.run(args, options).catch((error: unknown) => {
		throw explain(error, record);
	});
	const text = stdout.toString('utf8');
	const inside = (b === null ? [a] : [a, b]).flatMap(notInDiff).join('');
	if (!truncated) return safeText(text) + inside;
	const whole = text.slice(0, text.lastIndexOf('\n') + 1);
	return `${safeText(whole)}[diff cut: it is longer than ${MAX_BYTES} bytes]\n${inside}`;
}

const notInDiff = ({ id, left_inside = [] }: EntrantRecord): string[] =>
	left_inside.map(
		(left) => `[not in this diff: ${id}, ${safeLine(left.path, 200)}: ${describeLeftInside(left)}]\n`,
	);

function commitOf({ id, commit, reason }: EntrantRecord): string {
	if (commit !== null) return commit;
	throw new RelayError('not_found', `The files of ${id} are not kept.`, {
		hint: reason ?? 'agent-relay race show says why',
	});
}

function explain(error: unknown, { id }: RaceRecord): unknown {
	if (
		!(error instanceof RelayError) ||
		!/bad object|bad tree|not a tree|unknown revision/.test(error.message)
	)
		return error;
	return new RelayError('not_found', `The files of race ${id} are no longer in this repo.`, {
		hint: 'They go when a race is cleaned.',
		cause: error,
	});
}
