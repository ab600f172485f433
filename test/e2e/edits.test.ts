import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CliHome } from '../helpers/cli-home.ts';
import { claude, codex, codexAnswers } from '../helpers/fake-agent-lines.ts';
import { installFakeAgent } from '../helpers/fake-agents.ts';
import { PtyProgram } from '../helpers/pty-program.ts';
import { zoneAtNine } from '../helpers/zone-at-nine.ts';

const READS = ['a.js', 'b.js', 'c.js'];

let cli: CliHome;
let env: Record<string, string>;

/** A claude that reads three files, edits one as it reports, and changes another in a shell command. */
function installEditor(): void {
	const path = join(cli.repo, 'slug.js');
	const patch = [
		{
			oldStart: 1,
			newStart: 1,
			lines: [' one', '-const rate = net;', '+const rate = net * 2;\u001b]0;owned\u0007', ' three'],
		},
	];
	installFakeAgent(cli.bin, 'claude', {
		turns: [
			[
				{ emit: claude.init },
				...READS.flatMap((name) => {
					const input = { file_path: join(cli.repo, name) };
					return [{ emit: claude.call(name, 'Read', input) + claude.toolResult(name, 'text') }];
				}),
				{ write: { path, text: 'one\nconst rate = net * 2;\nthree\n' } },
				{
					emit:
						claude.call('e1', 'Edit', { file_path: path, old_string: 'net', new_string: 'net * 2' }) +
						claude.callResult('e1', 'The file was updated.', { filePath: path, structuredPatch: patch }),
				},
				{ run: 'echo by hand > shell.txt' },
				{ emit: claude.text('Both are changed.') + claude.result('Both are changed.') },
				{ exit: 0 },
			],
		],
	});
}

beforeEach(() => {
	cli = new CliHome({ env: { TZ: zoneAtNine() } });
	env = { ...cli.env, PATH: `${cli.bin}:${cli.env.PATH}`, ANTHROPIC_API_KEY: 'fake-key' };
	writeFileSync(join(cli.repo, 'slug.js'), 'one\nconst rate = net;\nthree\n');
	installEditor();
	installFakeAgent(cli.bin, 'codex', { turns: [codexAnswers('not asked')] });
});
afterEach(() => cli.remove());

const BLOCKS = [
	'✓ read a.js, b.js, c.js',
	'✓ edit slug.js +1 -1',
	'  1   one',
	'  2 - const rate = net;',
	'  2 + const rate = net * 2;',
	'  3   three',
];
/** Without the time of an edit, which is said where it took a second. */
const untimed = (text: string) => text.replace(/^(✓ .*) · [\d.]+ s$/gm, '$1');
const BY_HAND = ['• create shell.txt +1', '  1 + by hand'];

describe('the edits of a turn', () => {
	it('are diffs on a pipe, of what the agent reports and of what only git knows, and are on record', async () => {
		const end = await cli.run(['run', '--agent', 'claude', 'double it'], { env });
		expect(end).toMatchObject({ exitCode: 0, stdout: 'Both are changed.\n' });
		expect(untimed(end.stderr)).toContain(`claude · edit\n${BLOCKS.join('\n')}\n`);
		expect(end.stderr).toContain(`\n${BY_HAND.join('\n')}\n  claude sonnet-4.5 · `);
		const sessions = join(cli.repo, '.agent-relay/sessions');
		const [id = ''] = readdirSync(sessions);
		const events = readFileSync(join(sessions, id, 'turns/001-events.jsonl'), 'utf8');
		const edits = events
			.split('\n')
			.filter((line) => line.includes('"edits"'))
			.flatMap((line) => JSON.parse(line).edits);
		expect(edits).toEqual([
			expect.objectContaining({ kind: 'edit', added: 1, removed: 1, path: join(cli.repo, 'slug.js') }),
		]);
		expect(edits[0].hunks[0]).toMatchObject({ old_start: 1, new_start: 1 });
	});

	it('stand below the head of the turn in the shell, and nothing of them sets the terminal', async () => {
		const shell = new PtyProgram(['--agent', 'claude'], { cwd: cli.repo, env });
		await shell.shows('type a task');
		shell.type('double it');
		await shell.shows('› double it');
		shell.type('\r');
		await shell.shows('2 files');
		const rows = untimed(shell.text())
			.split('\n')
			.map((row) => row.trimEnd());
		const at = rows.indexOf(BLOCKS[0] ?? '');
		expect(rows.slice(at, at + BLOCKS.length)).toEqual(BLOCKS);
		expect(rows.slice(0, at)).toContain('claude › double it');
		const end = rows.indexOf(BY_HAND[0] ?? '');
		expect(rows.slice(end, end + 2)).toEqual(BY_HAND);
		shell.type('/exit');
		await shell.shows('› /exit');
		shell.type('\r');
		expect(await shell.ended).toBe(0);
	});
});

