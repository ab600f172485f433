/** `export` of real sessions: an agent of the configuration runs what its prompt says. */
import {
	chmodSync,
	existsSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	statSync,
	symlinkSync,
	writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CliHome } from '../helpers/cli-home.ts';

const KEY = 'sk-ant-api03-AAAAAAAAAAbbbbbbbbbbCCCCCCCCCC1234567890ddddddddddEEEEEEEEEE-abcdefAA';

/** Runs the last line of the prompt that begins with "!". */
const WORKER = `#!/bin/sh
line=$(grep '^!' | tail -n 1)
sh -c "\${line#!}"
`;

let cli: CliHome;
beforeAll(async () => {
	cli = new CliHome();
	cli.program('worker', WORKER);
	const config = join(cli.home, '.config/agent-relay');
	mkdirSync(config, { recursive: true });
	const command = JSON.stringify([join(cli.bin, 'worker')]);
	const agent = (name: string) =>
		`[agents.${name}]\ncommand = ${command}\nprompt = "stdin"\noutput = "text"\n`;
	writeFileSync(join(config, 'config.toml'), agent('worker') + agent('helper'));
	cli.write('poem.txt', 'The quick brown fox\n');
	await work(
		'worker',
		`Look at ${cli.home}/notes\n! sed -i s/quick/slow/ poem.txt; echo "# Done"; echo "key ${KEY}"`,
	);
	await work('helper', '! echo more > new.txt; echo "<script>x</script> </details>"', '--session', 'latest');
	await cli.run(['undo', '-y']);
}, 90_000);
afterAll(() => cli.remove());

async function work(agent: string, prompt: string, ...args: string[]): Promise<void> {
	const run = await cli.run(['run', '-q', '-a', agent, '-p', 'full', ...args, prompt]);
	expect(run.exitCode, run.stderr).toBe(0);
}

const parsed = async (...args: string[]) => {
	const run = await cli.run(['export', '--format', 'json', ...args]);
	expect(run.exitCode, run.stderr).toBe(0);
	return JSON.parse(run.stdout);
};

