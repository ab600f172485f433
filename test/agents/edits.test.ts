/** What the real CLIs report of an edit, or git where they do not, as the shell shows it. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { callTools, type ModelCall, say, TOOLS } from './harness/answers.ts';
import { type Agent, giveOpencodeItsPlugin } from './harness/four-agents.ts';
import { hasAgents } from './harness/installed-agents.ts';
import { PtyRelay } from './harness/pty-relay.ts';
import { scenes } from './harness/with-scene.ts';

const BEFORE = Array.from({ length: 30 }, (_, i) => `line ${i + 1}`).join('\n');
const OLD = 'line 20';
const NEW = 'line 20, longer';

const EDITS: Readonly<Record<Agent, (path: string) => ModelCall>> = {
	claude: (path) => ({ name: 'Edit', input: { file_path: path, old_string: OLD, new_string: NEW } }),
	codex: (path) => ({
		name: 'apply_patch',
		input: `*** Begin Patch\n*** Update File: ${path}\n@@\n line 19\n-${OLD}\n+${NEW}\n line 21\n*** End Patch`,
	}),
	opencode: (path) => ({ name: 'edit', input: { filePath: path, oldString: OLD, newString: NEW } }),
	gemini: (path) => ({
		name: 'replace',
		input: { file_path: path, instruction: 'make it longer', old_string: OLD, new_string: NEW },
	}),
};

/** A slow tool says how long it took. */
const withoutTime = (row: string) => row.trimEnd().replace(/ · [\d.]+ s$/, '');

const NUMBERED = [
	'  18   line 18',
	'  19   line 19',
	'  20 - line 20',
	'  20 + line 20, longer',
	'  21   line 21',
];

describe.skipIf(!hasAgents)('an edit of a real CLI', () => {
	const openScene = scenes();

	it.each([
		['claude', ['✓ edit lines.txt +1 -1', ...NUMBERED]],
		['opencode', ['✓ edit lines.txt +1 -1', ...NUMBERED]],
		['codex', ['✓ edit lines.txt +1 -1', ...NUMBERED]],
		['gemini', ['✓ edit lines.txt +1 -1', ...NUMBERED]],
	] as const)('of %s is shown with its lines', async (agent, rows) => {
		const scene = await openScene();
		giveOpencodeItsPlugin(scene);
		const path = join(scene.repo, 'lines.txt');
		writeFileSync(path, `${BEFORE}\n`);
		scene.model.script(
			agent,
			callTools(TOOLS[agent].read(path)),
			callTools(EDITS[agent](path)),
			say('Changed.'),
		);
		const shell = new PtyRelay(scene, ['--agent', agent, '-p', 'full', '--trust']);
		try {
			await shell.shows('type a task');
			shell.type('Make the line longer');
			await shell.shows('› Make the line longer');
			shell.type('\r');
			await shell.shows('1 file +1 -1');
			const shown = shell.text().split('\n').map(withoutTime);
			for (const row of rows) expect(shown).toContain(row);
			expect(shown.filter((row) => row.includes('lines.txt +1 -1'))).toHaveLength(1);
			expect(readFileSync(path, 'utf8')).toContain(NEW);
			shell.type('/exit');
			await shell.shows('› /exit');
			shell.type('\r');
			expect(await shell.ended).toBe(0);
		} finally {
			shell.kill('SIGKILL');
		}
		const watched = (await scene.relay(['watch', 'latest', '--no-follow'])).stdout.split('\n');
		const at = watched.findIndex((row) => /^[✓•] edit lines\.txt \+1 -1/.test(row));
		expect(watched.slice(at + 1, at + 1 + NUMBERED.length), watched.join('\n')).toEqual(NUMBERED);
	});

	it('of gemini that writes a whole file shows what is new in it, and all of a file that was not there', async () => {
		const scene = await openScene();
		const path = join(scene.repo, 'lines.txt');
		writeFileSync(path, `${BEFORE}\n`);
		const write = (file: string, content: string): ModelCall => ({
			name: 'write_file',
			input: { file_path: file, content },
		});
		scene.model.script(
			'gemini',
			callTools(TOOLS.gemini.read(path)),
			callTools(write(path, `${BEFORE.replace(OLD, NEW)}\n`)),
			callTools(write(join(scene.repo, 'new.txt'), 'fresh\n')),
			say('Written.'),
		);
		const shell = new PtyRelay(scene, ['--agent', 'gemini', '-p', 'full', '--trust']);
		try {
			await shell.shows('type a task');
			shell.type('Make the line longer');
			await shell.shows('› Make the line longer');
			shell.type('\r');
			await shell.shows('2 files +2 -1');
			const shown = shell.text().split('\n').map(withoutTime);
			const at = shown.indexOf('✓ edit lines.txt +1 -1');
			expect(shown.slice(at, at + 8)).toEqual([
				'✓ edit lines.txt +1 -1',
				...NUMBERED,
				'  22   line 22',
				'✓ create new.txt +1',
			]);
			expect(shown[at + 8]).toBe('  1 + fresh');
		} finally {
			shell.kill('SIGKILL');
		}
	});
});
