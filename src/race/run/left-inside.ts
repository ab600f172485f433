/** What an entrant did inside submodules and other repos of its worktree, in words: git does not keep it with its files. */
import { join } from 'node:path';
import { formatPlural } from '../../core/plural.ts';
import { quoteForShell } from '../../core/quote-for-shell.ts';
import type { NestedWork } from '../../git/worktrees/worktree-types.ts';
import type { AdoptOmission } from '../adopt/adopt-deps.ts';
import type { EntrantRecord } from '../record/race-record.ts';

export type LeftInside = NonNullable<EntrantRecord['left_inside']>[number];

export const leftInside = ({ path, commits, files, isUnfilled, isUnknown }: NestedWork): LeftInside => ({
	path,
	commits,
	files,
	is_unfilled: isUnfilled,
	is_unknown: isUnknown,
});

/** `2 commits and 1 changed file in a repo of its own`. */
export function describeLeftInside({ commits, files, is_unfilled, is_unknown }: LeftInside): string {
	if (is_unfilled) return `${formatPlural(files, 'file')} in the folder of a submodule that is empty here`;
	const parts = [
		...(commits > 0 ? [formatPlural(commits, 'commit')] : []),
		...(files > 0 ? [formatPlural(files, 'changed file')] : []),
	];
	if (is_unknown) return 'a repo of its own that has no commit or cannot be read';
	return `${parts.join(' and ')} in a repo of its own`;
}

/** As what an adoption leaves out, with how to get it. */
export function omissionsInside(entrant: Pick<EntrantRecord, 'worktree' | 'left_inside'>): AdoptOmission[] {
	return (entrant.left_inside ?? []).map((left) => ({
		path: left.path,
		why: `${describeLeftInside(left)}; ${howToGet(left, join(entrant.worktree, left.path))}`,
	}));
}

/** A command that works as printed in the checkout, where its submodule is filled. */
function howToGet({ path, commits }: LeftInside, folder: string): string {
	return commits > 0
		? `get the commits with: git -C ${quoteForShell(path)} fetch ${quoteForShell(folder)} HEAD:refs/heads/adopted`
		: `it lies in ${quoteForShell(folder)}`;
}
