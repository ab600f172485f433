import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { RelayError } from '../../../src/core/errors.ts';
import { type BenchOptions, type BenchRelay, EngineBench } from '../../helpers/engine-bench.ts';
import { claude, claudeAnswers } from '../../helpers/fake-agent-lines.ts';
import { type FakeStep, HANGS } from '../../helpers/fake-agents.ts';

let bench: EngineBench;
const begin = (options?: BenchOptions) => {
	bench = new EngineBench(options);
	return bench;
};
afterEach(() => bench.dispose());

/** Writes a file where the agent works, then answers. */
const works = (path: string): FakeStep[] => [
	{ write: { path, text: 'made\n' } },
	...claudeAnswers('made it'),
];

async function sentFrom(folder: string): Promise<BenchRelay> {
	bench.folder = realpathSync(folder);
	const relay = await bench.relay();
	expect(await relay.send('make it')).toMatchObject({ outcome: 'completed' });
	return relay;
}

const gitFiles = (relay: BenchRelay) =>
	relay.states()[0]?.files.map(({ path, source }) => `${source} ${path}`);

describe('a turn', () => {
	it('outside git keeps its records in the folder itself', async () => {
		begin({ kind: 'none' });
		bench.install('claude', { turns: [works(join(bench.repo, 'made.txt'))] });
		const relay = await sentFrom(bench.repo);
		expect(relay.folder.startsWith(join(bench.repo, '.agent-relay/sessions/'))).toBe(true);
		expect(relay.states()[0]).toMatchObject({ tree: { before: null, after: null }, files: [] });
	});

	it('in a bare repo keeps its records beside the objects', async () => {
		begin();
		const bare = join(bench.root, 'bare.git');
		bench.git('clone', '-q', '--bare', bench.repo, bare);
		bench.install('claude', { turns: [claudeAnswers('looked')] });
		const relay = await sentFrom(bare);
		expect(relay.folder.startsWith(join(bare, 'agent-relay/sessions/'))).toBe(true);
	});

	it('with a detached head names the commit and no branch', async () => {
		begin();
		bench.git('checkout', '-q', '--detach');
		bench.install('claude', { turns: [works(join(bench.repo, 'made.txt'))] });
		const relay = await sentFrom(bench.repo);
		expect(relay.meta().repo).toMatchObject({ branch: null, head: bench.git('rev-parse', 'HEAD').trim() });
		expect(gitFiles(relay)).toEqual(['git made.txt']);
	});

	it('in a submodule keeps its records at the submodule', async () => {
		begin();
		const origin = join(bench.root, 'origin');
		bench.git('clone', '-q', bench.repo, origin);
		bench.git('submodule', '--quiet', 'add', origin, 'sub');
		const sub = join(bench.repo, 'sub');
		bench.install('claude', { turns: [works(join(sub, 'made.txt'))] });
		const relay = await sentFrom(sub);
		expect(relay.folder.startsWith(join(sub, '.agent-relay/sessions/'))).toBe(true);
		expect(gitFiles(relay)).toEqual(['git made.txt']);
		expect(existsSync(join(bench.repo, '.agent-relay'))).toBe(false);
	});

	it('in a linked worktree works there and keeps its records in the main one', async () => {
		begin();
		const linked = join(bench.root, 'linked');
		bench.git('worktree', 'add', '-q', linked, '-b', 'side');
		bench.install('claude', { turns: [works(join(linked, 'deep', 'made.txt'))] });
		mkdirSync(join(linked, 'deep'));
		const relay = await sentFrom(join(linked, 'deep'));
		expect(relay.folder.startsWith(join(bench.repo, '.agent-relay/sessions/'))).toBe(true);
		expect(relay.meta().repo).toMatchObject({ root: bench.repo, worktree: linked, branch: 'side' });
		expect(gitFiles(relay)).toEqual(['git deep/made.txt']);
	});

	it('in a read-only folder keeps its records under the home of the user', async ({ skip }) => {
		begin({ kind: 'none' });
		const mounted = mountTmpfs(join(bench.root, 'read-only'), 'size=1m,ro');
		if (mounted === null) return skip('a file system cannot be mounted here');
		try {
			bench.install('claude', { turns: [claudeAnswers('read it')] });
			const relay = await sentFrom(mounted.folder);
			expect(relay.folder.startsWith(join(bench.state, 'repos/'))).toBe(true);
			expect(relay.deps.store.location.notice).toMatch(/cannot be written/);
			await relay.relay.close();
		} finally {
			mounted.unmount();
		}
	});
});

