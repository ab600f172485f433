import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RelayError } from '../../../../src/core/errors.ts';
import type {
	NestedWork,
	WorktreeEntry,
	WorktreeLosses,
} from '../../../../src/git/worktrees/worktree-types.ts';
import { type LookContext, planEntrant } from '../../../../src/race/clean/clean-plan.ts';
import type { EntrantRecord } from '../../../../src/race/record/race-record.ts';
import { fakeEntrant } from '../../../helpers/fake-entrant.ts';
import { raceRecord } from '../../../helpers/race-record.ts';

const RACE = '01K3ZZZZZZZZZZZZZZZZZZZZZZ';
const BASE = 'b'.repeat(40);
const REF = `refs/agent-relay/race/${RACE}/claude`;
let folder: string;
beforeEach(() => {
	folder = realpathSync(mkdtempSync(join(tmpdir(), 'relay-plan-')));
	mkdirSync(join(folder, 'claude'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const NOTHING_LOST: WorktreeLosses = {
	files: 3,
	changed: [],
	commits: 0,
	droppedCommits: 0,
	nested: [],
	unreadable: [],
	ignored: { count: 7, top: [{ path: 'node_modules/', count: 7 }] },
};
const nested = (over: Partial<NestedWork> = {}): NestedWork => ({
	path: 'lib',
	commits: 1,
	files: 0,
	isUnfilled: false,
	isUnknown: false,
	...over,
});

interface Scene {
	entrant?: Partial<EntrantRecord>;
	losses?: Partial<WorktreeLosses> | Error;
	entry?: Partial<WorktreeEntry> | null;
	refs?: readonly string[];
	users?: Awaited<ReturnType<LookContext['findUsers']>>;
	adopted?: boolean;
}

/** An entrant in `<folder>/claude` whose worktree git has on record with our lock. */
async function plan({ entrant: over, losses = {}, entry = {}, refs = [REF], users, adopted }: Scene = {}) {
	const worktree = join(folder, 'claude');
	const entrant = fakeEntrant('claude', { worktree, ref: REF, ...over });
	const adoption = { entrant: 'claude', at: '', mode: 'files', target: null, merge: false, paths: [] };
	const record = raceRecord(RACE, BASE, {
		folder,
		entrants: [entrant],
		...(adopted ? { adopted: [adoption as never] } : {}),
	});
	const asked: unknown[] = [];
	const worktrees = {
		losses: async (...args: unknown[]) => {
			asked.push(args);
			if (losses instanceof Error) throw losses;
			return { ...NOTHING_LOST, ...losses };
		},
	};
	const context = {
		deps: { worktrees },
		record,
		entries:
			entry === null
				? []
				: [
						{
							path: worktree,
							head: BASE,
							branch: null,
							lockReason: `agent-relay race ${RACE} claude`,
							isPrunable: false,
							...entry,
						},
					],
		refs: new Map(refs.map((ref) => [ref, `commit of ${ref}`])),
		findUsers: async () => users ?? { users: [], unknown: null },
	} as unknown as LookContext;
	return { ...(await planEntrant(entrant, context)), asked };
}

describe('an entrant', () => {
	it('goes where all it made is kept: its files, what is in no ref, and its refs are named', async () => {
		const refs = [REF, `${REF}+checks`, `${REF}-other`];
		expect(await plan({ refs, adopted: true })).toMatchObject({
			standing: 'there',
			isRecorded: true,
			files: 3,
			ignored: { count: 7 },
			refs: [REF, `${REF}+checks`],
			isAdopted: true,
			hasWork: true,
			refusals: [],
			notes: [],
		});
	});

	it('is compared with all that was kept of it, or with the base where nothing was', async () => {
		const { asked } = await plan({ refs: [REF, `${REF}+checks`] });
		expect(asked).toEqual([[join(folder, 'claude'), [`commit of ${REF}`, `commit of ${REF}+checks`], BASE]]);
		expect((await plan({ refs: [] })).asked).toEqual([[join(folder, 'claude'), [BASE], BASE]]);
	});

	it.each([
		[
			'changed after its work was kept',
			{ changed: ['a.txt'] },
			{},
			[REF],
			'1 file changed after its work was kept: a.txt',
		],
		['whose ref is gone', { changed: ['a', 'b', 'c', 'd'] }, {}, [], '4 files in no ref: a, b, c and 1 more'],
		[
			'that did not finish',
			{ changed: ['a'] },
			{ state: 'working' as const },
			[],
			'1 file in no ref, it was not finished: a',
		],
		['with commits of its own', { commits: 2 }, {}, [REF], 'its HEAD has 2 commits that no ref has'],
		[
			'with a repo inside',
			{ nested: [nested()] },
			{},
			[REF],
			'lib: 1 commit in a repo of its own, nowhere else',
		],
		['that cannot be read', { unreadable: ['x'] }, {}, [REF], 'cannot be read, so not compared: x'],
	])('stays %s', async (_, losses, entrant, refs, why) => {
		expect((await plan({ losses, entrant, refs })).refusals).toEqual([why]);
	});

	it('stays while a process lives in it', async () => {
		const users = { users: [{ pid: 7, name: 'vim', how: 'works in' as const, path: folder }], unknown: null };
		expect((await plan({ users })).refusals).toEqual(['process 7 (vim) works in it']);
	});

	it('goes where nobody can tell who lives in it, which is noted, as are commits that it left again', async () => {
		const { refusals, notes } = await plan({
			losses: { droppedCommits: 1 },
			users: { users: [], unknown: 'there is no lsof to ask' },
		});
		expect(refusals).toEqual([]);
		expect(notes).toEqual([
			'1 commit that it made and left again would go',
			'whether a process works in it is not known: there is no lsof to ask',
		]);
	});

	it('stays where git cannot tell what is kept; a bug of ours is thrown', async () => {
		const losses = new RelayError('git_failed', 'bad object');
		expect((await plan({ losses })).refusals).toEqual(['whether its work is kept is not known: bad object']);
		await expect(plan({ losses: new TypeError('bug') })).rejects.toThrow('bug');
	});

	it('shows no name that a terminal would obey', async () => {
		const name = 'a\x1b[2J\u202e';
		const { refusals } = await plan({
			losses: { changed: [name], nested: [nested({ path: name })], unreadable: [name] },
		});
		expect(refusals.join('')).not.toMatch(/[\x00-\x1f\u202e]/);
	});
});

describe('a record that leads elsewhere', () => {
	it.each([
		['the worktree of another', { worktree: '/home/me' }],
		['a folder above', { id: '..', worktree: '/' }],
		['a ref of the user', { ref: 'refs/heads/main' }],
	])('to %s is refused without a look at it', async (_, entrant) => {
		const { refusals, asked } = await plan({ entrant });
		expect(refusals).toEqual(['its record names a place that is not its own']);
		expect(asked).toEqual([]);
	});

	it('by a link, or to a worktree that the user locked, is refused', async () => {
		expect((await plan({ entry: { lockReason: 'mine' } })).refusals).toEqual([
			'git has its worktree locked for another reason than ours',
		]);
		rmSync(join(folder, 'claude'), { recursive: true });
		symlinkSync('/home', join(folder, 'claude'));
		expect((await plan()).refusals).toEqual(['a link or a file stands in its place']);
	});
});

describe('a worktree that is not there any more', () => {
	it('is gone, and nothing is asked of git once git has forgotten it too', async () => {
		rmSync(join(folder, 'claude'), { recursive: true });
		expect(await plan({ entry: null })).toMatchObject({
			standing: 'gone',
			isRecorded: false,
			refusals: [],
			asked: [],
		});
		expect((await plan({ losses: { commits: 1 } })).refusals).toEqual([
			'its HEAD has 1 commit that no ref has',
		]);
	});
});
