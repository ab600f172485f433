/** The same CLIs against a backend that this project did not write: aimock. */
import { describe, expect, it } from 'vitest';
import { AIMOCK, hasAgents } from './harness/installed-agents.ts';
import { scenes } from './harness/with-scene.ts';

interface AiMock {
	url: string;
	onMessage(text: string | RegExp, answer: { content: string }): unknown;
	start(): Promise<unknown>;
	stop(): Promise<unknown>;
}

describe.skipIf(!hasAgents)('with aimock as the model', () => {
	const openScene = scenes();

	it.each(['claude', 'codex'] as const)('a turn of %s is answered, and the next goes on', async (agent) => {
		const { LLMock }: { LLMock: new (options: { port: number }) => AiMock } = await import(AIMOCK);
		const mock = new LLMock({ port: 0 });
		mock.onMessage(/second question/, { content: 'The second answer.' });
		mock.onMessage(/first question/, { content: 'The first answer.' });
		await mock.start();
		try {
			const scene = await openScene({ env: { ANTHROPIC_BASE_URL: mock.url } });
			scene.pointCodexAt(`${mock.url}/v1`);
			const first = await scene.run('This is the first question', ['-a', agent]);
			expect(first.exitCode, first.stderr + first.stdout).toBe(0);
			expect(scene.turnText(1, 'output.md')).toContain('The first answer.');
			const second = await scene.run('This is the second question', ['-a', agent, '--session', 'latest']);
			expect(second.exitCode, second.stderr + second.stdout).toBe(0);
			expect(scene.turnText(1, 'output.md')).toContain('The second answer.');
			expect(scene.turn(1)).toMatchObject({ status: 'completed', resumed: true });
			expect(scene.model.requests).toEqual([]);
		} finally {
			await mock.stop();
		}
	});
});
