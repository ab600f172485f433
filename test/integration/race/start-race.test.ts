import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RaceRequest } from '../../../src/race/race-contract.ts';
import { claudeAnswers } from '../../helpers/fake-agent-lines.ts';
import { RaceBench } from '../../helpers/race-bench.ts';
import { fingerprint } from '../../helpers/scratch-repo.ts';

let bench: RaceBench;
beforeEach(() => {
	bench = new RaceBench();
	bench.install('claude', { turns: [claudeAnswers('done')] });
});
afterEach(() => bench.dispose());

describe('a race that cannot be', () => {
	/** Refused with this error and without a trace. */
	async function refused(entrants: string, over: Partial<RaceRequest> = {}) {
		const before = [fingerprint(bench.repo), readdirSync(bench.root).sort()];
		const error = await bench.start(entrants, over).then(
			() => null,
			(reason: unknown) => reason,
		);
		expect([fingerprint(bench.repo), readdirSync(bench.root).sort()]).toEqual(before);
		return error;
	}

	it.each([
		['an unknown agent', 'claud', {}, { code: 'unknown_agent', hint: 'did you mean claude or claude-code?' }],
		[
			'an entrant twice',
			'claude,codex,c',
			{},
			{ code: 'usage', message: 'claude is an entrant twice.', hint: expect.stringContaining('claude:opus') },
		],
		['an entrant without a name', 'claude,', {}, { code: 'usage' }],
		['no task', 'claude', { task: ' \n' }, { code: 'usage' }],
		['no jobs', 'claude', { jobs: 0 }, { code: 'usage' }],
		['a base that does not exist', 'claude', { base: 'no-such-branch' }, { code: 'not_found' }],
		['a base like an option', 'claude', { base: '--all' }, { code: 'not_found' }],
		['two bases', 'claude', { base: 'HEAD', includeDirty: true }, { code: 'usage' }],
		['a copy of an absolute path', 'claude', { copy: ['/etc/passwd'] }, { code: 'usage' }],
		['a copy from above', 'claude', { copy: ['a/../../x'] }, { code: 'usage' }],
		['a copy of the repo', 'claude', { copy: ['.git/config'] }, { code: 'usage' }],
		[
			'a copy that is not there',
			'claude',
			{ copy: ['.env'] },
			{ code: 'usage', message: '--copy ".env" is not there.' },
		],
		[
			'nobody who can start',
			'codex,gemini',
			{},
			{
				code: 'agent_not_installed',
				hint: expect.stringMatching(/^codex: not installed; .* · gemini: not installed/),
			},
		],
	] as const)('for %s is refused', async (_what, entrants, over, expected) => {
		const error = await refused(entrants, over as Partial<RaceRequest>).catch((reason: unknown) => reason);
		expect(error).toMatchObject(expected);
	});

	it('for copies that lead out through a link is refused', async () => {
		mkdirSync(join(bench.root, 'elsewhere'));
		writeFileSync(join(bench.root, 'elsewhere/secret'), 's');
		symlinkSync('../elsewhere', join(bench.repo, 'way'));
		bench.write('.git/info/exclude', 'way\n');
		for (const copy of ['way', 'way/secret'])
			expect(await refused('claude', { copy: [copy] })).toMatchObject({
				code: 'usage',
				message: expect.stringContaining('leads out of the checkout'),
			});
	});

	it('from a checkout with changes is refused with the list and what helps', async () => {
		bench.write('README.md', 'changed\n');
		bench.write('new.txt', 'x');
		expect(await refused('claude')).toMatchObject({
			code: 'refused',
			message: expect.stringMatching(/: README\.md, new\.txt$/),
			hint: 'Commit or stash them, or start from them as they are: --include-dirty',
		});
		expect(await refused('claude', { copy: ['new.txt'] })).toMatchObject({
			message: expect.not.stringContaining('new.txt'),
		});
	});

	it('outside git, in a bare repo and before the first commit is refused with a way out', async () => {
		const at = async (folder: string) => {
			bench.folder = folder;
			return bench.start('claude').catch((reason: unknown) => reason);
		};
		const plain = join(bench.root, 'plain');
		mkdirSync(plain);
		expect(await at(plain)).toMatchObject({ code: 'refused' });
		bench.git('init', '-q', '--bare', join(bench.root, 'bare.git'));
		expect(await at(join(bench.root, 'bare.git'))).toMatchObject({ code: 'refused' });
		bench.git('init', '-q', join(bench.root, 'young'));
		expect(await at(join(bench.root, 'young'))).toMatchObject({ code: 'refused' });
		bench.folder = bench.repo;
	});

	it('whose worktrees would lie inside the repo is refused', async () => {
		const deps = await bench.raceDeps();
		const { startRace } = await import('../../../src/race/start-race.ts');
		const inside = { ...deps, worktreesFolder: join(bench.repo, 'data') };
		await expect(startRace(bench.request('claude'), inside)).rejects.toMatchObject({
			code: 'refused',
			hint: expect.stringContaining('XDG_DATA_HOME'),
		});
	});
});
