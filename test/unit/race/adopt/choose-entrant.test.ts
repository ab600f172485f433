import { describe, expect, it } from 'vitest';
import type { RepoFacts } from '../../../../src/git/repo-facts.ts';
import type { Git } from '../../../../src/git/run-git.ts';
import { chooseEntrant, keptCommit } from '../../../../src/race/adopt/choose-entrant.ts';
import { fakeEntrant } from '../../../helpers/fake-entrant.ts';
import { raceRecord } from '../../../helpers/race-record.ts';

const COMMIT = 'c'.repeat(40);
const opus = fakeEntrant('claude-2', { agent: 'claude', model: 'opus' });
const record = raceRecord('R', 'b'.repeat(40), {
	entrants: [fakeEntrant('claude'), opus, fakeEntrant('codex')],
	winner: 'codex',
	folder: '/data/race',
});

describe('the entrant to adopt', () => {
	it('is the winner, where none is named', () => {
		expect(chooseEntrant(record, null).id).toBe('codex');
	});

	it('is named by its id, or as the user named it', () => {
		expect(chooseEntrant(record, 'claude').id).toBe('claude');
		expect(chooseEntrant(record, 'claude:opus')).toBe(opus);
	});

	it('must be named where nobody won, or the race has not ended', () => {
		const unnamed = (verdict: string | null) => () =>
			chooseEntrant({ ...record, winner: null, verdict }, null);
		const hint = 'Name the one to adopt: claude, claude-2, codex';
		expect(unnamed(null)).toThrow(
			expect.objectContaining({ code: 'refused', message: 'The race has not ended.', hint }),
		);
		expect(unnamed('All failed.')).toThrow(
			expect.objectContaining({ message: 'No entrant won: All failed.', hint }),
		);
	});

	it('must be one of the race', () => {
		expect(() => chooseEntrant(record, 'claude:sonnet')).toThrow(
			expect.objectContaining({ code: 'not_found', hint: 'Its entrants: claude, claude-2, codex' }),
		);
	});
});

describe("the commit of an entrant's files", () => {
	const REPO: RepoFacts = {
		kind: 'worktree',
		root: '/repo',
		worktree: '/repo',
		folder: '/repo',
		commonDir: '/repo/.git',
		gitDir: '/repo/.git',
		branch: 'main',
		head: COMMIT,
	};
	function deps(repo: Partial<RepoFacts> = {}, isThere = true) {
		const asked: string[][] = [];
		const git: Git = {
			run: async (args) => {
				asked.push([...args]);
				return { exitCode: isThere ? 0 : 128, stdout: Buffer.alloc(0), stderr: '', truncated: false };
			},
		};
		return { asked, git, repo: { ...REPO, ...repo } };
	}
	const entrant = fakeEntrant('claude');

	it('is what git still has', async () => {
		const here = deps();
		expect(await keptCommit(record, entrant, here)).toBe(COMMIT);
		expect(here.asked).toEqual([['cat-file', '-e', `${COMMIT}^{commit}`]]);
	});

	it('is refused where git has it no more, or it was never kept', async () => {
		const cleaned = { ...record, state: 'cleaned' as const };
		await expect(keptCommit(cleaned, entrant, deps({}, false))).rejects.toMatchObject({
			code: 'not_found',
			message: 'The files of claude are no longer in this repo: the race was cleaned.',
		});
		const lost = fakeEntrant('claude', { commit: null, reason: 'its folder went away' });
		await expect(keptCommit(record, lost, deps())).rejects.toMatchObject({
			code: 'refused',
			message: 'The files of claude are not kept.',
			hint: 'its folder went away',
		});
	});

	it.each<[string, Partial<RepoFacts>, string]>([
		['a bare repo', { kind: 'bare' }, 'no checkout here'],
		['a worktree of the race', { worktree: '/data/race/claude' }, 'a worktree of the race itself'],
		['the folder of the race', { worktree: '/data/race' }, 'a worktree of the race itself'],
	])('is refused in %s', async (_, repo, message) => {
		await expect(keptCommit(record, entrant, deps(repo))).rejects.toMatchObject({
			code: 'refused',
			message: expect.stringContaining(message),
		});
	});
});
