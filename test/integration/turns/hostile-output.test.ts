import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AgentAdapter } from '../../../src/agents/agent-adapter.ts';
import { createRegistry } from '../../../src/agents/registry.ts';
import { EngineBench } from '../../helpers/engine-bench.ts';
import { claude, claudeAnswers } from '../../helpers/fake-agent-lines.ts';

const DAY = 24 * 3600_000;
let bench: EngineBench;
beforeEach(() => {
	bench = new EngineBench();
});
afterEach(() => bench.dispose());

/** claude's adapter, whose parser throws at a line with `word`. */
function throwingAt(word: string): AgentAdapter {
	const real = createRegistry().find('claude');
	return {
		...real,
		parser: (context) => {
			const parser = real.parser(context);
			return {
				push(chunk) {
					if (chunk.includes(word)) throw new RangeError('Maximum call stack size exceeded');
					return parser.push(chunk);
				},
				stderr: (chunk) => parser.stderr(chunk),
				end: (exit, native) => parser.end(exit, native),
			};
		},
	};
}

describe('what an agent prints', () => {
	it('is kept raw, and the turn goes on, where its parser throws at a line', async () => {
		const strange = '{"type":"strange","deep":1}\n';
		// The rest is read by itself then.
		const isRead = 'until grep -q strange .agent-relay/sessions/*/turns/001-raw.jsonl; do sleep 0.05; done';
		bench.install('claude', {
			turns: [[{ emit: claude.init + strange }, { run: isRead }, ...claudeAnswers('the rest of the work')]],
		});
		const registry = createRegistry();
		const adapter = throwingAt('strange');
		const relay = await bench.relay(
			{ agent: 'claude' },
			{ registry: { ...registry, find: (id) => (id === 'claude' ? adapter : registry.find(id)) } },
		);
		expect(await relay.send('go')).toMatchObject({ outcome: 'completed' });
		expect(relay.read(1, 'raw.jsonl')).toContain(strange);
		expect(relay.read(1, 'output.md')).toContain('the rest of the work');
		const [state] = relay.states();
		expect(state?.warnings.filter((text) => text.includes('could not be read'))).toHaveLength(1);
	});

	it('cannot make a record that the relay does not read: a cost beyond belief counts as not reported', async () => {
		const [answer = { sleep: 0 }] = claudeAnswers('done');
		const huge = JSON.parse(
			JSON.stringify(answer).replace(/total_cost_usd\\":0.001/, 'total_cost_usd\\":1e305'),
		);
		expect(JSON.stringify(huge)).toContain('1e305');
		bench.install('claude', { turns: [[huge], [huge]] });
		const relay = await bench.relay({ agent: 'claude' });
		await relay.send('one');
		await relay.send('two');
		const [listed] = relay.deps.store.list();
		expect(listed).toMatchObject({ problem: null });
		expect(listed?.meta?.usage.cost_usd).toBeLessThan(100);
	});

	it.each([
		['a month ahead', 30 * DAY],
		['a year back', -365 * DAY],
	])(
		'is measured rightly where the clock is set %s in mid-turn: no time-out, and the time it took',
		async (_, jump) => {
			bench.install('claude', {
				turns: [[{ emit: claude.init + claude.text('working') }, { sleep: 1500 }, ...claudeAnswers('done')]],
			});
			const relay = await bench.relay({ agent: 'claude', timeoutMs: DAY });
			let hasJumped = false;
			relay.onEvent = ({ type }) => {
				if (type !== 'agent_event' || hasJumped) return;
				hasJumped = true;
				bench.clock.advance(jump);
			};
			expect(await relay.send('go')).toMatchObject({ outcome: 'completed' });
			const [state] = relay.states();
			expect(hasJumped).toBe(true);
			expect(state?.duration_ms).toBeGreaterThan(1000);
			expect(state?.duration_ms).toBeLessThan(DAY);
			const times = [state?.started_at ?? '', state?.ended_at ?? ''].map(Date.parse);
			expect((times[1] ?? 0) - (times[0] ?? 0)).toBe(state?.duration_ms);
		},
	);
});
