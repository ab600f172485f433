/** `attach` with the real TUIs of claude and codex: what was done in each is on record, and the next agent gets it. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createProcessTable } from '../../src/core/processes/create-process-table.ts';
import { until } from '../helpers/patience.ts';
import { callTools, REFUSALS, say, TOOLS } from './harness/answers.ts';
import { hasAgents } from './harness/installed-agents.ts';
import { PtyRelay } from './harness/pty-relay.ts';
import { RELAY, type Scene } from './harness/scene.ts';
import { scenes } from './harness/with-scene.ts';

/** First-run screens are the user's own business: here they have been seen. codex introduces the successor of each model once. */
function furnish(scene: Scene): void {
	scene.writeHome('.claude.json', JSON.stringify({ hasCompletedOnboarding: true, theme: 'dark' }));
	const config = scene.readHome('.codex/config.toml') ?? '';
	scene.writeHome('.codex/config.toml', `${config}[notice.model_migrations]\n"gpt-5.5" = "gpt-6-sol"\n`);
}

/** Enter alone, as a person presses it. */
async function tell(relay: PtyRelay, scene: Scene, agent: 'claude' | 'codex', words: string): Promise<void> {
	const before = scene.model.of(agent).length;
	relay.type(words);
	await new Promise((resolve) => setTimeout(resolve, 300));
	relay.type('\r');
	await until(
		() => scene.model.of(agent).length > before,
		`${agent} asking for: ${words}`,
		() => relay.text(),
	);
}

/** Until the turn is over by its record. */
const recorded = (relay: PtyRelay, scene: Scene, number: number) =>
	until(
		() =>
			existsSync(join(scene.session(), 'turns', `00${number}-state.json`)) &&
			scene.turn(number).status !== 'running',
		`turn ${number}`,
		() => relay.text(),
	);

const left = (scene: Scene) =>
	createProcessTable()
		.withEnvironment({ HOME: scene.home })
		.filter(({ pid, command }) => pid !== process.pid && !command.includes(RELAY));

describe.skipIf(!hasAgents)('attach with the real TUIs', { timeout: 180_000 }, () => {
	const openScene = scenes();

	it('records a turn of claude with its file, and codex takes over with it when claude is at its limit', async () => {
		const scene = await openScene();
		furnish(scene);
		const reset = Math.floor(Date.now() / 1000) + 3600;
		scene.model.script(
			'claude',
			callTools(TOOLS.claude.write(`${scene.repo}/oak.txt`, 'oak\n')),
			say('The lock is of oak.'),
			REFUSALS.claude.window(reset),
		);
		const relay = new PtyRelay(scene, ['attach', 'claude', '--trust', '-p', 'full'], { IS_SANDBOX: '1' });
		await until(
			() => /bypass permissions/i.test(relay.text()),
			'claude',
			() => relay.text(),
		);
		await tell(relay, scene, 'claude', 'Build the lock');
		await recorded(relay, scene, 1);
		expect(scene.turnText(1, 'output.md')).toContain('The lock is of oak');
		await tell(relay, scene, 'claude', 'Build the gate');
		await until(
			() => scene.ledger().length > 0,
			'the limit in the ledger',
			() => relay.text(),
		);
		relay.type('\x1c');
		await relay.shows('Who takes over?');
		expect(left(scene)).toEqual([]);
		scene.model.script('codex', say('The gate is of pine.'));
		relay.type('\x1b[B\r');
		await until(
			() => scene.model.of('codex').length > 0,
			'codex',
			() => relay.text(),
		);
		await recorded(relay, scene, 3);
		expect(scene.turnText(3, 'output.md')).toContain('The gate is of pine');
		relay.type('\x1c');
		expect(await relay.ended, relay.text()).toBe(0);
		const turns = [1, 2, 3].map((number) => scene.turn(number));
		expect(turns.map(({ agent, status }) => `${agent} ${status}`)).toEqual([
			'claude completed',
			'claude limited',
			'codex completed',
		]);
		expect(turns[0]?.files).toMatchObject([{ path: 'oak.txt', change: 'added' }]);
		expect(turns[0]?.tokens.output).toBeGreaterThan(0);
		expect(turns[1]?.limit).toMatchObject({ kind: 'window', window: 'five_hour' });
		const [asked] = scene.model.of('codex');
		expect(asked?.raw).toContain('Build the gate');
		expect(asked?.raw).toContain('oak.txt');
		// They were typed here, so they are no quote of what a file says.
		expect(asked?.raw).not.toContain('not confirmed');
		expect(left(scene)).toEqual([]);
	});

	it('lets the shell go on with what was said in the TUI of claude, which had options of its own', async () => {
		const scene = await openScene();
		furnish(scene);
		scene.model.script('claude', say('The lock is of oak.'), say('So is the gate.'));
		const words = 'Answer as a joiner would.';
		const wrapped = new PtyRelay(
			scene,
			[
				'attach',
				'--trust',
				'--wrap',
				'claude',
				'--',
				'--append-system-prompt',
				words,
				'--add-dir',
				scene.home,
			],
			{ IS_SANDBOX: '1' },
		);
		await until(
			() => /accept edits/i.test(wrapped.text()),
			'claude',
			() => wrapped.text(),
		);
		await tell(wrapped, scene, 'claude', 'Build the lock');
		await recorded(wrapped, scene, 1);
		wrapped.type('\x1c');
		expect(await wrapped.ended, wrapped.text()).toBe(0);
		expect(scene.model.of('claude')[0]?.raw).toContain(words);
		const shell = new PtyRelay(scene, ['--continue', '--trust'], { IS_SANDBOX: '1' });
		await shell.shows('claude ›');
		shell.type('/attach\r');
		await until(
			() => /accept edits/i.test(shell.text()),
			'claude',
			() => shell.text(),
		);
		shell.type('\x1c');
		await shell.shows('Back from claude: nothing was said');
		shell.type('And the gate?\r');
		await recorded(shell, scene, 2);
		await shell.shows('So is the gate.');
		shell.type('/exit\r');
		expect(await shell.ended, shell.text()).toBe(0);
		const [first, second] = [1, 2].map((number) => scene.turn(number));
		expect(second).toMatchObject({ agent: 'claude', status: 'completed', resumed: true, packet: null });
		expect(second?.native_session_id).toBe(first?.native_session_id);
		expect(left(scene)).toEqual([]);
	});
});
