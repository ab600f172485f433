import { isAbsolute } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
	DEMO_ADAPTERS,
	demoCloserAdapter,
	demoSprinterAdapter,
} from '../../../../src/agents/demo/adapter.ts';
import { CloserVoice } from '../../../../src/agents/demo/closer-voice.ts';
import { DEMO_ORDER } from '../../../../src/agents/demo/scenario.ts';
import { SprinterVoice } from '../../../../src/agents/demo/sprinter-voice.ts';
import type { DemoVoice } from '../../../../src/agents/demo/voice.ts';
import { fakeTurnRequest } from '../../../helpers/fake-turn-request.ts';

const REQUEST = fakeTurnRequest({
	nativeSessionId: 's1',
	permissions: 'read-only',
	isTrusted: false,
});

const OK = { ok: true, denied: false, exitCode: 0, output: 'fine\n' };
const REFUSED = {
	ok: false,
	denied: true,
	exitCode: null,
	output: 'Permission to write a is denied: this turn is read-only.',
};

/** What the adapter reads from what its own program says. */
async function eventsOf(agent: 'sprinter' | 'closer', speak: (voice: DemoVoice) => Promise<void> | void) {
	const lines: string[] = [];
	const output = {
		line: (value: object) => void lines.push(`${JSON.stringify(value)}\n`),
		pause: async () => {},
	};
	const setting = { sessionId: 's1', folder: '/repo', output };
	const [voice, adapter] =
		agent === 'sprinter'
			? [new SprinterVoice(setting), demoSprinterAdapter]
			: [new CloserVoice(setting), demoCloserAdapter];
	voice.start();
	await speak(voice);
	const parser = adapter.parser({
		requestedSessionId: 's1',
		resume: false,
		requestedModel: null,
		cumulativeBefore: null,
		now: () => 0,
	});
	const events = parser.push(Buffer.from(lines.join('')));
	const end = parser.end({ exitCode: 0, signal: null, stopRequested: null }, null);
	return { events: [...events, ...end.events], turn: end.turn };
}

describe('the demo agents', () => {
	it('are labelled as a demo, need no login and are started by an absolute path', () => {
		expect(DEMO_ADAPTERS.map(({ id }) => id)).toEqual([...DEMO_ORDER]);
		for (const adapter of DEMO_ADAPTERS) {
			expect(adapter.isDemo).toBe(true);
			expect(adapter.probeLogin({}).loggedIn).toBe('yes');
			expect(adapter.executables.every((path) => isAbsolute(path))).toBe(true);
			expect(adapter.command(REQUEST).args).toContain('--permissions=read-only');
		}
	});

	it('resume the conversation they are asked for', () => {
		expect(demoCloserAdapter.command({ ...REQUEST, resume: true }).args).toContain('--resume=s1');
		expect(demoSprinterAdapter.command(REQUEST).args).toContain('--session-id=s1');
	});

	it.each(['sprinter', 'closer'] as const)('are understood in their own dialect: the %s', async (agent) => {
		const { events, turn } = await eventsOf(agent, async (voice) => {
			voice.plan([{ text: 'one', status: 'completed' }]);
			voice.toolStarts('t1', { kind: 'run', args: ['x.mjs'] });
			voice.toolEnds('t1', { kind: 'run', args: ['x.mjs'] }, OK);
			voice.toolStarts('t2', { kind: 'write', path: 'a', content: 'b' });
			voice.toolEnds('t2', { kind: 'write', path: 'a', content: 'b' }, REFUSED);
			await voice.say('All is well.');
			voice.end({ input: 3, output: 2 }, { input: 3, output: 2 });
		});
		const answer = events.flatMap((event) => (event.type === 'agent_message_chunk' ? [event.text] : []));
		expect(answer.join('')).toBe('All is well.');
		expect(events).toContainEqual({ type: 'plan', items: [{ text: 'one', status: 'completed' }] });
		expect(events).toContainEqual(expect.objectContaining({ type: 'tool_call', command: 'node x.mjs' }));
		expect(events).toContainEqual(
			expect.objectContaining({ type: 'tool_result', id: 't1', ok: true, exitCode: 0 }),
		);
		expect(events).toContainEqual(
			expect.objectContaining({ type: 'tool_call', id: 't2', paths: ['/repo/a'] }),
		);
		expect(events).toContainEqual(
			expect.objectContaining({ type: 'tool_result', id: 't2', ok: false, denied: true }),
		);
		expect(turn).toMatchObject({
			outcome: 'completed',
			nativeSessionId: 's1',
			tokens: { input: 3, output: 2 },
		});
	});

	it('show a pretend limit as their own, with its reset', async () => {
		const { events, turn } = await eventsOf('sprinter', (voice) => voice.endLimited(1_795_000_000_000));
		const limit = {
			kind: 'window',
			window: 'demo_window',
			resetAt: 1_795_000_000_000,
			source: { rule: 'demo-sprinter:rate_limit_event.rejected' },
		};
		expect(turn).toMatchObject({ outcome: 'limited', limit });
		expect(events).toContainEqual(
			expect.objectContaining({ type: 'limit', limit: expect.objectContaining({ kind: 'window' }) }),
		);
	});

	it('say how much of the pretend window is used', async () => {
		const { turn } = await eventsOf('sprinter', (voice) => voice.windowUsed(0.94, 1_795_000_000_000));
		expect(turn.utilization).toEqual([{ window: 'demo_window', ratio: 0.94, resetAt: 1_795_000_000_000 }]);
	});
});
