import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CliHome } from '../helpers/cli-home.ts';

/** Agents whose prompt is a script of the shell, so that a test says what each of them writes. */
const AGENTS = { ann: 'exec sh', bob: 'exec sh', cleo: 'exec sh' };

/** Three agents, the user, a formatter, commits, a move, a rebase onto a colleague's work, and a second worktree in between. */
let cli: CliHome;

const git = (...args: string[]) => cli.git('-c', 'user.name=Me', '-c', 'user.email=me@example.org', ...args);

async function work(agent: string, script: string, cwd = cli.repo): Promise<void> {
	const { exitCode, stderr } = await cli.run(['run', '-q', '-a', agent, `${script}\necho done`], { cwd });
	expect(exitCode, stderr).toBe(0);
}

beforeAll(async () => {
	cli = new CliHome();
	cli.configureAgents(AGENTS);
	cli.git('config', 'user.email', 'me@example.org');
	cli.git('config', 'user.name', 'Me');
	cli.write('list.js', 'const a = 1;\nconst b = 2;\nfunction f() {\n}\n');
	cli.write('.gitignore', 'ignored.txt\n');
	cli.write('ignored.txt', 'no snapshot has it\n');
	git('add', '-A');
	git('commit', '-qm', 'begin');
	await work('ann', `sed -i '2a const pair = compute("a", "b");\\nconst back = compute("b", "a");' list.js`);
	await cli.bash(`echo 'const mine = "typed in an editor";' >> list.js`);
	await work('bob', `sed -i 's/const b = 2/const b = 3/; $a export default everythingOfBob;' list.js`);
	// A formatter: quotes, an indent, a call over several lines.
	await cli.bash(
		`sed -i "s/\\"/'/g; s/^const back/  const back/; s/compute('a', 'b')/compute(\\n  'a',\\n  'b',\\n)/" list.js`,
	);
	git('add', '-A');
	git('commit', '-qm', 'work');
	git('mv', 'list.js', 'moved.js');
	git('commit', '-qm', 'move');
	git('checkout', '-q', '-b', 'colleague', 'HEAD~2');
	cli.write('theirs.js', 'export const theirs = true;\n');
	git('add', '-A');
	cli.git('-c', 'user.name=Col', '-c', 'user.email=col@example.org', 'commit', '-qm', 'theirs');
	git('checkout', '-q', 'main');
	git('rebase', '-q', 'colleague');
	await work('cleo', `{ echo '// by cleo'; cat moved.js; } > t && mv t moved.js`);
	const beside = join(cli.base, 'beside');
	git('add', '-A');
	git('commit', '-qm', 'cleo');
	git('worktree', 'add', '-q', '-b', 'beside', beside);
	await work(
		'ann',
		`printf 'function elsewhere() {\\n  return "written in another worktree";\\n}\\n' >> moved.js`,
		beside,
	);
	cli.git('-C', beside, 'commit', '-qam', 'beside');
	git('merge', '-q', 'beside');
});
afterAll(() => cli.remove());

interface Line {
	line: number;
	text: string;
	by: string;
	session?: string;
	turn?: number;
	evidence?: string;
	why?: string;
	author?: string;
}

async function blamed(file: string): Promise<{
	lines: Line[];
	turns: Array<{ agent: string; session: string; prompt: string }>;
	problems: string[];
}> {
	const { exitCode, stdout, stderr } = await cli.run(['blame', file, '--json']);
	expect(exitCode, stderr).toBe(0);
	return JSON.parse(stdout);
}

