import { spawn } from 'node:child_process';
import {
	chmodSync,
	existsSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	statSync,
	writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createProcessTable } from '../../src/core/processes/create-process-table.ts';
import { CliHome } from '../helpers/cli-home.ts';
import { PtyProgram } from '../helpers/pty-program.ts';

let cli: CliHome;
let temporary: string;

beforeEach(() => {
	cli = new CliHome();
	temporary = join(cli.base, 'tmp');
	mkdirSync(temporary);
	// An agent that can work, with the key below: what is looked at here is the rest.
	cli.program('claude', '#!/bin/sh\necho "2.1.330 (Claude Code)"\n');
});
afterEach(() => cli.remove());

const environment = () => ({ TMPDIR: temporary, PATH: cli.bin, ANTHROPIC_API_KEY: 'sk-test' });

interface Report {
	problems: number;
	findings: Array<{
		area: string;
		level: string;
		what: string;
		to_do: string | null;
		fixed: boolean;
		fix: string | null;
	}>;
}

async function doctor(...args: string[]): Promise<{ exitCode: number | null; report: Report }> {
	const { exitCode, stdout } = await cli.run(['doctor', '--json', ...args], { env: environment() });
	return { exitCode, report: JSON.parse(stdout) };
}

const problems = ({ findings }: Report) => findings.filter(({ level }) => level === 'problem');

