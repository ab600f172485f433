import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DEMO_OBJECTIVE } from '../../src/agents/demo/scenario.ts';
import { EXIT } from '../../src/relay/exit-codes.ts';
import { CliHome } from '../helpers/cli-home.ts';
import { PtyProgram } from '../helpers/pty-program.ts';

const DOWN = '\x1b[B';

let cli: CliHome;
let env: Record<string, string>;

/** A race whose witness is in another home: of a container, say, or of whoever put its record into the repo. */
beforeEach(async () => {
	cli = new CliHome();
	env = { ...cli.env, TERM: 'xterm-256color' };
	const other = { ...cli.env, XDG_STATE_HOME: join(cli.base, 'other-state') };
	const end = await cli.run(['race', DEMO_OBJECTIVE, '-A', 'demo-closer', '-q'], { env: other });
	expect(end.exitCode, end.stderr).toBe(EXIT.done);
});
afterEach(() => cli.remove());

const isAdopted = () => existsSync(join(cli.repo, 'word-count.mjs'));

describe('a race that another home began', () => {
	it('is not adopted from in a pipe, where nobody can be asked, but for --here', async () => {
		const refused = await cli.run(['race', 'adopt']);
		expect(refused).toMatchObject({
			exitCode: EXIT.refused,
			stderr: expect.stringMatching(/No witness says that race \w{6} is yours/),
		});
		expect(refused.stderr).toMatch(/agent-relay race adopt demo-closer --race \w{6} --here/);
		expect(isAdopted()).toBe(false);
		expect(await cli.run(['race', 'adopt', '--here'])).toMatchObject({ exitCode: EXIT.done });
		expect(isAdopted()).toBe(true);
	});

	it('is asked about on a terminal; a hasty Enter is a no', async () => {
		const ask = async (answer: string) => {
			const relay = new PtyProgram(['race', 'adopt'], { cwd: cli.repo, env });
			await relay.shows('Adopt from it?');
			relay.type(answer);
			return { exitCode: await relay.ended, text: relay.text() };
		};
		const no = await ask('\r');
		expect(no.exitCode).toBe(EXIT.notFound);
		expect(no.text).toContain('was not continued');
		expect(isAdopted()).toBe(false);
		expect(await ask(`${DOWN}\r`)).toMatchObject({ exitCode: EXIT.done });
		expect(isAdopted()).toBe(true);
	});

	it('is asked about in the shell, and refused where its input is a pipe', async () => {
		const piped = await cli.run(['shell', '-a', 'demo-closer'], { input: '/race adopt\n' });
		expect(piped.exitCode).toBe(EXIT.refused);
		expect(piped.stderr).toContain('--here');
		expect(isAdopted()).toBe(false);

		const shell = new PtyProgram(['shell', '-a', 'demo-closer'], { cwd: cli.repo, env });
		await shell.shows('demo-closer ›');
		shell.type('/race adopt\r');
		await shell.shows('Adopt from it?');
		shell.type(`${DOWN}\r`);
		await shell.shows('demo-closer is adopted');
		expect(isAdopted()).toBe(true);
		shell.type('/exit\r');
		expect(await shell.ended).toBe(EXIT.done);
	});
});
