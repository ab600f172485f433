/** An undo of what real CLIs wrote, and what they hear of it. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { callTools, say, TOOLS } from './harness/answers.ts';
import { hasAgents } from './harness/installed-agents.ts';
import { scenes } from './harness/with-scene.ts';

const OTHER = { claude: 'codex', codex: 'claude' } as const;

describe.skipIf(!hasAgents)('an undo', () => {
	const openScene = scenes();

	it.each(['claude', 'codex'] as const)(
		'in the shell takes back what %s wrote; it hears so before its next prompt, and so does a successor',
		async (first) => {
			const second = OTHER[first];
			const scene = await openScene();
			const lake = join(scene.repo, 'lake.txt');
			scene.model.script(
				first,
				callTools(TOOLS[first].write(lake, 'cold water\n')),
				say('The lake file is there.'),
				say('I see that it is gone.'),
			);
			scene.model.script(second, say('I see it too.'));
			const typed = ['Write the lake file', '/undo', 'What now?', `/use ${second}`, 'And you?', '/exit'];
			const shell = await scene.relay(['--agent', first, '-p', 'full'], { input: `${typed.join('\n')}\n` });
			expect(shell.exitCode, shell.stderr).toBe(0);
			expect(shell.stderr).toContain(`turn 1 of ${first} is undone: 1 file.`);
			expect(existsSync(lake)).toBe(false);
			expect(scene.turn(2)).toMatchObject({ agent: first, resumed: true, packet: null });
			const note = scene.model.of(first).at(-1)?.userTexts.at(-1) ?? '';
			expect(note).toContain('The user took back turn 1: 1 file as before.');
			expect(note).toContain('> lake.txt');
			expect(note).toContain('What now?');
			const told = scene.model.of(second)[0]?.userTexts.join('\n') ?? '';
			expect(told).toContain('## What the user took back');
			expect(told).toContain('The user took back turn 1: 1 file as before: lake.txt');
			const redone = await scene.relay(['redo']);
			expect(redone.exitCode, redone.stderr).toBe(0);
			expect(readFileSync(lake, 'utf8')).toBe('cold water\n');
		},
	);
});
