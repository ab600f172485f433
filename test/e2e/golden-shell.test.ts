/** Every command of the shell over a pipe, with what it refuses; the lines typed stand in each file. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SLASH_COMMANDS } from '../../src/shell/slash/registry.ts';
import { GoldenFiles } from '../helpers/golden-files.ts';
import { claudeAtLimit, claudeTurn, codexTurn, Stage } from '../helpers/golden-stage.ts';

const files = new GoldenFiles('shell');
let stage: Stage;

beforeAll(async () => {
	const says = (text: string) => ({ text: `${text}\n\nRELAY: DONE` });
	stage = new Stage({
		claude: [
			claudeTurn({ text: 'The greeting is tidy.', write: { path: 'greeting.txt', text: 'Good morning.\n' } }),
			claudeTurn({ text: 'The second try.' }),
			claudeTurn(says('Tabs.')),
			claudeTurn({ text: 'The answer.', write: { path: 'answer.txt', text: '42\n' } }),
			claudeAtLimit(),
		],
		codex: [
			codexTurn({ text: 'codex took over.', write: { path: 'half.txt', text: 'two\n' } }),
			codexTurn(says('Tabs too.')),
			codexTurn({ text: 'The rest is done.' }),
		],
	});
	await stage.open();
});
afterAll(() => stage.cli.remove());

interface Scene {
	scene: string;
	lines: readonly string[];
	args?: readonly string[];
}

/** Before any turn. */
const FRESH: readonly Scene[] = [
	{ scene: 'nothing-typed', lines: [] },
	{ scene: 'help', lines: ['/help', '/help use', '/?  /race', '/help nonsense', '/modl', '/zzzzzzzz', '/'] },
	{
		scene: 'nothing-yet',
		lines: [
			...[
				'/status',
				'/agents',
				'/limits',
				'/config limits',
				'/config nonsense',
				'/plan',
				'/files',
				'/output',
				'/packet',
				'/diff',
				'/show',
			],
			...['/sessions', '/metrics --agent nobody', '/queue', '/queue clear', '/retry', '/checkpoint'],
			...['/export', '/export --format pdf'],
		],
	},
	{
		scene: 'choices',
		lines: [
			...[
				'/model',
				'/model opus',
				'/model default',
				'/model --danger',
				'/permissions',
				'/permissions read-only',
			],
			...['/perms all', '/permissions allow', '/permissions allow "npm test"', '/use', '/use codex -p full'],
			...['/use nobody', '/use claude codex', '/use claude --nonsense', '/use claude:opus'],
		],
	},
	{
		scene: 'wrong-words',
		lines: [
			...['/answer', '/say', '/say hello', '/note', '/queue all', '/diff two', '/show 0', '/resume'],
			...['/resume ZZZZZZ', '/resume latest', '/chat', '/chat tabs or spaces?', '/chat x --agents claude'],
			...[
				'/chat x --nonsense',
				'/race',
				'/race x',
				'/race x --agents',
				'/race show',
				'/race adopt',
				'/race resume',
			],
			...[
				'/race diff',
				'/race clean',
				'/race open claude',
				'/race list',
				'/race x --agents claude y --jobs 1',
			],
			...['/rename', '/rename Too early', '/tag', '/tag a,b', '/handoff', '/handoff --to claude', '/fork'],
		],
	},
	{
		scene: 'names',
		lines: ['/name', '/name list', '/name review', '/name X', '/name a b', '/name status nope'],
	},
	{
		scene: 'runners',
		lines: ['/runner', '/runner show nope', '/runner create a/b', '/runner resolve nope'],
	},
	{
		scene: 'workstreams',
		lines: [
			...[
				'/ws',
				'/ws new auth move the login to tokens',
				'/ws',
				'/ws new auth',
				'/ws new ../evil',
				'/ws list',
			],
			...['/ws idea cache the parser', '/ws idea list', '/ws idea promote 1', '/ws switch cache-the-parser'],
			...[
				'/ws switch nope',
				'/ws save --state x',
				'/ws delete cache-the-parser',
				'/ws park',
				'/ws show auth',
				'/ws x',
			],
		],
	},
	{
		scene: 'search',
		lines: ['/search', '/search greeting', '/search --role nobody x', '/conversation', '/conversation nope'],
	},
	{ scene: 'exit', lines: ['/exit', '/status'] },
];

/** With turns, each scene on what those before it left. */
const WORKING: readonly Scene[] = [
	{
		scene: 'turn',
		lines: [
			'/note the staging database is read-only',
			'Tidy the greeting.',
			...[
				'/files',
				'/diff',
				'/blame greeting.txt',
				'/diff 1',
				'/diff 9',
				'/show',
				'/show 1',
				'/plan',
				'/status',
				'/checkpoint for today',
			],
			...['!echo by hand', '/use codex', 'Now the other half.', '/plan', '/sessions'],
			...['/rename Two greetings', '/tag greeting review:ux', '/tag greeting --remove', '/tag'],
		],
	},
	{ scene: 'resume', lines: ['/resume latest', '/status', '/use claude', '/retry', '/new', '/status'] },
	{
		scene: 'chat-and-race',
		lines: [
			'/chat Tabs or spaces? --agents claude,codex -n 2',
			'/race Write the answer. --agents claude --check "test -f answer.txt" --include-dirty',
			...['/race list', '/race diff claude', '/race adopt claude', '/race clean'],
		],
	},
	{
		scene: 'limit',
		args: ['--order', 'claude,codex'],
		lines: [
			'Write it all.',
			'/limits',
			'/attach',
			'/agents',
			'/retry claude',
			'/handoff --to codex',
			'/handoff --to codex',
			'/fork --turn 99',
		],
	},
	{
		scene: 'undo',
		lines: [
			...['/undo --dry-run', '/undo', '/undo', '/redo', '/redo', '/redo', '/undo --turn 99', '/undo --to x'],
			...['/undo --turn 1 --to 1', '/redo --turn 1', '/sessions'],
		],
	},
];

const SCENES = [...FRESH, ...WORKING];

describe('the shell on a pipe answers as it did', () => {
	it.each(SCENES)('$scene', async ({ scene, lines, args = [] }) => {
		const input = lines.map((line) => `${line}\n`).join('');
		files.expect(scene, await stage.play(['shell', ...args], input));
	});

	it('in scenes that have each of its commands', () => {
		const typed = SCENES.flatMap(({ lines }) => lines).join('\n');
		const missing = SLASH_COMMANDS.filter(({ name }) => !new RegExp(`^/${name}\\b`, 'm').test(typed));
		expect(missing.map(({ name }) => name)).toEqual([]);
	});

	it('with no file of a scene that is gone', () => files.expectOnly(SCENES.map(({ scene }) => scene)));
});
