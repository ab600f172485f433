/** Every page of help, and the scripts of completion. */
import type { Command } from 'commander';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createProgram } from '../../src/cli/argv/program.ts';
import type { CliHome } from '../helpers/cli-home.ts';
import { GoldenFiles } from '../helpers/golden-files.ts';
import { createGoldenHome, runScene, sceneText } from '../helpers/golden-scene.ts';
import { GoldenText } from '../helpers/golden-text.ts';

const files = new GoldenFiles('help');
let cli: CliHome;
let words: GoldenText;

beforeAll(() => {
	cli = createGoldenHome();
	words = new GoldenText(cli, { hasFixedTimes: true });
});
afterAll(() => cli.remove());

/** Those of the built program. */
const SCENES: ReadonlyArray<{ scene: string; args: readonly string[]; columns?: number }> = [
	{ scene: 'help', args: ['help'] },
	{ scene: 'help-at-40', args: ['help'], columns: 40 },
	...['bash', 'zsh', 'fish'].map((shell) => ({ scene: `completion-${shell}`, args: ['completion', shell] })),
	{ scene: 'completion-agents', args: ['completion', 'agents'] },
];

/** `race adopt`, …: every command, those without help of their own aside. */
function commandsOf(program: Command): string[][] {
	return program.commands.flatMap((command) => [
		[command.name()],
		...commandsOf(command).map((path) => [command.name(), ...path]),
	]);
}

/** In this process: a page costs a start of the program else, and there are thirty. */
async function pageOf(path: readonly string[]): Promise<string> {
	let page = '';
	const program = createProgram(
		async () => 0,
		() => undefined,
	);
	for (const command of [program, ...everyCommand(program)])
		command.configureOutput({
			writeOut: (text) => {
				page += text;
			},
			getOutHelpWidth: () => 80,
		});
	await expect(program.parseAsync([...path, '--help'], { from: 'user' })).rejects.toThrow();
	return page;
}

function everyCommand(of: Command): Command[] {
	return of.commands.flatMap((command) => [command, ...everyCommand(command)]);
}

const COMMANDS = commandsOf(
	createProgram(
		async () => 0,
		() => undefined,
	),
);

describe('help prints what it did', () => {
	it.each(SCENES)('$scene', async ({ scene, ...run }) => {
		files.expect(scene, await sceneText(cli, run, words));
	});

	it('for every command', async () => {
		const pages: string[] = [];
		for (const path of COMMANDS) pages.push(`$ agent-relay ${path.join(' ')} --help\n${await pageOf(path)}`);
		files.expect('every-command', pages.join('\n'));
	});

	it('for `help COMMAND` as for `COMMAND --help`', async () => {
		const built = await runScene(cli, { args: ['race', 'adopt', '--help'] });
		expect(built).toEqual({ exitCode: 0, stdout: await pageOf(['race', 'adopt']), stderr: '' });
		expect(await runScene(cli, { args: ['help', 'race', 'adopt'] })).toEqual(built);
	});

	it('with no file of a scene that is gone', () =>
		files.expectOnly([...SCENES.map(({ scene }) => scene), 'every-command']));
});
