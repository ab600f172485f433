/** `diff` over the turns of real sessions: an agent of the configuration runs what its prompt says. */

import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CliHome } from '../helpers/cli-home.ts';

/** Runs the last line of the prompt that begins with "!". */
const WORKER = `line=$(grep '^!' | tail -n 1); sh -c "\${line#!}" && echo done`;

let cli: CliHome;
beforeAll(async () => {
	cli = new CliHome();
	cli.configureAgents({ worker: WORKER });
	cli.write('poem.txt', 'The quick brown fox\njumps over the dog\n');
	cli.write('move.me', 'one\ntwo\nthree\nfour\nfive\n');
	await work('! sed -i s/quick/slow/ poem.txt; mv move.me moved');
	await work('! printf "\\000\\001" > "b\\033[2Jin"; chmod +x poem.txt', '--session', 'latest');
	await work('! true', '--session', 'latest');
}, 90_000);
afterAll(() => cli.remove());

async function work(prompt: string, ...args: string[]): Promise<void> {
	const run = await cli.run(['run', '-q', '-a', 'worker', '-p', 'full', ...args, prompt]);
	expect(run.exitCode, run.stderr).toBe(0);
}

const diff = async (...args: string[]) => {
	const { exitCode, stdout, stderr } = await cli.run(['diff', ...args]);
	return { exitCode, stdout, stderr };
};

describe('diff', () => {
	it('is of the session with those it continues: words, names, modes and binary files', async () => {
		const { stdout, exitCode } = await diff();
		expect(exitCode).toBe(0);
		expect(stdout).toContain('-The quick brown fox\n+The slow brown fox\n');
		expect(stdout).toContain('rename from move.me\nrename to moved\n');
		expect(stdout).toContain('old mode 100644\nnew mode 100755\n');
		expect(stdout).toMatch(/^Binary files \/dev\/null and .* differ$/m);
		expect(stdout).not.toContain('\u001b');
	});

	it('marks words so that they can be read without colour', async () => {
		const { stdout } = await diff('--word');
		expect(stdout).toContain('The [-quick-]{+slow+} brown fox\n');
		expect(stdout).not.toContain('+The slow');
	});

	it('lists files with --stat, and has both as data', async () => {
		expect((await diff('--stat')).stdout).toMatch(/^renamed .* move\.me -> moved$/m);
		const data = JSON.parse((await diff('--json')).stdout);
		expect(data).toMatchObject({ turn: null, from: null, to: null });
		expect(data.files.map(({ change }: { change: string }) => change).sort()).toEqual([
			'added',
			'modified',
			'renamed',
		]);
		expect(data.diff).toContain('+The slow');
	});

	it('says that a turn changed nothing, and that a session without its parents did not', async () => {
		for (const args of [['--turn', '1'], ['--own'], ['--from', '1', '--stat']]) {
			const { exitCode, stdout } = await diff(...args);
			expect([exitCode, stdout]).toEqual([
				0,
				expect.stringMatching(/^(Nothing was changed|No file was changed)\.\n$/),
			]);
		}
	});

	it.each([
		[['--turn', '9'], 4, 'has no turn 9'],
		[['--turn', '1', '--from', '1'], 64, 'One turn and a range'],
		[['--from', '3', '--to', '2'], 64, '--from 3 is after --to 2'],
		[['--stat', '--word'], 64, 'show different things'],
		[['nowhere'], 4, 'no session "nowhere"'],
	])('refuses %j', async (args, code, words) => {
		const { exitCode, stderr, stdout } = await diff(...args);
		expect([exitCode, stdout]).toEqual([code, '']);
		expect(stderr).toContain(words);
	});

	it('says where snapshots would be when there are none', async () => {
		const { exitCode, stderr } = await cli.run(['diff'], {
			env: { XDG_STATE_HOME: join(cli.base, 'nowhere') },
		});
		expect(exitCode).toBe(4);
		expect(stderr).toContain('snapshots of this session are not in');
	});
});
