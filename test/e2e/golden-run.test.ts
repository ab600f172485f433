/** `run` from its first word to its exit code, what is left on disk, and what is read back of it. */
import { afterAll, beforeAll, describe, it } from 'vitest';
import { GoldenFiles } from '../helpers/golden-files.ts';
import { claudeAtLimit, claudeTurn, codexAtLimit, codexTurn, Stage } from '../helpers/golden-stage.ts';

const files = new GoldenFiles('run');
let stage: Stage;

beforeAll(async () => {
	stage = new Stage({
		claude: [
			claudeTurn({
				text: 'The greeting is tidy.',
				write: { path: 'greeting.txt', text: 'Good morning.\n' },
				command: { line: 'npm test', output: '1 of 4 tests fails', isError: true },
			}),
			claudeTurn({ text: 'All four tests pass.', command: { line: 'npm test', output: '4 tests pass' } }),
			claudeTurn({ text: 'Four files.' }),
			claudeAtLimit(),
			claudeTurn({ text: 'Done after the wait.' }),
			[{ stderr: 'Error: cannot reach the server\n', exit: 1 }],
			claudeTurn({ text: 'unexpected' }),
		],
		codex: [
			codexTurn({ text: 'The second half is done.', write: { path: 'half.txt', text: 'two\n' } }),
			codexAtLimit(),
		],
	});
	await stage.open();
});
afterAll(() => stage.cli.remove());

/** One after the other, in one repo: each meets what those before it left. */
const STEPS: ReadonlyArray<readonly [scene: string, args: readonly string[]]> = [
	['run', ['run', 'Tidy the greeting.']],
	['run-json', ['run', '--session', 'latest', '--json', 'Now make every test pass.']],
	['run-quiet', ['run', '-q', 'How many files are there?']],
	['run-hand-over', ['run', 'Write both halves.']],
	['show', ['show']],
	['show-json', ['show', '--json']],
	['show-packet', ['show', '--packet']],
	['show-packet-json', ['show', '--packet', '--json']],
	['show-diff', ['show', '--diff']],
	['run-nobody-left', ['run', 'The next piece of work.']],
	['limits-clear', ['limits', 'clear']],
	['run-continue', ['run', '--continue']],
	['run-failed', ['run', '-a', 'claude', 'Ask the server.']],
	['run-out-of-budget', ['run', '--session', 'latest', '--max-turns', '1', 'And once more.']],
	['sessions', ['sessions']],
];

describe('run works, records and reports as it did', () => {
	it.each(STEPS)('%s', async (scene, args) => {
		files.expect(scene, await stage.play(args));
	});

	it('leaves these records', () => files.expect('records', stage.records()));

	it('prune removes what is finished', async () => {
		const args = ['prune', '--older-than', '0s', '--sessions', '--apply'];
		files.expect('prune-apply', await stage.play(args));
	});

	it('with no file of a scene that is gone', () =>
		files.expectOnly([...STEPS.map(([scene]) => scene), 'records', 'prune-apply']));
});
