import { spawn } from 'node:child_process';
import {
	existsSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	rmSync,
	symlinkSync,
	writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EXIT } from '../../src/relay/exit-codes.ts';
import { CliHome, PROGRAM } from '../helpers/cli-home.ts';

let cli: CliHome;
beforeEach(() => {
	cli = new CliHome();
	// Does what the test says, whatever the prompt says.
	const script = 'cat >"$HOME/prompt"; bash "$HOME/next.sh"; echo done';
	cli.configureAgents({ doer: script, other: script });
});
afterEach(() => cli.remove());

const at = (path: string) => join(cli.repo, path);
const read = (path: string) => readFileSync(at(path), 'utf8');
const next = (script: string) => writeFileSync(join(cli.home, 'next.sh'), script);
async function turn(script: string, ...args: string[]): Promise<void> {
	next(script);
	const end = await cli.run(['run', '-q', '--agent', 'doer', ...args, 'do it']);
	expect(end.exitCode, end.stderr).toBe(0);
}
const sessions = () => readdirSync(at('.agent-relay/sessions')).sort();

describe('agent-relay undo', () => {
	it('takes back in a pipe, at once, what a shell command of an agent did, and redo brings it back', async () => {
		await turn('echo two >README.md; mkdir -p new/deep; echo x >new/deep/file; ln -s /etc/passwd link');
		const undone = await cli.run(['undo']);
		expect(undone).toMatchObject({ exitCode: EXIT.done, stderr: '' });
		expect(undone.stdout).toBe(
			[
				'± README.md has its earlier content',
				'- link is gone',
				'- new/deep/file is gone',
				'not covered: Files that git ignored, and what is inside submodules and other repos, are never',
				'  covered.',
				'✓ turn 1 of doer is undone: 3 files.',
				'',
			].join('\n'),
		);
		expect(read('README.md')).toBe('# A repo\n');
		expect([existsSync(at('new')), existsSync(at('link'))]).toEqual([false, false]);
		const redone = JSON.parse((await cli.run(['redo', '--json'])).stdout);
		expect(redone).toMatchObject({ status: 'done', kind: 'redo', step: 2, conflicts: [] });
		expect(read('new/deep/file')).toBe('x\n');
		const nothing = await cli.run(['redo']);
		expect(nothing).toMatchObject({ exitCode: EXIT.notFound, stdout: '' });
		expect(nothing.stderr).toContain('Nothing is undone, so there is nothing to redo.');
	});

	it('writes nothing with --dry-run, or when a file changed since, and says what would help', async () => {
		await turn('echo two >README.md; echo x >new');
		const dry = await cli.run(['undo', '--dry-run']);
		expect(dry.stdout).toContain('Nothing was written.');
		expect(read('README.md')).toBe('two\n');
		writeFileSync(at('README.md'), 'mine\n');
		const stopped = await cli.run(['undo']);
		expect(stopped.exitCode).toBe(EXIT.refused);
		expect(stopped.stdout).toContain(
			'✗ Nothing was written: 1 path changed since turn 1 of doer.\n! README.md',
		);
		expect(stopped.stdout).toContain('agent-relay undo --partial');
		expect([read('README.md'), read('new')]).toEqual(['mine\n', 'x\n']);
		const forced = JSON.parse((await cli.run(['undo', '--force', '--json'])).stdout);
		expect(readFileSync(join(forced.kept, 'README.md'), 'utf8')).toBe('mine\n');
		expect(read('README.md')).toBe('# A repo\n');
		await cli.run(['redo']);
		expect(read('README.md')).toBe('mine\n');
	});

	it('walks back through sessions, the one used last first, and names one to go further', async () => {
		await turn('echo one >a');
		await turn('echo two >b');
		const [first = ''] = sessions();
		await cli.run(['undo']);
		expect([existsSync(at('a')), existsSync(at('b'))]).toEqual([true, false]);
		await cli.run(['undo']);
		expect(existsSync(at('a'))).toBe(false);
		const end = await cli.run(['undo']);
		expect(end).toMatchObject({ exitCode: EXIT.notFound, stdout: '' });
		await cli.run(['redo', first.slice(-6)]);
		expect(existsSync(at('a'))).toBe(true);
		const unknown = await cli.run(['undo', 'nosuch']);
		expect(unknown.exitCode).toBe(EXIT.notFound);
		const both = await cli.run(['undo', '--turn', '1', '--to', '1']);
		expect(both.exitCode).toBe(EXIT.usage);
	});

	it('is refused with exit code 6 while another relay works in the session', async () => {
		await turn('echo one >a');
		next('echo begun >"$HOME/begun"; while [ ! -e "$HOME/go" ]; do sleep 0.05; done; echo two >a');
		const [id = ''] = sessions();
		const running = spawn(
			process.execPath,
			[PROGRAM, 'run', '-q', '--agent', 'doer', '--session', id, 'again'],
			{ cwd: cli.repo, env: cli.env, stdio: 'ignore' },
		);
		const ended = new Promise((resolve) => running.on('close', resolve));
		try {
			while (!existsSync(join(cli.home, 'begun'))) await new Promise((wait) => setTimeout(wait, 20));
			const newest = sessions().at(-1) ?? '';
			const refused = await cli.run(['undo', newest, '--turn', '1']);
			expect(refused).toMatchObject({ exitCode: EXIT.locked, stdout: '' });
			expect(read('a')).toBe('one\n');
		} finally {
			writeFileSync(join(cli.home, 'go'), '');
			await ended;
		}
		expect(await cli.run(['undo'])).toMatchObject({ exitCode: EXIT.done });
		expect(read('a')).toBe('one\n');
	});

	it('tells the next agent, and show, what the user took back', async () => {
		await turn('echo two >README.md');
		await cli.run(['undo']);
		const [id = ''] = sessions();
		next('true');
		await cli.run(['run', '-q', '--agent', 'other', '--session', id, 'go on']);
		const sent = readFileSync(join(cli.home, 'prompt'), 'utf8');
		expect(sent).toContain('## What the user took back');
		expect(sent).toMatch(/^> The user took back turn 1 of session ….{6}: 1 file as before: README\.md$/m);
		const note = 'Turn 1 is undone: the user took back what it changed.\n';
		expect((await cli.run(['diff', id, '--turn', '1'])).stdout.startsWith(`${note}diff --git `)).toBe(true);
		expect((await cli.run(['diff', id, '--stat', '--turn', '1'])).stdout.endsWith(note)).toBe(true);
		expect(JSON.parse((await cli.run(['diff', id, '--json'])).stdout).undone).toEqual([
			{ session_id: id, turn: 1 },
		]);
		const shown = await cli.run(['show', id]);
		expect(shown.stdout).toContain('you took back turn 1: 1 file');
		expect((await cli.run(['show', id, '--log'])).stdout).toContain('you took back turn 1: 1 file');
	});

	it('works in the shell, on the open session', async () => {
		next('echo $RANDOM >a; echo x >>b');
		const { stderr, exitCode } = await cli.run(['shell', '--agent', 'doer'], {
			input: 'do it\n/undo --dry-run\n/undo\n/undo\n/files\n/redo\n/files\n',
		});
		expect(exitCode).not.toBe(EXIT.usage);
		expect(stderr).toContain('✓ turn 1 of doer is undone: 2 files.');
		expect(stderr.split('Turn 1 is undone: the user took back what it changed.')).toHaveLength(2);
		expect(stderr).toContain('✓ turn 1 of doer is redone: 2 files.');
		expect(read('b')).toBe('x\n');
		expect(sessions()).toHaveLength(1);
	});

	it('writes no record through a link that somebody put in place of its folder', async () => {
		await turn('echo two >README.md');
		const [id = ''] = sessions();
		const elsewhere = join(cli.base, 'elsewhere');
		mkdirSync(elsewhere);
		symlinkSync(elsewhere, at(`.agent-relay/sessions/${id}/undo`));
		const refused = await cli.run(['undo']);
		expect(refused.exitCode).toBe(EXIT.refused);
		expect(readdirSync(elsewhere)).toEqual([]);
		expect(read('README.md')).toBe('two\n');
		rmSync(at(`.agent-relay/sessions/${id}/undo`));
		expect((await cli.run(['undo'])).exitCode).toBe(EXIT.done);
	});
});
