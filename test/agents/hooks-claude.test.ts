/** The hooks of claude, run by hand: what its model hears, what is on disk afterwards, and who can take over. */
import { describe, expect, it } from 'vitest';
import { callTools, REFUSALS, say, TOOLS } from './harness/answers.ts';
import { runByHand } from './harness/by-hand.ts';
import { hasAgents } from './harness/installed-agents.ts';
import { scenes } from './harness/with-scene.ts';

describe.skipIf(!hasAgents)('claude by hand, with the hooks of the relay', () => {
	const openScene = scenes();

	it('hears of the workstream, is counted, and is handed to codex when it meets its limit', async () => {
		const scene = await openScene();
		await scene.relay(['ws', 'new', 'auth', 'Move the login to tokens']);
		const installed = await scene.relay(['hooks', 'install', 'claude']);
		expect(installed.exitCode, installed.stderr).toBe(0);
		const reset = Math.floor(Date.now() / 1000) + 7200;
		scene.model.script(
			'claude',
			callTools(TOOLS.claude.shell('echo one'), TOOLS.claude.shell('exit 3')),
			say('I will call it Heron.'),
			REFUSALS.claude.window(reset),
		);
		const flags = ['-p', '--allowedTools', 'Bash'];
		const first = await runByHand(scene, ['claude', ...flags], 'Name the token\n');
		expect(first.exitCode, first.output).toBe(0);
		const [asked] = scene.model.of('claude');
		expect(asked?.raw).toContain("Active workstream 'auth'");
		expect(asked?.raw).toContain('Move the login to tokens');

		const [session] = scene.metSessions();
		expect(session).toMatchObject({ agent: 'claude', calls: 2, unsaved: 0, cwd: scene.repo });
		const marker = scene.readHome(`.config/agent-relay/session-markers/${session?.session}.json`);
		expect(JSON.parse(marker ?? '{}')).toMatchObject({ workstream: 'auth' });
		expect(scene.readHome('.config/agent-relay/workstreams/auth/state.md')).toContain(
			'claude by hand, 2 tool calls',
		);

		const second = await runByHand(scene, ['claude', ...flags, '-c'], 'Go on\n');
		expect(second.exitCode, second.output).toBe(1);
		const [entry] = scene.ledger();
		expect(entry).toMatchObject({ agent: 'claude', limit: { kind: 'window', window: 'five_hour' } });
		expect(Math.abs(Date.parse(entry?.until ?? '') / 1000 - reset)).toBeLessThan(120);

		scene.model.script('codex', say('It is Heron.'));
		const taken = await scene.relay(['handoff', '--to', 'codex', '--run', '--json']);
		expect(taken.exitCode, taken.stderr + taken.stdout).toBe(0);
		const heard = scene.model.of('codex')[0]?.userTexts.join('\n');
		for (const words of ['Name the token', 'I will call it Heron.', 'Go on']) expect(heard).toContain(words);
		expect(scene.metSessions()).toHaveLength(1);
	});

	it('is asked to keep the workstream when it compacts, and hears of it anew', async () => {
		const scene = await openScene();
		await scene.relay(['ws', 'new', 'auth', 'Move the login to tokens']);
		await scene.relay(['hooks', 'install', 'claude']);
		scene.model.script('claude', say('Done.'));
		await runByHand(scene, ['claude', '-p'], 'Begin\n');
		await runByHand(scene, ['claude', '-p', '-c'], '/compact\n');
		const summary = scene.model.requests.find(({ raw }) => raw.includes('Keep in the summary'));
		expect(summary?.raw).toContain("the workstream 'auth'");
		const before = scene.model.requests.length;
		await runByHand(scene, ['claude', '-p', '-c'], 'After\n');
		expect(
			scene.model.requests
				.slice(before)
				.map(({ raw }) => raw)
				.join(),
		).toContain('Your context was compacted');

		const off = await runByHand(scene, ['claude', '-p'], 'Begin anew\n', { AGENT_RELAY_HOOKS: '0' });
		expect(off.exitCode, off.output).toBe(0);
		expect(scene.model.of('claude').at(-1)?.raw).not.toContain('Active workstream');
	});
});
