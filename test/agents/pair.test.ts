/** Two real CLIs side by side in tmux: each hears what the other did. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { hasTmux, OpenPair } from '../helpers/open-pair.ts';
import { say, TOOLS } from './harness/answers.ts';
import { hasAgents } from './harness/installed-agents.ts';
import { scenes } from './harness/with-scene.ts';

describe.skipIf(!hasAgents || !hasTmux)('a pair of claude and codex', () => {
	const openScene = scenes();

	it('tells each what the other did since, once', async () => {
		const scene = await openScene();
		const pair = new OpenPair({ base: scene.root, repo: scene.repo, env: scene.env });
		try {
			await pair.open('claude,codex');
			for (const at of [0, 1]) pair.type(at, '/permissions full');
			scene.model.script(
				'claude',
				{ type: 'message', text: 'I write it.', calls: [TOOLS.claude.shell('echo one > one.txt')] },
				say('one.txt is written.'),
				say('I saw what codex did.'),
				say('Nothing new.'),
			);
			scene.model.script('codex', say('I saw one.txt and agree.'));
			pair.type(0, 'Write one.txt');
			// The footer, as far as it fits the pane: a turn that still runs is told of later.
			await pair.shows(0, /claude .*\$\d/);
			pair.type(1, 'Do you agree?');
			await pair.shows(1, /codex .*\$\d/);
			pair.type(0, 'What does codex say?');
			await pair.shows(0, /claude .*\$\d/, 2);
			pair.type(0, 'And now?');
			await pair.shows(0, /claude .*\$\d/, 3);
			const [first = '', second = ''] = readdirSync(join(scene.repo, '.agent-relay/sessions')).sort();
			const prompt = (id: string, turn: number) =>
				scene.read(`.agent-relay/sessions/${id}/turns/00${turn}-prompt.md`) ?? '';
			expect(prompt(second, 1)).toContain('one.txt is written.');
			expect(prompt(second, 1)).toContain('added one.txt (+1 -0)');
			expect(prompt(first, 2)).toContain('I saw one.txt and agree.');
			expect(prompt(first, 2)).not.toContain('Write one.txt');
			expect(prompt(first, 3)).toBe('And now?');
			for (const text of ['I saw what codex did.', 'Nothing new.']) expect(pair.screen(0)).toContain(text);
			for (const text of ['one.txt is written.', 'I saw one.txt and agree.'])
				await pair.shows(2, new RegExp(text.replaceAll('.', '\\.')));
			pair.tmux('kill-server');
			await pair.gone();
		} finally {
			pair.remove();
		}
	});
});
