/** `race` from its start to its clean: one entrant at a time, so that what they report comes in one order. */
import { afterAll, beforeAll, describe, it } from 'vitest';
import { GoldenFiles } from '../helpers/golden-files.ts';
import { claudeTurn, codexTurn, Stage } from '../helpers/golden-stage.ts';

const files = new GoldenFiles('race');
let stage: Stage;

beforeAll(async () => {
	const answer = { text: 'The answer is written.', write: { path: 'answer.txt', text: '42\n' } };
	stage = new Stage({
		claude: [claudeTurn(answer)],
		codex: [codexTurn({ text: 'I wrote it elsewhere.', write: { path: 'notes.txt', text: 'forty-two\n' } })],
	});
	await stage.open();
});
afterAll(() => stage.cli.remove());

const RACE = [
	'race',
	'Write the answer.',
	'-A',
	'claude,codex',
	'--jobs',
	'1',
	'--check',
	'test -f answer.txt',
];
const STEPS: ReadonlyArray<readonly [scene: string, args: readonly string[]]> = [
	['race', RACE],
	['show-json', ['race', 'show', '--json']],
	['list', ['race', 'list']],
	['diff', ['race', 'diff', 'claude']],
	['open', ['race', 'open', 'codex']],
	['adopt', ['race', 'adopt']],
	['adopt-other', ['race', 'adopt', 'codex', '--branch', 'of-codex', '--json']],
	['adopt-taken', ['race', 'adopt', 'codex', '--branch', 'of-codex']],
	['clean', ['race', 'clean']],
	['clean-apply', ['race', 'clean', '--apply']],
	['list-cleaned', ['race', 'list', '--json']],
];

describe('race works, records and reports as it did', () => {
	it.each(STEPS)('%s', async (scene, args) => {
		files.expect(scene, await stage.play(args));
	});

	it('leaves these records', () => files.expect('records', stage.records()));

	it('as JSON lines', async () => {
		const args = ['race', 'Once more.', '-A', 'claude', '--include-dirty', '--json'];
		files.expect('race-json', await stage.play(args));
	});

	it('with no file of a scene that is gone', () =>
		files.expectOnly([...STEPS.map(([scene]) => scene), 'records', 'race-json']));
});
