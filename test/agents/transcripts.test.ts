/** What real CLIs recorded without the relay's records, read and gone on with; hand-offs and forks between them. */
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { callTools, say, TOOLS } from './harness/answers.ts';
import { hasAgents } from './harness/installed-agents.ts';
import type { Scene } from './harness/scene.ts';
import { LEFT_OUT, splitSome } from './harness/some-pairs.ts';
import { scenes } from './harness/with-scene.ts';

const PAIRS = [
	['claude', 'codex'],
	['codex', 'claude'],
] as const;
type Agent = (typeof PAIRS)[number][0];
/** `some`: each test with one of both. */
const ONE = splitSome(PAIRS, ([first]) => first === 'claude');
const OTHER = splitSome(PAIRS, ([first]) => first === 'codex');

const PLACES = { claude: '.claude/projects', codex: '.codex/sessions' } as const;

/** The only record that a CLI has made in the home of the scene. */
function transcriptOf(scene: Scene, agent: Agent): string {
	const place = join(scene.home, PLACES[agent]);
	const names = readdirSync(place, { recursive: true, encoding: 'utf8' });
	const [name, ...others] = names.filter((one) => one.endsWith('.jsonl'));
	if (name === undefined || others.length > 0) throw new Error(`not one transcript: ${names}`);
	return join(place, name);
}

/** Two turns with a tool call; then the relay's own records go, and only the CLI's are left. */
async function held(scene: Scene, agent: Agent): Promise<string> {
	const lake = `${scene.repo}/lake.txt`;
	scene.model.script(
		agent,
		callTools(TOOLS[agent].write(lake, 'cold water\n')),
		say('The lake file is there; a pond would freeze.'),
		say('It is a tarn, strictly speaking.'),
		say('I remember the tarn.'),
	);
	const typed = ['Write the lake file', 'What is it called?', '/exit'];
	const shell = await scene.relay(['--agent', agent, '-p', 'full'], { input: `${typed.join('\n')}\n` });
	expect(shell.exitCode, shell.stderr).toBe(0);
	rmSync(join(scene.repo, '.agent-relay'), { recursive: true });
	return transcriptOf(scene, agent);
}

describe.skipIf(!hasAgents)('a transcript', () => {
	const openScene = scenes();

	const SHOWN = 'of %s is shown, and %s goes on with it by hand-off and run -c';
	it.skip.each(ONE.left)(`${SHOWN} ${LEFT_OUT}`, () => undefined);
	it.each(ONE.tried)(SHOWN, async (first, second) => {
		const scene = await openScene();
		const path = await held(scene, first);
		const shown = await scene.relay(['show', path, '--json']);
		expect(shown.exitCode, shown.stderr).toBe(0);
		const page = JSON.parse(shown.stdout);
		expect(page).toMatchObject({ agent: first, cwd: scene.repo, count: 2, torn: 0 });
		expect(page.turns.map(({ prompt }: { prompt: string }) => prompt)).toEqual([
			'Write the lake file',
			'What is it called?',
		]);
		expect(page.turns[0]).toMatchObject({ outcome: 'completed', tools: 1 });
		expect(page.turns[0].answer).toContain('a pond would freeze');
		expect(page.turns[1].answer).toContain('tarn');
		expect(page.turns[0].model).not.toBeNull();
		expect(page.turns[0].tokens.output).toBeGreaterThan(0);

		scene.model.script(second, say('Seen.'));
		const handed = await scene.relay(['handoff', path, '--to', second]);
		expect(handed.exitCode, handed.stderr).toBe(0);
		expect(scene.meta()).toMatchObject({
			status: 'checkpointed',
			turn_count: 2,
			objective: 'Write the lake file',
		});
		const run = await scene.relay(['run', '-c', 'Go on with it']);
		expect(run.exitCode, run.stderr).toBe(0);
		const told = scene.model.of(second)[0]?.userTexts.join('\n') ?? '';
		for (const words of ['Write the lake file', 'a pond would freeze', 'tarn', 'Go on with it'])
			expect(told).toContain(words);
		expect(scene.turn(3)).toMatchObject({ agent: second, status: 'completed' });
	});

	const RESUMED = 'of %s is resumed by its own agent in its own conversation';
	it.skip.each(OTHER.left)(`${RESUMED} ${LEFT_OUT}`, () => undefined);
	it.each(OTHER.tried)(RESUMED, async (first) => {
		const scene = await openScene();
		const path = await held(scene, first);
		const run = await scene.relay(['run', '--session', path, '--agent', first, 'Do you remember?']);
		expect(run.exitCode, run.stderr).toBe(0);
		expect(run.stdout).toContain('I remember the tarn.');
		const request = scene.model.of(first).at(-1);
		expect(request?.raw).toContain('a pond would freeze');
		expect(request?.userTexts.at(-1)).toContain('Do you remember?');
		expect(request?.userTexts.at(-1)).not.toContain('hand-over packet');
		expect(scene.turn(3)).toMatchObject({
			agent: first,
			resumed: true,
			native_session_id: scene.turn(1).native_session_id,
			packet: null,
		});
		expect(transcriptOf(scene, first)).toBe(path);
	});
});

describe.skipIf(!hasAgents)('a session', () => {
	const openScene = scenes();

	const HANDED = 'of %s is handed off, and %s goes on with run -c';
	it.skip.each(OTHER.left)(`${HANDED} ${LEFT_OUT}`, () => undefined);
	it.each(OTHER.tried)(HANDED, async (first, second) => {
		const scene = await openScene();
		scene.model.script(first, say('The code name is Heron; Crane was taken.'));
		scene.model.script(second, say('Heron it is.'));
		await scene.run('Choose a code name', ['-a', first]);
		const handed = await scene.relay(['handoff', 'latest', '--to', second]);
		expect(handed.exitCode, handed.stderr).toBe(0);
		const run = await scene.relay(['run', '-c']);
		expect(run.exitCode, run.stderr).toBe(0);
		const told = scene.model.of(second)[0]?.userTexts.join('\n') ?? '';
		for (const words of ['Choose a code name', 'Crane was taken']) expect(told).toContain(words);
		expect(scene.turn(2)).toMatchObject({ agent: second, status: 'completed' });
	});

	const FORKED = 'of %s is forked, and what came later stays out of the first prompt of %s';
	it.skip.each(ONE.left)(`${FORKED} ${LEFT_OUT}`, () => undefined);
	it.each(ONE.tried)(FORKED, async (first, second) => {
		const scene = await openScene();
		scene.model.script(first, say('The code name is Heron.'), say('Now it is Osprey.'));
		scene.model.script(second, say('Heron it is.'));
		const typed = ['Choose a code name', 'Another one', '/exit'];
		await scene.relay(['--agent', first], { input: `${typed.join('\n')}\n` });
		const forked = await scene.relay(['fork', 'latest', '--turn', '1', '--to', second]);
		expect(forked.exitCode, forked.stderr).toBe(0);
		const run = await scene.relay(['run', '-c', 'Print it']);
		expect(run.exitCode, run.stderr).toBe(0);
		const told = scene.model.of(second)[0]?.userTexts.join('\n') ?? '';
		for (const words of ['Choose a code name', 'Heron', 'Print it']) expect(told).toContain(words);
		expect(told).not.toContain('Osprey');
		expect(scene.sessions()).toHaveLength(2);
	});
});
