/** `sessions` over sessions that continue each other, over several repos, and over many with two at once. */
import { lutimesSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { beginRepo, FIRST_AUTHOR } from '../helpers/begin-repo.ts';
import { CliHome } from '../helpers/cli-home.ts';
import { fakeSessionMeta } from '../helpers/fake-session-meta.ts';

let cli: CliHome;
let other: string;
beforeAll(async () => {
	cli = new CliHome();
	other = join(cli.base, 'other');
	mkdirSync(other);
	beginRepo(other, { ...cli.env, ...FIRST_AUTHOR }, '--template=');
	await cli.run(['run', '-q', '-a', 'demo-closer', 'First things first.']);
	await cli.run([
		'run',
		'-q',
		'-a',
		'demo-closer',
		'--session',
		'latest',
		'Then \u001b]0;evil\u0007 the rest.',
	]);
	await cli.run(['run', '-q', '-a', 'demo-closer', 'Work elsewhere.'], { cwd: other });
}, 60_000);
afterAll(() => cli.remove());

const json = async (args: readonly string[], cwd = cli.repo) =>
	JSON.parse((await cli.run(['sessions', ...args, '--json'], { cwd })).stdout);

describe('sessions', () => {
	it('has one row for a session and the one that it continues, titled by the last prompt', async () => {
		const { sessions, total } = await json([]);
		expect(total).toBe(1);
		expect(sessions[0].lineage).toMatchObject({ turns: 2, agents: ['demo-closer'] });
		expect(sessions[0].lineage.sessions).toEqual([sessions[0].parent, sessions[0].id]);
		const { stdout } = await cli.run(['sessions']);
		expect(stdout.trimEnd().split('\n')).toHaveLength(2);
		expect(stdout).toMatch(/ 2 +.*demo-closer +Then .*the rest\.$/m);
		expect(stdout).not.toContain('\u001b');
		expect((await json(['--flat'])).total).toBe(2);
	});

	it('finds a lineage by the first prompt of it too', async () => {
		expect((await json(['--grep', 'first THINGS'])).total).toBe(1);
		expect((await json(['--grep', 'third'])).total).toBe(0);
	});

	it('lists those of every repo of this user, from anywhere', async () => {
		const { sessions } = await json(['--all'], cli.home);
		expect(sessions.map(({ repo }: { repo: string }) => repo)).toEqual([other, cli.repo]);
		const { stdout } = await cli.run(['sessions', '--all'], { cwd: other, env: { COLUMNS: '200' } });
		expect(stdout).toMatch(/ repo +title$/m);
		expect(stdout).toContain('Work elsewhere.');
	});

	it('says the same in two processes at once, with and without a cache', async () => {
		const long = new Date(Date.now() - 3_600_000);
		for (let at = 0; at < 60; at++) {
			const id = `01JD${String(at).padStart(22, '0')}`;
			const path = join(other, '.agent-relay/sessions', id, 'meta.json');
			mkdirSync(join(path, '..'), { recursive: true });
			writeFileSync(
				path,
				JSON.stringify(fakeSessionMeta({ id, status: 'completed', objective: `old ${at}` })),
			);
			lutimesSync(join(path, '..'), long, long);
		}
		const args = ['sessions', '-n', '0', '--json'];
		const both = () => Promise.all([cli.run(args, { cwd: other }), cli.run(args, { cwd: other })]);
		const [first, second] = await both();
		expect(JSON.parse(first.stdout).total).toBe(61);
		const uncached = await cli.run(args, { cwd: other, env: { XDG_CACHE_HOME: '/proc/none' } });
		for (const run of [second, ...(await both()), uncached]) expect(run).toEqual(first);
	});
});