describe('edits of a CLI that names only the files', () => {
	const slug = () => join(cli.repo, 'slug.js');
	const shown = () => join(cli.base, 'shown');
	const waitForLines = () =>
		`n=0; until grep -qs '^  3   three' '${shown()}' || [ $n = 1500 ]; do n=$((n+1)); sleep 0.02; done`;
	/** Two edits of one file and a new one, and then words; the second begins when the lines of the first are shown. */
	const edits = () => [
		{ emit: codex.init, write: { path: slug(), text: 'one\nconst rate = net * 2;\nthree\n' } },
		{ emit: codex.fileChange('i1', { [slug()]: 'update' }) },
		{ run: waitForLines() },
		{ write: { path: slug(), text: 'ONE\nconst rate = net * 2;\nthree\n' } },
		{ write: { path: join(cli.repo, 'new.js'), text: 'fresh\n' } },
		{ emit: codex.fileChange('i2', { [slug()]: 'update', [join(cli.repo, 'new.js')]: 'add' }) },
		{ emit: codex.text('It is doubled.') },
	];
	const SHOWN = [
		'✓ edit slug.js +1 -1',
		'  1   one',
		'  2 - const rate = net;',
		'  2 + const rate = net * 2;',
		'  3   three',
		'✓ create new.js +1',
		'  1 + fresh',
		'✓ edit slug.js +1 -1',
		'  1 - one',
		'  1 + ONE',
		'  2   const rate = net * 2;',
		'  3   three',
	];

	it('are diffs as they come, each of what it changed, and not said again at the end', async () => {
		installFakeAgent(cli.bin, 'codex', { turns: [[...edits(), { emit: codex.result }, { exit: 0 }]] });
		const end = await cli.bash(`agent-relay run --agent codex 'double it' 2>'${shown()}'`, { env });
		expect(end).toMatchObject({ exitCode: 0, stdout: 'It is doubled.\n' });
		expect(untimed(readFileSync(shown(), 'utf8'))).toContain(
			`codex · edit\n${SHOWN.join('\n')}\n\n  codex · `,
		);
	});

	it('are shown too when a limit ends the turn right after one of them', async () => {
		const [first, second] = edits();
		const limited = [first ?? {}, second ?? {}, { emit: codex.windowLimit('11:59 PM') }, { exit: 1 }];
		installFakeAgent(cli.bin, 'codex', { turns: [limited] });
		const end = await cli.run(['run', '--agent', 'codex', 'double it'], { env });
		expect(untimed(end.stderr)).toContain(`codex · edit\n${SHOWN.slice(0, 5).join('\n')}\n`);
		expect(end.stderr.indexOf('const rate = net * 2;')).toBeLessThan(end.stderr.indexOf('codex → claude'));
	});

	it('stand above the hand-over in the shell, which says what shows the packet', async () => {
		const [first, second] = edits();
		const limited = [first ?? {}, second ?? {}, { emit: codex.windowLimit('11:59 PM') }, { exit: 1 }];
		installFakeAgent(cli.bin, 'codex', { turns: [limited] });
		const shell = new PtyProgram(['--agent', 'codex'], { cwd: cli.repo, env });
		await shell.shows('type a task');
		shell.type('double it');
		await shell.shows('› double it');
		shell.type('\r');
		await shell.shows(' · /packet shows it');
		const rows = untimed(shell.text())
			.split('\n')
			.map((row) => row.trimEnd());
		const at = rows.indexOf(SHOWN[0] ?? '');
		expect(rows.slice(at, at + 5)).toEqual(SHOWN.slice(0, 5));
		expect(rows.findIndex((row) => row.startsWith('── codex → claude'))).toBeGreaterThan(at);
		await shell.shows('Both are changed.');
		shell.type('/exit');
		await shell.shows('› /exit');
		shell.type('\r');
		expect(await shell.ended).toBe(0);
	});

	it('are shown at the end where only a shell command made them and a limit ended the turn', async () => {
		const byHand = { run: 'echo by hand > shell.txt' };
		const limited = [{ emit: codex.init }, byHand, { emit: codex.windowLimit('11:59 PM') }, { exit: 1 }];
		installFakeAgent(cli.bin, 'codex', { turns: [limited] });
		const end = await cli.run(['run', '--agent', 'codex', 'do it'], { env });
		expect(end.stderr).toContain(BY_HAND.join('\n'));
		expect(end.stderr.indexOf('+ by hand')).toBeLessThan(end.stderr.indexOf('codex → claude'));
	});
});
