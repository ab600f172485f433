/** What a command line that cannot be understood prints, where, and with which exit code. */
import { afterAll, beforeAll, describe, it } from 'vitest';
import type { CliHome } from '../helpers/cli-home.ts';
import { GoldenFiles } from '../helpers/golden-files.ts';
import { createGoldenHome, sceneText } from '../helpers/golden-scene.ts';
import { GoldenText } from '../helpers/golden-text.ts';

const files = new GoldenFiles('usage');
let cli: CliHome;
let words: GoldenText;

beforeAll(() => {
	cli = createGoldenHome();
	words = new GoldenText(cli, { hasFixedTimes: true });
});
afterAll(() => cli.remove());

const DEMOS = ['-A', 'demo-sprinter,demo-closer'];

const LINES: Readonly<Record<string, readonly string[]>> = {
	'unknown-command': ['runn', 'x'],
	'unknown-flag': ['run', '--jsn', 'x'],
	'unknown-subcommand': ['race', 'shw'],
	'task-without-run': ['fix', 'the', 'bug'],
	'task-without-quotes': ['run', '-q', 'fix', 'the', 'bug'],
	'words-for-none': ['sessions', 'mine'],
	'flag-without-value': ['run', 'x', '--agent'],
	'status-not-a-choice': ['sessions', '--status', 'done'],
	'limit-not-a-number': ['sessions', '--limit', 'all'],
	'turn-not-a-number': ['show', '--turn', 'two'],
	'timeout-not-a-time': ['run', '--timeout', 'soon', 'x'],
	'preset-unknown': ['run', '-p', 'edti', 'x'],
	'agent-unknown': ['run', '--agent', 'clade', 'x'],
	'two-sessions': ['run', '--continue', '--session', 'latest', 'x'],
	'no-task': ['run'],
	'no-session-yet': ['show'],
	'packet-and-diff': ['show', '--packet', '--diff'],
	'chat-without-agents': ['chat', 'tabs or spaces?'],
	'chat-role-without-name': ['chat', 'x', ...DEMOS, '--role', 'brief'],
	'chat-role-for-earlier': ['chat', '--continue', '--role', '1=brief'],
	'race-without-agents': ['race', 'x'],
	'race-with-a-twin': ['race', 'x', '-A', 'demo-closer,demo-closer'],
	'race-none': ['race', 'show'],
	'race-adopt-two-ways': ['race', 'adopt', '--branch', 'x', '--merge'],
	'config-key-unknown': ['config', 'set', 'limits.patience', '3'],
	'completion-without-shell': ['completion'],
	'help-unknown': ['help', 'race', 'shw'],
	'demo-pace-wrong': ['demo', '--pace', 'fast'],
};
const SCENES = Object.entries(LINES).map(([scene, args]) => ({ scene, args }));

describe('a command line that cannot be done is answered as it was', () => {
	it.each(SCENES)('$scene', async ({ scene, args }) => {
		files.expect(scene, await sceneText(cli, { args }, words));
	});

	it('with no file of a scene that is gone', () => files.expectOnly(SCENES.map(({ scene }) => scene)));
});
