import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { columnsOf } from '../../src/ui/text-width.ts';
import { CliHome, PROGRAM } from '../helpers/cli-home.ts';
import { PtyProgram } from '../helpers/pty-program.ts';
import { PtyScreen } from '../helpers/pty-screen.ts';
import { runOnPty } from '../helpers/run-on-pty.ts';

let cli: CliHome;
let temporary: string;

beforeEach(() => {
	cli = new CliHome();
	temporary = join(cli.base, 'tmp');
	mkdirSync(temporary);
});
afterEach(() => cli.remove());

const demo = (...args: string[]) => cli.run(['demo', '--pace', '0', ...args], { env: { TMPDIR: temporary } });

describe('the demo', () => {
	it('shows the main job end to end and leaves nothing behind', async () => {
		const before = cli.state();
		const { exitCode, stdout, stderr } = await demo();
		expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
		const story = [
			/^1\. A prompt$/m,
			/3 of 4 cases fail/,
			/── demo-sprinter → demo-closer · demo window used up/,
			/The work\s+is done\./,
			/all 4 cases pass\n {2}✓ exit 0/,
			/meta\.json .*status, agents, usage/,
			/"status": "completed"/,
			/\$ head -n \d+ resume\/\S+\.md/,
			/agent-relay\.js run "explain this folder"/,
		];
		const places = story.map((part) => stdout.search(part));
		expect(places, stdout).toEqual([...places].sort((a, b) => a - b));
		expect(Math.min(...places)).toBeGreaterThanOrEqual(0);
		expect(stdout).not.toContain('\x1b');
		expect(readdirSync(temporary)).toEqual([]);
		expect(withoutTimes(cli.state())).toEqual(withoutTimes(before));
	});

	it('with --keep leaves a session to look at', async () => {
		const { stdout } = await demo('--keep');
		const [name = ''] = readdirSync(temporary);
		expect(stdout).toContain(join(temporary, name));
		const folder = join(temporary, name, 'word-count');
		const listed = await cli.run(['sessions', '--json'], { cwd: folder });
		expect(JSON.parse(listed.stdout).sessions[0]).toMatchObject({ status: 'completed', turn_count: 3 });
	});

	it('works without git', async () => {
		rmSync(join(cli.bin, 'git'));
		const { exitCode, stdout } = await demo();
		expect(exitCode, stdout).toBe(0);
		expect(stdout).toContain('all 4 cases pass');
	});

	it.each([40, 80])('fits a terminal of %d columns, in colour', async (columns) => {
		const env = { ...cli.env, TMPDIR: temporary, TERM: 'xterm-256color' };
		const args = [PROGRAM, 'demo', '--pace', '0'];
		const { exitCode, output } = await runOnPty(process.execPath, args, { columns, env, cwd: cli.repo });
		expect(exitCode, output).toBe(0);
		expect(output).toContain('\x1b[');
		const screen = new PtyScreen(500, 400);
		screen.write(output);
		expect(screen.all().filter((line) => columnsOf(line) > columns)).toEqual([]);
	});

	it('stops on a terminal at the hand-over until Enter, and removes what a killed demo left', async () => {
		const env = { ...cli.env, TMPDIR: temporary };
		const open = () => new PtyProgram(['demo', '--pace', '0.01'], { cwd: cli.repo, env });
		const program = open();
		await program.shows('Enter goes on');
		for (let stops = 1; !program.screen().includes('demo-sprinter → demo-closer'); ) {
			program.type('\r');
			await program.times('Enter goes on', ++stops);
		}
		expect(program.screen()).not.toContain('I read my prompt');
		program.kill('SIGKILL');
		await program.ended;
		expect(readdirSync(temporary)).toHaveLength(1);
		const next = open();
		await next.shows('Enter goes on');
		expect(readdirSync(temporary)).toHaveLength(1);
		next.type('\x03');
		expect(await next.ended).toBe(130);
		expect(readdirSync(temporary)).toEqual([]);
	});

	it.each([{ CI: 'true' }, {}])(
		'never stops with %j and --fast, and ends with commands that work here',
		async (more) => {
			const env = { ...cli.env, TMPDIR: temporary, ...more };
			const args = ['demo', '--pace', '0.01', ...('CI' in more ? [] : ['--fast'])];
			const program = new PtyProgram(args, { cwd: resolve(PROGRAM, '../..'), env });
			expect(await program.ended).toBe(0);
			expect(program.text()).not.toContain('Enter goes on');
			const tried = [...program.text().matchAll(/ {2}(node bin\/agent-relay\.js.*)$/gm)].map(
				([, line]) => line,
			);
			expect(tried).toHaveLength(3);
			const agents = await cli.bash(tried[0] ?? '', { cwd: resolve(PROGRAM, '../..') });
			expect(agents.exitCode, agents.stderr).toBe(0);
		},
	);

	it('refuses a pace that is none, and makes nothing', async () => {
		const run = await demo('--pace', 'fast');
		expect(run.exitCode).toBe(64);
		expect(readdirSync(temporary)).toEqual([]);
	});
});

/** The folder for temporary files was used and emptied: only its time may differ. */
function withoutTimes(state: Record<string, string>): Record<string, string> {
	return Object.fromEntries(Object.entries(state).filter(([path]) => path !== 'tmp'));
}
