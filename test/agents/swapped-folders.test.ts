/** An agent puts a link in place of a folder that leads to its session's records, with its own shell, in mid-turn. */
import { mkdirSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { callTools, REFUSALS, say, TOOLS } from './harness/answers.ts';
import { hasAgents } from './harness/installed-agents.ts';
import { LEFT_OUT, splitSome } from './harness/some-pairs.ts';
import { scenes } from './harness/with-scene.ts';

const OTHER = { claude: 'codex', codex: 'claude' } as const;
const SESSION = '$(ls -d .agent-relay/sessions/*)';
const CASES = [
	['claude', 'turns', `${SESSION}/turns`],
	['codex', 'turns', `${SESSION}/turns`],
	['claude', 'the session', SESSION],
	['codex', 'the session', SESSION],
	['claude', 'sessions', '.agent-relay/sessions'],
	['codex', '.agent-relay', '.agent-relay'],
] as const;

describe.skipIf(!hasAgents)('a link that an agent puts in place of a folder of its records', () => {
	const openScene = scenes();

	/** `some`: each folder by one of both. */
	const cases = splitSome(CASES, (_, at) => at !== 1 && at !== 2);
	const SWAPPED = 'is not written through, and the session goes on elsewhere (%s, %s)';
	it.skip.each(cases.left)(`${SWAPPED} ${LEFT_OUT}`, () => undefined);
	it.each(cases.tried)(SWAPPED, async (agent, _, path) => {
		const scene = await openScene({ env: { IS_SANDBOX: '1' } });
		const outside = join(scene.root, 'outside');
		mkdirSync(outside);
		const swap = `at=${path}; mv "$at" was && ln -s "${outside}" "$at"`;
		scene.model.script(
			agent,
			callTools(TOOLS[agent].shell(swap)),
			callTools(TOOLS[agent].shell('echo after the swap')),
			REFUSALS[agent].window(Math.floor(Date.now() / 1000) + 7200),
		);
		const other = OTHER[agent];
		scene.model.script(other, say('Taken over.'));

		const first = await scene.run('Tidy up the README please.', ['--order', agent, '-p', 'full']);

		expect(first.exitCode, first.stderr).not.toBe(0);
		expect(first.stdout).toContain('is a symbolic link now; nothing is written through it');
		expect(readdirSync(outside)).toEqual([]);
		const kept = join(scene.home, '.local/state/agent-relay/kept');
		const folder = readdirSync(kept, { recursive: true, encoding: 'utf8' }).find((name) =>
			/sessions.\w{26}$/.test(name),
		);
		const id = basename(folder ?? '');
		expect(scene.turn(1, join(kept, folder ?? ''))).toMatchObject({ agent, status: 'limited' });
		const shown = await scene.relay(['show', '--json']);
		expect(JSON.parse(shown.stdout)).toMatchObject({ id, is_ours: true });
		expect((await scene.relay(['sessions'])).stdout).toContain(id.slice(-6));

		const run = await scene.relay(['run', '--json', '--continue', '--order', other, '-p', 'full']);

		expect(run.exitCode, run.stderr).toBe(0);
		expect(scene.model.of(other).at(-1)?.userTexts.join('\n')).toMatch(
			/^<user-\w+>\nTidy up the README please\.\n/m,
		);
		expect(scene.turn(2, join(kept, folder ?? ''))).toMatchObject({ agent: other, status: 'completed' });
		expect(readdirSync(outside)).toEqual([]);
	});
});