describe('blame', () => {
	it('names the agent of each line, over a formatter, commits, a move, a rebase and a merge', async () => {
		const { lines, turns } = await blamed('moved.js');
		const agentOf = (session?: string) => turns.find((turn) => turn.session === session)?.agent;
		expect(
			lines.map(({ text, by, session }) => `${by === 'turn' ? agentOf(session) : by}: ${text.trim()}`),
		).toEqual([
			'cleo: // by cleo',
			'you: const a = 1;',
			'bob: const b = 3;',
			'ann: const pair = compute(',
			"ann: 'a',",
			"ann: 'b',",
			'ann: );',
			"ann: const back = compute('b', 'a');",
			'you: function f() {',
			'you: }',
			"you: const mine = 'typed in an editor';",
			'bob: export default everythingOfBob;',
			'ann: function elsewhere() {',
			'ann: return "written in another worktree";',
			'ann: }',
		]);
		expect(turns.find(({ agent }) => agent === 'cleo')?.prompt).toContain("echo '// by cleo'");
	});

	it('shows it by line, the name where it changes, and below it the prompts', async () => {
		const { stdout } = await cli.run(['blame', 'moved.js:1-3']);
		const [first = '', second = '', third = '', blank, ...legend] = stdout.split('\n');
		expect(first).toMatch(/^[0-9A-Z]{6}:1 cleo +1 {2}\/\/ by cleo$/);
		expect(second).toMatch(/^you +2 {2}const a = 1;$/);
		expect(third).toMatch(/^[0-9A-Z]{6}:1 bob +3 {2}const b = 3;$/);
		expect(blank).toBe('');
		expect(legend.join('\n')).toMatch(/:1 {2}bob {2}(?:just now|.* ago)\n +sed -i 's\/const b = 2/);
	});

	it('gives a colleague’s committed line no name of the user', async () => {
		const { lines } = await blamed('theirs.js');
		expect(lines).toMatchObject([{ by: 'unknown', why: 'commit', author: 'Col' }]);
	});

	it('takes a path relative to the folder it is called in', async () => {
		mkdirSync(join(cli.repo, 'sub'), { recursive: true });
		const { stdout } = await cli.run(['blame', '../moved.js:2', '--json'], { cwd: join(cli.repo, 'sub') });
		expect(JSON.parse(stdout).lines).toMatchObject([{ line: 2, by: 'you' }]);
	});

	it('says what it cannot blame, and why', async () => {
		cli.write('binary.bin', 'a\0b');
		const refused = async (file: string) => {
			const { exitCode, stderr, stdout } = await cli.run(['blame', file]);
			expect(stdout).toBe('');
			return [exitCode, stderr.split('\n')[0]];
		};
		const noFile = (file: string) => [
			4,
			`agent-relay: ${JSON.stringify(file)} is not a file that snapshots of this repo hold.`,
		];
		expect(await refused('nothing.js')).toEqual(noFile('nothing.js'));
		expect(await refused('ignored.txt')).toEqual(noFile('ignored.txt'));
		expect(await refused('../../etc/passwd')).toEqual(noFile('../../etc/passwd'));
		expect(await refused('moved.js:99')).toEqual([64, 'agent-relay: moved.js has no lines 99.']);
		expect(await refused('moved.js:3-2')).toEqual([64, 'agent-relay: moved.js has no lines 3-2.']);
		expect(await refused('binary.bin')).toEqual([
			5,
			'agent-relay: binary.bin is a binary file, which has no lines.',
		]);
		expect((await cli.run(['blame'])).exitCode).toBe(64);
	});

	it('changes nothing in the repo or in its records', async () => {
		const ofRepo = () => Object.entries(cli.state()).filter(([path]) => path.startsWith('repo'));
		const before = ofRepo();
		await blamed('moved.js');
		expect(ofRepo()).toEqual(before);
	});

	it('names the turn of a record that is damaged beside what it needs, and says so', async () => {
		const { lines } = await blamed('moved.js:1');
		const [{ session = '', turn = 0 } = {}] = lines;
		const name = `.agent-relay/sessions/${session}/turns/${String(turn).padStart(3, '0')}-state.json`;
		const whole = readFileSync(join(cli.repo, name), 'utf8');
		cli.write(name, JSON.stringify({ ...JSON.parse(whole), argv: 'no list' }));
		const damaged = await blamed('moved.js:1');
		expect(damaged).toMatchObject({ lines, turns: [], problems: [expect.stringContaining('argv')] });
		cli.write(name, JSON.stringify({ ...JSON.parse(whole), tree: 'no trees' }));
		expect((await blamed('moved.js:1')).problems).toEqual([expect.stringContaining('tree')]);
		cli.write(name, whole);
	});
});
