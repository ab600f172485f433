import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EXIT } from '../../src/relay/exit-codes.ts';
import { CliHome } from '../helpers/cli-home.ts';
import { zoneAtNine } from '../helpers/zone-at-nine.ts';

/** A prompt, a hand-over, a session that continues another, a race, and a repo beside. */
let cli: CliHome;
let other: string;

beforeAll(async () => {
	cli = new CliHome({ env: { TZ: zoneAtNine() } });
	cli.configureAgents(
		{ one: 'cat >/dev/null; echo one did it', two: 'cat >/dev/null; echo two did it' },
		'[agents]\norder = ["one", "two"]\n',
	);
	await run('-a', 'one', 'first');
	await cli.run(['handoff', 'latest', '--to', 'two', '--run']);
	await cli.run(['race', 'do', '-A', 'one,two']);
	other = join(cli.base, 'other');
	await cli.bash(`git clone -q . ${other}`);
	await cli.run(['run', '-q', '-a', 'one', 'elsewhere'], { cwd: other });
}, 60_000);
afterAll(() => cli.remove());

async function run(...args: string[]): Promise<void> {
	const end = await cli.run(['run', '-q', ...args]);
	expect(end.exitCode, end.stderr).toBe(0);
}

async function json(...args: string[]) {
	const { stdout, exitCode, stderr } = await cli.run(['metrics', '--json', ...args]);
	expect(exitCode, stderr).toBe(0);
	return JSON.parse(stdout);
}

const keys = (found: { groups: object[] }, by: string) =>
	found.groups.map((group) => Object.entries(group).find(([name]) => name === by)?.[1]);

describe('metrics', () => {
	it('count each turn once, of a line of work and of a race, with the same total however grouped', async () => {
		const byAgent = await json();
		expect(byAgent.total).toMatchObject({ turns: 4, ended: 4, done: 4, success_rate: 1, hand_overs: 1 });
		expect(byAgent.groups).toMatchObject([
			{ agent: 'one', turns: 2, hand_overs: 0 },
			{ agent: 'two', turns: 2, hand_overs: 1 },
		]);
		for (const by of ['account', 'day', 'model', 'repo', 'lineage'])
			expect((await json('--by', by)).total).toEqual(byAgent.total);
		const lineages = await json('--by', 'lineage');
		expect(lineages.groups.map(({ turns }: { turns: number }) => turns)).toEqual([2, 2]);
		expect(lineages.groups.map(({ title }: { title: string }) => title).sort()).toEqual(['do', 'first']);
	});

	it('take all repos together with --all, and a copy of one not twice', async () => {
		expect(keys(await json('--all', '--by', 'repo'), 'repo')).toEqual([cli.repo, other]);
		const copy = join(cli.base, 'copy');
		await cli.bash(`cp -R ${other} ${copy}`);
		const inCopy = async (...args: string[]) =>
			JSON.parse((await cli.run(['metrics', '--json', ...args], { cwd: copy })).stdout).total.turns;
		expect([await inCopy(), await inCopy('--all')]).toEqual([1, 5]);
	});

	it('put a turn under the local day on which it began', async () => {
		const states = readdirSync(join(cli.repo, '.agent-relay/sessions')).map((id) =>
			join(cli.repo, '.agent-relay/sessions', id, 'turns/001-state.json'),
		);
		const [path = ''] = states;
		const before = readFileSync(path, 'utf8');
		const daysIn = async (startedAt: string, TZ: string) => {
			writeFileSync(path, JSON.stringify({ ...JSON.parse(before), started_at: startedAt }));
			const end = await cli.run(['metrics', '--by', 'day', '--json'], { env: { TZ } });
			return keys(JSON.parse(end.stdout), 'day')[0];
		};
		// The clocks of Berlin go forward in that night, which has 23 hours.
		expect(await daysIn('2026-03-28T22:59:59.000Z', 'Europe/Berlin')).toBe('2026-03-28');
		expect(await daysIn('2026-03-29T21:59:59.000Z', 'Europe/Berlin')).toBe('2026-03-29');
		expect(await daysIn('2026-03-29T22:00:00.000Z', 'Europe/Berlin')).toBe('2026-03-30');
		expect(await daysIn('2026-03-29T22:00:00.000Z', 'America/New_York')).toBe('2026-03-29');
		writeFileSync(path, before);
	});

	it('print CSV with CRLF alone, and a table with a sparkline', async () => {
		const { stdout } = await cli.run(['metrics', '--csv']);
		const lines = stdout.split('\r\n');
		expect(lines).toHaveLength(4);
		expect(lines[3]).toBe('');
		expect(stdout.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
		const shown = (await cli.run(['metrics'])).stdout;
		expect(shown).toMatch(/^agent +turns +success/);
		expect(shown).toMatch(/^turns a day {2}█ /m);
		expect((await cli.run(['metrics', '--csv', '--json'])).exitCode).toBe(EXIT.usage);
	});

	it('say that nothing matches, and name what is damaged', async () => {
		const none = await cli.run(['metrics', '--agent', 'nobody']);
		expect(none).toMatchObject({ exitCode: EXIT.notFound, stderr: '' });
		expect(none.stdout).toContain('No turn matches.');
		const [id = ''] = readdirSync(join(cli.repo, '.agent-relay/sessions')).sort();
		const meta = join(cli.repo, '.agent-relay/sessions', id, 'meta.json');
		const before = readFileSync(meta, 'utf8');
		writeFileSync(meta, '{');
		const damaged = await cli.run(['metrics']);
		expect(damaged.exitCode).toBe(0);
		expect(damaged.stdout).toContain(`Damaged, counted as far as it can be read: session ${id.slice(-6)}:`);
		expect((await json()).total.turns).toBe(4);
		writeFileSync(meta, before);
	});
});