describe('export', () => {
	it('tells the whole lineage in order, from whichever session it is asked for', async () => {
		const document = await parsed();
		expect(document).toMatchObject({
			schema: 'agent-relay.export',
			schema_version: 1,
			kind: 'conversation',
			agents: [{ name: 'worker' }, { name: 'helper' }],
			counts: { turns: 2, undone_turns: 1, files: 2 },
			redaction: { is_redacted: true, removed: expect.arrayContaining([{ kind: 'API key', count: 3 }]) },
			problems: [],
		});
		const turns = document.timeline.filter(({ type }: { type: string }) => type === 'turn');
		expect(turns).toMatchObject([
			{
				number: 1,
				agent: 'worker',
				undone_at: null,
				diff: expect.stringContaining('-The quick brown fox\n+The slow'),
			},
			{
				number: 2,
				agent: 'helper',
				undone_at: expect.stringMatching(/^20/),
				diff: expect.stringContaining('+more'),
			},
		]);
		expect(turns[0].prompt.text).toContain('Look at ~/notes');
		const first = await parsed(document.sessions[0].id);
		expect(first.timeline).toEqual(document.timeline);
		const own = await parsed('--own');
		expect(own.timeline.map(({ type }: { type: string }) => type)).not.toContain('session');
		expect(own.counts.turns).toBe(1);
	});

	it('goes to stdout in a pipe without secrets, and says on stderr what it took out', async () => {
		const { stdout, stderr, exitCode } = await cli.run(['export', '--format', 'html']);
		expect(exitCode).toBe(0);
		expect(stdout).toMatch(/^<!doctype html>\n/);
		expect(stdout).not.toContain(KEY);
		expect(stdout).not.toContain(cli.home);
		expect(stdout).not.toContain('<script');
		expect(stderr).toMatch(
			/^Secrets removed in \d places: .*3 × API key.*\.\n\d paths of the home folder shown as ~\.\n$/,
		);
		expect((await cli.run(['export'])).stdout).toMatch(/^# Look at \\~\/notes\n/);
	});

	it('leaves secrets in only with -y where nobody can be asked', async () => {
		const refused = await cli.run(['export', '--no-redact']);
		expect(refused).toMatchObject({ exitCode: 5, stdout: '' });
		expect(refused.stderr).toContain('agent-relay export --no-redact -y');
		const told = await cli.run(['export', '--no-redact', '-y']);
		expect(told.stdout).toContain(KEY);
		expect(told.stderr).toContain('Nothing was redacted');
	});

	it('makes a file of its own, in the format of its name, and replaces one only if told', async () => {
		const path = join(cli.repo, 'out.html');
		const made = await cli.run(['export', '-o', 'out.html', '--json']);
		expect(JSON.parse(made.stdout)).toMatchObject({
			format: 'html',
			file: path,
			turns: 2,
			bytes: statSync(path).size,
		});
		expect(statSync(path).mode & 0o777).toBe(0o600);
		writeFileSync(path, 'mine');
		const again = await cli.run(['export', '-o', path]);
		expect(again.exitCode).toBe(5);
		expect(again.stderr).toContain('is there already; nothing was written.');
		expect(readFileSync(path, 'utf8')).toBe('mine');
		expect((await cli.run(['export', '-o', path, '--force'])).exitCode).toBe(0);
		expect(readFileSync(path, 'utf8')).toMatch(/^<!doctype html>/);
		expect(readdirSync(cli.repo).filter((name) => name.endsWith('.tmp'))).toEqual([]);
	});

	it('refuses links, folders, missing folders and the records, with the reason, and writes nothing', async () => {
		const own = join(cli.repo, '.agent-relay/sessions');
		const elsewhere = join(cli.home, 'elsewhere.md');
		symlinkSync(elsewhere, join(cli.repo, 'link.md'));
		symlinkSync(own, join(cli.repo, 'records'));
		const before = readdirSync(own).length;
		const attempts: Array<[string, number, string]> = [
			['link.md', 5, 'is a link'],
			['.', 5, 'is a folder'],
			['/dev/null', 5, 'is not a file'],
			['missing/a.md', 4, 'There is no folder'],
			['records/a.md', 5, 'is among the records of the relay'],
			['.agent-relay/a.md', 5, 'is among the records of the relay'],
		];
		for (const [output, exitCode, why] of attempts) {
			const run = await cli.run(['export', '--force', '-o', output]);
			expect({ output, exitCode: run.exitCode }).toEqual({ output, exitCode });
			expect(run.stderr).toContain(why);
		}
		expect(existsSync(elsewhere)).toBe(false);
		expect(readdirSync(own)).toHaveLength(before);
	});

	it.skipIf(process.getuid?.() === 0)('says so where the folder may not be written', async () => {
		const folder = join(cli.home, 'locked');
		mkdirSync(folder);
		chmodSync(folder, 0o500);
		const run = await cli.run(['export', '-o', join(folder, 'a.md')]);
		expect(run.exitCode).toBe(1);
		expect(run.stderr).toContain('permission denied');
	});

	it('refuses what cannot be meant, before anything is read', async () => {
		expect(await cli.run(['export', '--json'])).toMatchObject({ exitCode: 64, stdout: '' });
		expect(await cli.run(['export', '--format', 'pdf'])).toMatchObject({ exitCode: 64, stdout: '' });
		expect(await cli.run(['export', 'ZZZZZZ'])).toMatchObject({ exitCode: 4, stdout: '' });
	});

	it('works in the shell, and names the damage that it met', async () => {
		const sessions = join(cli.repo, '.agent-relay/sessions');
		const newest = readdirSync(sessions).sort().at(-1) ?? '';
		writeFileSync(join(sessions, newest, 'turns/001-events.jsonl'), '{"torn');
		const shell = await cli.run([], { input: '/export latest --format md\n/exit\n' });
		const name = `agent-relay-${newest.slice(-6).toLowerCase()}.md`;
		expect(shell.stdout + shell.stderr).toContain(name);
		expect(readFileSync(join(cli.repo, name), 'utf8')).toContain(
			'turns/001-events.jsonl was changed after the relay wrote it',
		);
	});
});
