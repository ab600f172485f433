/** `chat` to its agreement, to its last turn and past a limit, and what is left on disk. */
import { afterAll, beforeAll, describe, it } from 'vitest';
import { GoldenFiles } from '../helpers/golden-files.ts';
import { claudeAtLimit, claudeTurn, codexTurn, Stage } from '../helpers/golden-stage.ts';

const files = new GoldenFiles('chat');
let stage: Stage;

const says = (text: string, verdict: 'CONTINUE' | 'DONE') => ({ text: `${text}\n\nRELAY: ${verdict}` });

beforeAll(async () => {
	stage = new Stage({
		claude: [
			claudeTurn(says('Tabs, since each reader chooses their width.', 'CONTINUE')),
			claudeTurn(says('Agreed.', 'DONE')),
			claudeTurn(says('On Windows it is the same.', 'DONE')),
			claudeAtLimit(),
		],
		codex: [
			codexTurn(says('Tabs, but blanks behind them.', 'DONE')),
			codexTurn(says('I agree about Windows.', 'DONE')),
			codexTurn(says('Alone I say no more.', 'CONTINUE')),
		],
	});
	await stage.open();
});
afterAll(() => stage.cli.remove());

const AGENTS = ['--agents', 'claude,codex'];
const STEPS: ReadonlyArray<readonly [scene: string, args: readonly string[]]> = [
	[
		'chat',
		['chat', 'Tabs or spaces?', ...AGENTS, '--role', 'codex=look for the holes', '--until', 'both agree'],
	],
	['show', ['show']],
	['continue-json', ['chat', '--session', 'latest', '--json', 'And on Windows?']],
	['limit', ['chat', 'Once more from the start.', ...AGENTS, '-n', '3']],
	['quiet-too-few', ['chat', 'And again.', ...AGENTS, '-q']],
	['sessions', ['sessions']],
];

describe('chat works, records and reports as it did', () => {
	it.each(STEPS)('%s', async (scene, args) => {
		files.expect(scene, await stage.play(args));
	});

	it('leaves these records', () => files.expect('records', stage.records()));

	it('with no file of a scene that is gone', () =>
		files.expectOnly([...STEPS.map(([scene]) => scene), 'records']));
});
