/** The scripts of completion in real zsh and fish; skipped where a shell is not installed. bash: `cli-reading.test.ts`. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CliHome, PROGRAM } from '../helpers/cli-home.ts';
import { until } from '../helpers/patience.ts';
import { PtyScreen } from '../helpers/pty-screen.ts';
import { startOnPty } from '../helpers/start-on-pty.ts';

const pathOf = (shell: string) =>
	spawnSync('sh', ['-c', `command -v ${shell}`], { encoding: 'utf8' }).stdout.trim();
const zsh = pathOf('zsh');
const fish = pathOf('fish');
const unless = (path: string, name: string) => (path === '' ? `${name} (skipped: not installed here)` : name);

let cli: CliHome;
let env: Record<string, string>;

beforeAll(() => {
	cli = new CliHome();
	symlinkSync(PROGRAM, join(cli.bin, 'agent-relay'));
	env = { ...cli.env, PATH: `${cli.bin}:${cli.env.PATH}`, TERM: 'xterm-256color' };
});
afterAll(() => cli.remove());

const script = (shell: string) =>
	execFileSync(join(cli.bin, 'agent-relay'), ['completion', shell], { env, encoding: 'utf8' });

describe.skipIf(zsh === '')(unless(zsh, 'completion in zsh'), () => {
	beforeAll(() => {
		// As the README says for a plain user.
		mkdirSync(join(cli.home, '.zfunc'));
		writeFileSync(join(cli.home, '.zfunc/_agent-relay'), script('zsh'));
		const lines = ['PROMPT="READY> "', 'fpath=(~/.zfunc $fpath)', 'autoload -Uz compinit', 'compinit -u'];
		writeFileSync(join(cli.home, '.zshrc'), `${lines.join('\n')}\n`);
	});

	/** What stands on the line after Tab; fails when that does not match in time. */
	async function complete(typed: string, wanted: RegExp): Promise<void> {
		const screen = new PtyScreen(100, 40);
		const size = { cols: 100, rows: 40 };
		const pty = startOnPty(zsh, ['-d', '-i'], { ...size, name: 'xterm-256color', cwd: cli.repo, env });
		pty.onData((data) => screen.write(data));
		const ended = new Promise<void>((done) => pty.onExit(() => done()));
		const shows = (what: RegExp) =>
			until(
				() => what.test(screen.text()),
				`${what} on the screen:`,
				() => screen.text(),
			);
		try {
			await shows(/READY>/);
			pty.write(`${typed}\t`);
			await shows(wanted);
		} finally {
			pty.kill('SIGKILL');
			await ended;
		}
	}

	it('completes commands, flags and values', async () => {
		await complete('agent-relay sess', /READY> agent-relay sessions$/m);
		await complete('agent-relay race ad', /READY> agent-relay race adopt$/m);
		await complete('agent-relay doctor --f', /READY> agent-relay doctor --fix$/m);
		await complete('agent-relay run --permissions read', /READY> agent-relay run --permissions read-only$/m);
	});

	it('completes names that the program is asked for', async () => {
		await complete('agent-relay run --agent demo-cl', /READY> agent-relay run --agent demo-closer$/m);
	});
});

describe.skipIf(fish === '')(unless(fish, 'completion in fish'), () => {
	beforeAll(() => {
		mkdirSync(join(cli.home, '.config/fish/completions'), { recursive: true });
		writeFileSync(join(cli.home, '.config/fish/completions/agent-relay.fish'), script('fish'));
	});

	const complete = (typed: string) =>
		execFileSync(fish, ['-c', 'complete -C "$argv[1]"', typed], { cwd: cli.repo, env, encoding: 'utf8' })
			.split('\n')
			.filter((row) => row !== '')
			.map((row) => row.split('\t')[0]);

	it('completes commands, flags and values', () => {
		expect(complete('agent-relay sess')).toEqual(['sessions']);
		expect(complete('agent-relay race ad')).toEqual(['adopt']);
		expect(complete('agent-relay doctor --f')).toEqual(['--fix']);
		expect(complete('agent-relay run --permissions read')).toEqual(['read-only']);
	});

	it('completes names that the program is asked for', () => {
		expect(complete('agent-relay run --agent demo-cl')).toEqual(['demo-closer']);
	});
});
