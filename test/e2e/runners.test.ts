import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createProcessTable } from '../../src/core/processes/create-process-table.ts';
import { CliHome } from '../helpers/cli-home.ts';
import { hasTmux } from '../helpers/open-pair.ts';
import { OuterTmux } from '../helpers/outer-tmux.ts';
import { until } from '../helpers/patience.ts';

let home: CliHome;
let outer: OuterTmux;
beforeEach(() => {
	home = new CliHome();
	outer = new OuterTmux(home);
});
afterEach(async () => {
	outer.close();
	const { runners } = await json('list');
	for (const { uuid } of runners) await home.run(['runner', 'delete', uuid, '--yes']);
	expect(socketsOf(runners)).toEqual([]);
	home.remove();
});

/** What tmux left in the folder that all of this user's share. */
function socketsOf(runners: Array<{ folder: string }>): string[] {
	const digest = (folder: string) => createHash('sha256').update(folder).digest('hex').slice(0, 16);
	return runners
		.map(({ folder }) => `/tmp/tmux-${process.getuid?.()}/agent-relay-r${digest(folder)}`)
		.filter((path) => existsSync(path));
}

const data = (...parts: string[]) => join(home.home, '.local/share/agent-relay', ...parts);
const ok = async (...args: string[]) => {
	const done = await home.run(['runner', ...args]);
	expect(done.exitCode, done.stderr).toBe(0);
	return done.stdout;
};
const json = async (...args: string[]) => JSON.parse((await home.run(['runner', ...args, '--json'])).stdout);
const show = (name: string) => json('show', name);

