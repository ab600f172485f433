import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type RaceOwner, writeOwner } from '../../../../src/race/record/owner-file.ts';
import { judgeRaceFolder } from '../../../../src/race/record/owner-marker.ts';
import { fakeEntrant } from '../../../helpers/fake-entrant.ts';

const RACE = '01K3ZZZZZZZZZZZZZZZZZZZZZZ';
let data: string;
let folder: string;
beforeEach(() => {
	data = realpathSync(mkdtempSync(join(tmpdir(), 'relay-owner-')));
	folder = join(data, `repo-${RACE}`);
});
afterEach(() => rmSync(data, { recursive: true, force: true }));

const owner = (over: Partial<RaceOwner> = {}): RaceOwner => ({
	schema_version: 1,
	race: RACE,
	repo_root: '/repo',
	common_dir: '/repo/.git',
	store: '/repo/.agent-relay',
	created_at: '2026-11-21T08:00:00.000Z',
	...over,
});
const judge = (over: { id?: string; folder?: string } = {}) =>
	judgeRaceFolder(
		{ id: RACE, folder, entrants: [fakeEntrant('claude')], ...over },
		{ repo: { commonDir: '/repo/.git' }, worktreesFolder: data },
	);
const why = (claim: ReturnType<typeof judge>) => (claim.kind === 'foreign' ? claim.why : claim.kind);

describe('the folder of a race', () => {
	it('is ours by its marker, with the worktrees of its entrants, also half removed, and nothing else', () => {
		writeOwner(folder, owner());
		for (const name of ['claude', '.owner.json.123.tmp']) mkdirSync(join(folder, name));
		expect(judge()).toEqual({ kind: 'ours' });
		mkdirSync(join(folder, 'my-notes'));
		expect(why(judge())).toMatch(/holds what is not the race's: my-notes/);
	});

	it('is gone where nothing is there, or nothing in it', () => {
		expect(judge()).toEqual({ kind: 'gone' });
		mkdirSync(folder);
		expect(judge()).toEqual({ kind: 'gone' });
	});

	it('is foreign where the marker is missing, damaged, or names another race or repo', () => {
		mkdirSync(join(folder, 'claude'), { recursive: true });
		expect(why(judge())).toMatch(/owner\.json is missing/);
		writeOwner(folder, owner({ race: 'OTHER' }));
		expect(why(judge())).toMatch(/names another race: OTHER/);
		writeOwner(folder, owner({ common_dir: '/elsewhere/.git' }));
		expect(why(judge())).toMatch(/names another repo: \/elsewhere/);
		writeFileSync(join(folder, 'owner.json'), '{');
		expect(judge().kind).toBe('foreign');
	});

	it('is foreign at any other place than the one for it, or behind a link', () => {
		for (const path of [data, '/home', join(data, 'repo-OTHER'), join(data, 'x', `repo-${RACE}`)])
			expect(why(judge({ folder: path })), path).toMatch(/is not a folder of this race's worktrees/);
		symlinkSync(data, folder);
		expect(why(judge())).toMatch(/is a link or a file/);
	});
});