describe('an agent that removes the records in mid-turn', () => {
	it.each([
		['git clean -fdx', { clean: true }],
		['rm -r .agent-relay', { removeRecords: true }],
	])('with %s loses nothing of its turn, and the user is told', async (_, removal) => {
		begin();
		const first = claude.init + claude.text('said before');
		const later = claude.text('said after') + claude.result('said after');
		const turn = [{ emit: first }, { stderr: 'warned before\n' }, { sleep: 300 }, removal, { sleep: 700 }];
		const rest = [{ stderr: 'warned after\n' }, { emit: later }, { exit: 0 }];
		bench.install('claude', { turns: [claudeAnswers('the first turn'), [...turn, ...rest]] });
		const relay = await bench.relay({ agent: 'claude' });
		await relay.send('one');
		expect((await relay.send('two')).outcome).toBe('completed');

		const session = bench.received('claude')[1]?.args.at(-1) ?? '';
		expect(session).not.toBe('');
		expect(relay.read(2, 'prompt.md')).toBe('two');
		const native = relay.states()[1]?.native_session_id ?? '';
		expect(relay.read(2, 'raw.jsonl')).toBe((first + later).replaceAll('{{session}}', native));
		expect(relay.read(2, 'stderr.log')).toBe('warned before\nwarned after\n');
		expect(relay.read(2, 'output.md')).toMatch(/said before[\s\S]*said after/);
		expect(JSON.parse(relay.read(2, 'state.json'))).toEqual(relay.states()[1]);
		expect(relay.states()[1]?.warnings.join()).toMatch(/removed during the turn/);
		expect(
			relay
				.ofType('notice')
				.map(({ text }) => text)
				.join(),
		).toMatch(/removed during the turn/);
		expect(JSON.parse(relay.read(1, 'state.json'))).toMatchObject({ status: 'completed' });
		const { folder } = relay;
		await relay.relay.close();
		expect(JSON.parse(readFileSync(join(folder, 'meta.json'), 'utf8'))).toMatchObject({
			status: 'completed',
			turn_count: 2,
			objective: 'one',
		});
		expect(readFileSync(join(bench.repo, '.agent-relay/.gitignore'), 'utf8')).toBe('*\n!config.toml\n');
		expect(bench.git('status', '--porcelain')).toBe('');
	});
});

describe('a disk that fills up in mid-turn', () => {
	it('stops the turn, tells the user, and leaves valid files', async ({ skip }) => {
		begin();
		const disk = mountTmpfs(join(bench.repo, '.agent-relay'), 'size=3m');
		if (disk === null) return skip('a file system cannot be mounted here');
		try {
			const line = claude.text('x'.repeat(1000));
			const flood = [{ emit: claude.init }, { flood: { line, count: 20_000 } }, HANGS];
			bench.install('claude', { turns: [flood] });
			const relay = await bench.relay({ agent: 'claude' });
			const result = await relay.send('fill the disk').catch((error: unknown) => error);
			if (result instanceof Error) expect(result).toBeInstanceOf(RelayError);
			const state = JSON.parse(relay.read(1, 'state.json'));
			expect(state).toMatchObject({ status: 'failed', error: { code: 'disk_full' } });
			expect(state.error.message).toMatch(/full|no space/i);
			expect(state.bytes.raw).toBeGreaterThan(1_000_000);
			expect(relay.read(1, 'prompt.md')).toBe('fill the disk');
			const lines = relay.read(1, 'raw.jsonl').split('\n').slice(0, -1);
			for (const text of lines) JSON.parse(text);
			for (const text of relay.read(1, 'events.jsonl').split('\n').slice(0, -1)) JSON.parse(text);
			const { folder } = relay;
			await relay.relay.close();
			expect(JSON.parse(readFileSync(join(folder, 'meta.json'), 'utf8')).status).toBe('checkpointed');
		} finally {
			await bench.closeRelays();
			disk.unmount();
		}
	});
});

/** null where mounting is not allowed. */
function mountTmpfs(folder: string, options: string): { folder: string; unmount(): void } | null {
	mkdirSync(folder, { recursive: true });
	try {
		execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', folder], { stdio: 'pipe' });
	} catch {
		return null;
	}
	return { folder, unmount: () => execFileSync('umount', ['-l', folder], { stdio: 'pipe' }) };
}