// Without tmux there is nothing to run one in.
describe.skipIf(!hasTmux)('a runner', { timeout: 120_000 }, () => {
	it('starts, is seen, gets words, and ends; what it had is recorded', async () => {
		await ok('create', 'api', '--repo', '.', '--', 'sh', '-c', 'echo "port $PORT"; cat');
		const first = [await show('api')];
		expect((await show('api')).state).toBe('-');
		expect(readdirSync(data('runners', (await show('api')).uuid))).toEqual(['runner.json', 'work']);
		await ok('edit', 'api', '--port', '-1');
		const { port, work } = await show('api');
		expect(existsSync(join(work, 'README.md'))).toBe(true);
		await ok('restart', 'api');
		expect(await show('api')).toMatchObject({ state: 'R', pending: false, attached: 0 });
		await ok('send', 'api', 'some $HOME words');
		await ok('wait', 'api', '--idle', '--quiet-for', '1s');
		const screen = await ok('peek', 'api');
		expect(screen).toContain(`port ${port}`);
		expect(screen).toContain('some $HOME words');
		const again = await home.run(['runner', 'restart', 'api']);
		expect(again).toMatchObject({ exitCode: 5, stderr: expect.stringContaining('is running') });
		await ok('edit', 'api', '--dns', 'api');
		expect((await show('api')).pending).toBe(true);
		expect(readFileSync(data('hosts'), 'utf8')).toContain('127.0.0.1\tapi\n');
		expect(await ok('kill', 'api')).toContain('has ended');
		const { recordings, state, last_end } = await show('api');
		expect([state, typeof last_end]).toEqual(['-', 'string']);
		const [head = '', ...rows] = readFileSync(recordings[0], 'utf8').trim().split('\n');
		expect(JSON.parse(head)).toMatchObject({ version: 2, width: 100, height: 30 });
		expect(rows.map((row) => JSON.parse(row)[2]).join('')).toContain('some $HOME words');
		const removed = await ok('delete', 'api', '--yes');
		expect(removed).toContain('removed the DNS name api');
		expect([existsSync(data('hosts')), readdirSync(data('runners')), socketsOf(first)]).toEqual([
			...[false, [], []],
		]);
	});

	it('is attached to by two at once in real terminals, and goes on when they leave or are killed', async () => {
		await ok('create', 'web', '--in-place', '--', 'cat');
		outer.open(['runner', 'attach', 'web']);
		await attached(1);
		outer.another(['runner', 'attach', 'web']);
		await attached(2);
		outer.type('said here');
		await outer.shows(/said here/, 1);
		const refused = await home.run(['runner', 'delete', 'web', '--yes']);
		expect(refused).toMatchObject({ exitCode: 6, stderr: expect.stringContaining('(attach)') });
		expect(await ok('background', 'web')).toContain('2 terminals were sent back');
		await attached(0);
		expect((await show('web')).state).toBe('R');
		expect(await ok('background', 'web')).toContain('Nobody is attached');
		await ok('delete', 'web', '--yes');
		expect(existsSync(join(home.repo, 'README.md'))).toBe(true);
	});

	it.each([
		[100, 30],
		[40, 10],
	])(
		'is made, started, attached, ended and deleted by keys on a screen of %i x %i',
		async (columns, rows) => {
			await ok('create', 'web', '--', 'cat');
			outer.open(['runner'], { columns, rows });
			await outer.shows(/› - {2}web/);
			outer.press('e', 'Tab', '7', '0', '0', '0', '0');
			await outer.shows(/A port is a number/);
			outer.press(...Array.from({ length: 5 }, () => 'BSpace'), 'Enter');
			await outer.shows(/Changed the runner web/);
			outer.press('Enter');
			await until(
				() => !/Runners/.test(outer.screen()),
				'the runner',
				() => outer.screen(),
			);
			await expect.poll(async () => (await show('web')).state, { timeout: 60_000 }).toBe('C');
			outer.type('typed in it');
			await outer.shows(/typed in it/);
			outer.press('C-b', 'd');
			await outer.shows(/› R {2}web/);
			await outer.shows(/goes on/);
			outer.type('Kn');
			outer.press('K');
			await outer.shows(/End what web runs\?/);
			outer.press('y');
			await outer.shows(/› - {2}web/);
			outer.type('dy');
			await outer.shows(/There are no runners/);
			outer.press('q');
			await until(() => !outer.isUp, 'the end of the list');
		},
	);

	it('that ignores SIGTERM is killed after 10 s, with what it started', async () => {
		const left = join(home.base, 'pid');
		await ok(
			'create',
			'deaf',
			'--',
			'sh',
			'-c',
			`trap '' TERM; setsid sleep 600 & echo $! > ${left}; while :; do sleep 1; done`,
		);
		await ok('restart', 'deaf');
		await until(() => existsSync(left), 'its child');
		const begun = performance.now();
		expect(await ok('kill', 'deaf')).toContain('was killed');
		expect(performance.now() - begun).toBeGreaterThan(9_500);
		// A zombie that nobody has reaped yet is gone.
		expect(createProcessTable().identify(Number(readFileSync(left, 'utf8')))).toBe(null);
	});

	it('that ended by itself leaves no socket once it is deleted', async () => {
		await ok('create', 'short', '--', 'true');
		const runners = [await show('short')];
		expect(await ok('restart', 'short')).toContain('It has already ended.');
		expect(await show('short')).toMatchObject({ state: '-', last_end: '0' });
		await ok('delete', 'short', '--yes');
		expect(socketsOf(runners)).toEqual([]);
	});

	it('is refused what another has, by name', async () => {
		const server: Server = createServer();
		await new Promise<void>((done) => server.listen(0, done));
		const address = server.address();
		const port = typeof address === 'object' && address !== null ? address.port : 0;
		const taken = await home.run(['runner', 'create', 'api', '--port', String(port)]);
		server.close();
		expect(taken).toMatchObject({ exitCode: 5, stderr: expect.stringContaining(`has the port ${port}/tcp`) });
		await ok('create', 'api', '--port', '1053', '--dns', 'api', '--', 'cat');
		const second = await home.run(['runner', 'create', 'b', '--dns', 'api']);
		expect(second.stderr).toContain('The DNS name api is that of the runner api.');
		await ok('create', 'b', '--port', '1053', '--protocol', 'udp', '--', 'cat');
		const edited = await home.run(['runner', 'edit', 'b', '--protocol', 'tcp', '--rename', 'c']);
		expect(edited.stderr).toContain('The port 1053/tcp is that of the runner api.');
		expect((await json('list')).runners.map(({ name }: { name: string }) => name).sort()).toEqual([
			'api',
			'b',
		]);
		await ok('clone', 'api', 'copy');
		expect(await show('copy')).toMatchObject({ port: 0, dns_name: null, state: '-', last_accessed: null });
		writeFileSync(data('runners', (await show('b')).uuid, 'runner.json'), '{');
		const list = await home.run(['runner']);
		expect(list).toMatchObject({ exitCode: 1, stdout: expect.stringContaining('is damaged: not JSON') });
	});
});

async function attached(count: number): Promise<void> {
	for (let look = 0; look < 200; look++) {
		const one = await show('web');
		if (one.attached === count && (count > 0 || one.locked_by === null)) return;
	}
	throw new Error(`never attached by ${count}`);
}