describe('doctor', () => {
	it('finds nothing wrong in a new home, changes nothing, and says so in rows', async () => {
		const before = cli.state();
		const { exitCode, stdout } = await cli.run(['doctor'], { env: environment() });
		expect({ exitCode, stdout }).toMatchObject({ exitCode: 0 });
		expect(stdout).toMatch(/^✓ claude +2\.1\.330/m);
		expect(stdout).toMatch(/Nothing stands in the way\.\n$/);
		const after = cli.state();
		// The version of an agent is remembered.
		const isCache = (path: string) => /\.cache|^home$/.test(path);
		expect(Object.keys(after).filter((path) => !isCache(path))).toEqual(
			Object.keys(before).filter((path) => !isCache(path)),
		);
	});

	it('names a stale lock, open folders and leftovers with what to do, and --fix mends them', async () => {
		await cli.run(['run', '--agent', 'demo-closer', 'Say what you are.']);
		const sessions = join(cli.repo, '.agent-relay/sessions');
		const [id = ''] = readdirSync(sessions);
		const meta = readFileSync(join(sessions, id, 'meta.json'), 'utf8');
		const lock = {
			schema_version: 1,
			token: '0123456789abcdef',
			pid: 2 ** 22 + 1,
			pid_start: '1',
			boot_id: null,
			pid_namespace: null,
			host: 'x',
			acquired_at: '2020-01-01T00:00:00.000Z',
		};
		const { host, boot_id, pid_namespace } = createProcessTable().place();
		writeFileSync(join(sessions, id, 'lock'), JSON.stringify({ ...lock, host, boot_id, pid_namespace }), {
			mode: 0o600,
		});
		const state = join(cli.home, '.local/state/agent-relay');
		chmodSync(state, 0o755);
		const left = join(temporary, 'agent-relay-demo-x');
		mkdirSync(left, { mode: 0o700 });
		writeFileSync(
			join(left, 'demo.json'),
			JSON.stringify({
				schema_version: 1,
				pid: 2 ** 22 + 1,
				pid_start: '1',
				host,
				boot_id,
				pid_namespace,
				is_kept: false,
			}),
		);

		const found = await doctor();
		expect(found.exitCode).toBe(1);
		expect(problems(found.report).map(({ area, what }) => `${area}: ${what}`)).toEqual([
			expect.stringMatching(/^folders: .*agent-relay has mode 755: others can look there$/),
			`sessions: ${id} is locked by a process that is gone`,
			expect.stringMatching(/^leftovers: 1 folder of demos/),
		]);
		expect(problems(found.report).every(({ to_do }) => (to_do ?? '') !== '')).toBe(true);
		expect(existsSync(join(sessions, id, 'lock'))).toBe(true);

		const mended = await doctor('--fix');
		expect({ exitCode: mended.exitCode, problems: mended.report.problems }).toEqual({
			exitCode: 0,
			problems: 0,
		});
		expect(problems(mended.report).map(({ fix }) => fix)).toEqual([
			'it has mode 700 now',
			`${id} is unlocked`,
			`${left} removed`,
		]);
		expect(existsSync(join(sessions, id, 'lock'))).toBe(false);
		expect(existsSync(left)).toBe(false);
		expect(statSync(state).mode & 0o777).toBe(0o700);
		expect(JSON.parse(readFileSync(join(sessions, id, 'meta.json'), 'utf8'))).toEqual(JSON.parse(meta));
		expect((await doctor()).exitCode).toBe(0);
	});

	it('names a configuration that cannot be read and a damaged session', async () => {
		await cli.run(['run', '--agent', 'demo-closer', 'Say what you are.']);
		const sessions = join(cli.repo, '.agent-relay/sessions');
		const [id = ''] = readdirSync(sessions);
		writeFileSync(join(sessions, id, 'meta.json'), '{"schema_version": 1, "id"');
		cli.configure('[limits\n');
		const { exitCode, report } = await doctor('--fix');
		expect(exitCode).toBe(1);
		const rows = problems(report).map(({ area, what }) => `${area}: ${what}`);
		expect(rows).toContainEqual(expect.stringMatching(/^config: .*config\.toml/));
		expect(rows).toContainEqual(`sessions: ${id} is damaged`);
		expect(rows.filter((row) => row.startsWith('config'))).toHaveLength(1);
	});

	it('looks after the sessions of other repos too', async () => {
		const other = join(cli.base, 'other repo');
		mkdirSync(other);
		await cli.run(['run', '--agent', 'demo-closer', 'Say what you are.'], { cwd: other });
		await cli.run(['run', '--agent', 'demo-closer', 'Say what you are.']);
		const sessions = join(other, '.agent-relay/sessions');
		const [id = ''] = readdirSync(sessions);
		const well = await doctor();
		const whatOf = (area: string, { findings }: Report) =>
			findings.filter((one) => one.area === area).map(({ what }) => what);
		expect(whatOf('sessions', well.report)).toEqual([
			`1 session in ${join(cli.repo, '.agent-relay')}, 1 in 1 other repo`,
		]);
		expect(whatOf('sizes', well.report)[0]).toMatch(/, sessions of 1 other repo [\d.]+ KB/);
		writeFileSync(join(sessions, id, 'meta.json'), 'no record');
		const ill = await doctor();
		expect(ill.exitCode).toBe(1);
		expect(problems(ill.report)).toMatchObject([
			{
				area: 'sessions',
				what: `${id} in ${other} is damaged`,
				to_do: expect.stringContaining(`agent-relay -C '${other}' show ${id}`),
			},
		]);
	});

	it('ends an agent whose relay is gone only when the user says so', async () => {
		const stray = spawn('sleep', ['1000'], { detached: true, stdio: 'ignore' });
		const hasEnded = new Promise<void>((done) => stray.on('close', () => done()));
		try {
			const processes = createProcessTable();
			const wrapper = processes.identify(stray.pid ?? 0);
			const note = {
				schema_version: 1,
				session_id: '01JZZZZZZZZZZZZZZZZZZZZZZZ',
				folder: '/nowhere',
				turn: 1,
				agent: 'claude',
				executable: 'sleep',
				worktree: cli.repo,
				started_at: '2026-01-01T00:00:00.000Z',
				wrapper,
				relay: { pid: 2 ** 22 + 1, start: '1' },
				...processes.place(),
			};
			const { createHash } = await import('node:crypto');
			const folder = join(
				cli.home,
				'.local/state/agent-relay/running',
				createHash('sha256').update(cli.repo).digest('hex').slice(0, 16),
			);
			mkdirSync(folder, { recursive: true, mode: 0o700 });
			for (const path of ['.local/state/agent-relay/running', '.local/state/agent-relay'])
				chmodSync(join(cli.home, path), 0o700);
			writeFileSync(join(folder, 'note.json'), JSON.stringify(note));
			const { exitCode, report } = await doctor('--fix');
			expect(exitCode).toBe(1);
			expect(problems(report)).toMatchObject([
				{ area: 'strays', to_do: `End it: kill ${stray.pid}`, fixed: false },
			]);
			expect(stray.exitCode ?? stray.signalCode).toBe(null);
			const env = { ...cli.env, ...environment() };
			const program = new PtyProgram(['doctor', '--fix'], { cwd: cli.repo, env });
			await program.shows('End claude');
			program.type('\x1b[B');
			await program.shows('▸ yes');
			program.type('\r');
			await hasEnded;
			expect(await program.ended).toBe(0);
		} finally {
			stray.kill('SIGKILL');
		}
	});
});
