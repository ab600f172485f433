import { describe, expect, it } from 'vitest';
import { BUILT_IN_ADAPTERS, createRegistry } from '../../../src/agents/registry.ts';
import { RelayError } from '../../../src/core/errors.ts';
import type { RaceRequest } from '../../../src/race/race-contract.ts';
import {
	checkRequest,
	parseEntrants,
	refuseDirty,
	refuseNobody,
	requireCommit,
} from '../../../src/race/validate-request.ts';

const registry = createRegistry(BUILT_IN_ADAPTERS);
const claude = { agent: 'claude', model: null };
const codex = { agent: 'codex', model: null };
const request = (over: Partial<RaceRequest> = {}): RaceRequest => ({
	task: 'Tidy up.',
	entrants: [claude, codex],
	checks: [],
	setup: null,
	copy: [],
	maxTimeMs: 60_000,
	checkTimeMs: 30_000,
	base: null,
	includeDirty: false,
	jobs: 2,
	permissions: null,
	handover: false,
	parentTurn: null,
	...over,
});

/** What a user is told, with the hint. */
function told(action: () => unknown): string {
	try {
		action();
	} catch (error) {
		if (error instanceof RelayError) return `${error.code}: ${error.message} ${error.hint ?? ''}`;
		throw error;
	}
	return 'nothing';
}

describe('the entrants as typed', () => {
	it('are agents or aliases, each with a model of its own', () => {
		expect(parseEntrants([' claude', 'x:o3'], registry)).toEqual([claude, { agent: 'codex', model: 'o3' }]);
	});

	it('need names that exist', () => {
		expect(told(() => parseEntrants(['claude', ''], registry))).toMatch(/^usage: An entrant has no name/);
		expect(told(() => parseEntrants(['cluade'], registry))).toMatch(/^unknown_agent: .*claude/);
	});
});

describe('a request', () => {
	it.each([
		['a task', { task: ' \n' }, 'has no task'],
		['an entrant', { entrants: [] }, 'has no entrants'],
		['whole jobs', { jobs: 1.5 }, '--jobs'],
		['a job', { jobs: 0 }, '--jobs'],
		['time for the work', { maxTimeMs: 0 }, 'longer than nothing'],
		['time for a check', { checkTimeMs: Number.NaN }, 'longer than nothing'],
		['a command in each check', { checks: ['npm test', ' '] }, 'an empty command'],
		['a command as its setup', { setup: '' }, 'an empty command'],
	])('needs %s', (_, over, words) => {
		expect(told(() => checkRequest(request(over), '/repo'))).toMatch(new RegExp(`^usage: .*${words}`));
	});

	it('passes as a whole, with nothing to copy', () => {
		expect(checkRequest(request({ checks: ['npm test'], setup: 'npm ci' }), '/repo')).toEqual({ copy: [] });
	});

	it('has no entrant twice, and says how an agent takes part again', () => {
		expect(told(() => checkRequest(request({ entrants: [claude, claude] }), '/repo'))).toContain(
			'claude is an entrant twice. An agent takes part again with another model: --agents claude,claude:opus',
		);
		const models = [claude, { agent: 'claude', model: 'opus' }];
		expect(told(() => checkRequest(request({ entrants: models }), '/repo'))).toBe('nothing');
	});
});

describe('the repo of a race', () => {
	it('has a commit to start from, and a checkout', () => {
		expect(requireCommit({ kind: 'worktree', root: '/r', head: 'abc' })).toBe('abc');
		expect(told(() => requireCommit({ kind: 'none', root: '/r', head: null }))).toContain('git init');
		expect(told(() => requireCommit({ kind: 'bare', root: '/r', head: 'abc' }))).toContain('bare repo');
		expect(told(() => requireCommit({ kind: 'worktree', root: '/r', head: null }))).toContain('Commit first');
	});

	const refused = async (dirty: string[], copied: string[]) => {
		const dirtyPaths = async () => dirty;
		return refuseDirty({ dirtyPaths }, '/r', copied).then(
			() => null,
			(error: RelayError) => error.message,
		);
	};

	it('has no change that entrants would not see, apart from what is copied for them', async () => {
		expect(await refused([], [])).toBeNull();
		expect(await refused(['.env', 'fixtures/a.json'], ['.env', 'fixtures'])).toBeNull();
		expect(await refused(['.env', 'fixtures2/a'], ['.env', 'fixtures'])).toMatch(/see: fixtures2\/a$/);
	});

	it('names ten changes, counts the rest, and shows no name that a terminal would obey', async () => {
		const many = Array.from({ length: 12 }, (_, at) => `f${at}`);
		expect(await refused(many, [])).toMatch(/f9, and 2 more$/);
		expect(await refused(['a\x1b[2J'], [])).not.toContain('\x1b');
	});
});

describe('a race that no entrant can start', () => {
	const deps = (paths: Record<string, string>) => ({
		findExecutable: (agent: string) => ({ path: paths[agent] ?? null, lookedAt: [], refused: null }),
	});

	it('is refused with the reason of each', () => {
		const why = ['not installed', 'not logged in'];
		const entrants = [claude, { agent: 'codex', model: 'o3' }];
		expect(told(() => refuseNobody(entrants, why, deps({ codex: '/bin/codex' })))).toBe(
			'not_logged_in: No entrant of this race can start. claude: not installed · codex:o3: not logged in',
		);
		expect(told(() => refuseNobody(entrants, why, deps({})))).toMatch(/^agent_not_installed/);
	});

	it('is none where one of them can', () => {
		expect(told(() => refuseNobody([claude, codex], [null, 'not installed'], deps({})))).toBe('nothing');
	});
});
