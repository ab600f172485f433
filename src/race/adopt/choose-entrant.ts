import { sep } from 'node:path';
import { RelayError } from '../../core/errors.ts';
import { quoteForShell } from '../../core/quote-for-shell.ts';
import type { EntrantRecord, RaceRecord } from '../record/race-record.ts';
import type { AdoptDeps } from './adopt-deps.ts';

/** By id, or as it was named (`claude:opus`). Throws `refused` without a winner, `not_found` for an unknown name. */
export function chooseEntrant(record: RaceRecord, name: string | null): EntrantRecord {
	const names = record.entrants.map(({ id }) => id).join(', ');
	if (name === null && record.winner === null) {
		const why = record.verdict === null ? 'The race has not ended.' : `No entrant won: ${record.verdict}`;
		throw new RelayError('refused', why, { hint: `Name the one to adopt: ${names}` });
	}
	const wanted = name ?? record.winner;
	const found = record.entrants.find(
		({ id, agent, model }) => id === wanted || (model !== null && `${agent}:${model}` === wanted),
	);
	if (found) return found;
	throw new RelayError('not_found', `No entrant ${JSON.stringify(wanted)} is in race ${record.id}.`, {
		hint: `Its entrants: ${names}`,
	});
}

/**
 * The commit that holds the entrant's files. Throws `refused` where they are not kept or there is no checkout to adopt them into,
 * `not_found` where git does not have them any more.
 */
export async function keptCommit(
	record: RaceRecord,
	entrant: EntrantRecord,
	{ git, repo }: Pick<AdoptDeps, 'git' | 'repo'>,
): Promise<string> {
	if (repo.kind !== 'worktree')
		throw new RelayError('refused', 'There is no checkout here to adopt anything into.');
	if (repo.worktree === record.folder || repo.worktree.startsWith(record.folder + sep))
		throw new RelayError('refused', 'This is a worktree of the race itself.', {
			hint: `Go to your own checkout first: cd ${quoteForShell(repo.root)}`,
		});
	if (entrant.commit === null)
		throw new RelayError('refused', `The files of ${entrant.id} are not kept${wasCleaned(record)}.`, {
			hint: entrant.reason ?? 'agent-relay race show says why',
		});
	const object = `${entrant.commit}^{commit}`;
	const found = await git.run(['cat-file', '-e', object], { cwd: repo.worktree, allowExit: [1, 128] });
	if (found.exitCode === 0) return entrant.commit;
	throw new RelayError(
		'not_found',
		`The files of ${entrant.id} are no longer in this repo${wasCleaned(record)}.`,
	);
}

const wasCleaned = ({ state }: RaceRecord) => (state === 'cleaned' ? ': the race was cleaned' : '');
