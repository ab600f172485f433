import { mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RepoFacts } from '../../../../src/git/repo-facts.ts';
import type { Places, Ports } from '../../../../src/relay/ports.ts';
import { placeSession, repoAt } from '../../../../src/relay/resume/session-place.ts';
import type { SessionMeta } from '../../../../src/sessions/session-meta.ts';

let root: string;
beforeEach(() => {
	root = realpathSync(mkdtempSync(join(tmpdir(), 'relay-place-')));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const HEAD = 'a'.repeat(40);
const at = (name: string) => join(root, name);

/** A repo of its own at `name`, with folders in it. */
function repo(name: string, over: Partial<RepoFacts> = {}, ...folders: string[]): RepoFacts {
	for (const folder of ['', ...folders]) mkdirSync(join(at(name), folder), { recursive: true });
	const path = at(name);
	const git = { commonDir: join(path, '.git'), gitDir: join(path, '.git'), branch: 'main', head: HEAD };
	return { kind: 'worktree', root: path, worktree: path, folder: path, ...git, ...over };
}
/** As a session's record has it. */
const recorded = (name: string, over: Partial<SessionMeta['repo']> = {}) => ({
	id: '01K3ZZZZZZZZZZZZZZZZZZZZZZ' as SessionMeta['id'],
	status: 'checkpointed' as const,
	repo: { root: at(name), worktree: at(name), branch: 'main', head: HEAD, ...over },
});

function portsOf(here: RepoFacts, places: Partial<Places> = {}): Ports {
	const all: Places = {
		find: async () => null,
		hasCommit: async () => true,
		firstCommits: async () => null,
		portsAt: async (facts) => portsOf(facts, places),
		...places,
	};
	return { repo: here, places: all } as unknown as Ports;
}

describe('a session of this worktree', () => {
	it('continues in the folder where it was made, and only a change of folder is reported', async () => {
		const here = repo('r', {}, 'sub');
		const same = await placeSession(recorded('r'), portsOf(here));
		expect(same).toMatchObject({ is: 'own', notice: null, ports: { repo: { folder: at('r') } } });
		const inSub = await placeSession(recorded('r', { folder: 'sub' }), portsOf(here));
		expect(inSub).toMatchObject({ is: 'own', ports: { repo: { folder: at('r/sub') } } });
		expect(inSub.notice).toBe(`works in ${at('r/sub')} (main), where this session was made`);
	});

	it('whose folder is gone continues at the root, and its record still names that folder', async () => {
		const session = recorded('r', { folder: 'gone' });
		const place = await placeSession(session, portsOf(repo('r')));
		expect(place.notice).toMatch(/gone, which is no longer a folder of this worktree/);
		expect(place).toMatchObject({ is: 'own', folder: 'gone', ports: { repo: { folder: at('r') } } });
		expect(repoAt(place, session.repo)).toBe(session.repo);
	});

	it('continues where the user is if he says so', async () => {
		const here = repo('r', { folder: join(root, 'r/sub') }, 'sub');
		const place = await placeSession(recorded('r'), portsOf(here), { isHere: true });
		expect(place).toMatchObject({ folder: 'sub', ports: { repo: { folder: at('r/sub') } } });
		expect(repoAt(place, recorded('r').repo)).toMatchObject({ folder: 'sub' });
	});
});

describe('a session of a folder that is gone', () => {
	it('continues here if this repo has its commit: it was moved, and remembers from where', async () => {
		const session = recorded('old');
		const place = await placeSession(session, portsOf(repo('new')));
		expect(place).toMatchObject({ is: 'moved', ports: { repo: { worktree: at('new') } } });
		expect(place.notice).toContain(`${at('old')}, which is no longer there`);
		expect(repoAt(place, session.repo)).toMatchObject({
			root: at('new'),
			worktree: at('new'),
			moved_from: [at('old')],
		});
	});

	it('is refused if this repo is known to lack its commit, and accepted if that is unknown', async () => {
		const hasCommit = (answer: boolean | null) => portsOf(repo('new'), { hasCommit: async () => answer });
		await expect(placeSession(recorded('old'), hasCommit(false))).rejects.toMatchObject({
			code: 'refused',
			hint: expect.stringContaining('--here'),
		});
		expect(await placeSession(recorded('old'), hasCommit(null))).toMatchObject({ is: 'moved' });
		expect(await placeSession(recorded('old'), hasCommit(false), { isHere: true })).toMatchObject({
			is: 'moved',
		});
	});

	it('was a linked worktree: its trees say nothing about the files here', async () => {
		const session = recorded('linked', { root: at('r') });
		const place = await placeSession(session, portsOf(repo('r')));
		expect(place.is).toBe('other');
		expect(repoAt(place, session.repo)).toMatchObject({ worktree: at('r'), moved_from: [] });
	});

	it('needs a path that a relay could have written down', async () => {
		for (const worktree of ['relative', `/${'x'.repeat(5000)}`, '/a\0b']) {
			const find = () => expect.fail(`${worktree} was looked at`);
			const place = await placeSession(recorded('r', { worktree }), portsOf(repo('r'), { find }));
			expect(place.is).toBe('other');
			expect(place.notice).not.toContain('\0');
		}
	});
});

describe('a session of another repo', () => {
	const between = (theirs: string[] | null, ours: string[] | null, isHere: boolean | null = false) => {
		const there = repo('there');
		const here = repo('here');
		const commits = (facts: RepoFacts) => (facts.worktree === there.worktree ? theirs : ours);
		return portsOf(here, {
			find: async () => there,
			hasCommit: async () => isHere,
			firstCommits: async (facts) => new Set(commits(facts) ?? []) as never,
		});
	};

	it('is refused if the two began with different commits', async () => {
		await expect(placeSession(recorded('there'), between(['1'], ['2']))).rejects.toMatchObject({
			code: 'refused',
			message: expect.stringContaining('which is another repo than'),
		});
	});

	it('may continue in a clone: one that has the commit, or that began with the same', async () => {
		expect(await placeSession(recorded('there'), between(['1'], ['1', '2']))).toMatchObject({ is: 'other' });
		expect(await placeSession(recorded('there'), between(['1'], ['2'], true))).toMatchObject({ is: 'other' });
	});

	it('made in git is refused outside of it', async () => {
		const there = repo('there');
		const here = repo('plain', { kind: 'none', commonDir: null, gitDir: null, branch: null, head: null });
		const ports = portsOf(here, { find: async () => there, hasCommit: async () => null });
		await expect(placeSession(recorded('there'), ports)).rejects.toMatchObject({ code: 'refused' });
	});
});
