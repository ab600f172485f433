import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { claudeAdapter } from '../../../src/agents/claude/adapter.ts';
import { codexAdapter } from '../../../src/agents/codex/adapter.ts';
import type { AgentEvent } from '../../../src/agents/events.ts';
import { parseEventLine, serializeEvent } from '../../../src/turns/event-log.ts';
import { fixtureNames, loadFixture, replay } from '../../helpers/replay-fixture.ts';

const recorded: AgentEvent[] = [claudeAdapter, codexAdapter].flatMap((adapter) =>
	fixtureNames(adapter.id).flatMap((name) => replay(adapter, loadFixture(adapter.id, name)).events),
);

describe('the log of events', () => {
	it('gives back every event of every recording as it was', () => {
		expect(new Set(recorded.map(({ type }) => type)).size).toBeGreaterThan(8);
		recorded.forEach((event, at) => {
			const logged = { ts: 1_795_248_000_123 + at, seq: at + 1, event };
			expect(parseEventLine(serializeEvent(logged).trimEnd())).toEqual(logged);
		});
	});

	it('has one line an event and snake_case keys', () => {
		for (const event of recorded) {
			const line = serializeEvent({ ts: 0, seq: 1, event });
			expect(line.indexOf('\n')).toBe(line.length - 1);
			for (const key of Object.keys(JSON.parse(line))) expect(key).toMatch(/^[a-z]+(_[a-z]+)*$/);
		}
	});

	it('reads a torn or foreign line as none, never as another event', () => {
		const lines = recorded.slice(0, 400).map((event) => serializeEvent({ ts: 0, seq: 1, event }).trimEnd());
		fc.assert(
			fc.property(fc.constantFrom(...lines), fc.double({ min: 0, max: 0.999, noNaN: true }), (line, cut) => {
				expect(parseEventLine(line.slice(0, Math.floor(line.length * cut)))).toBeNull();
			}),
		);
		expect(parseEventLine('{"ts":"x","seq":1,"type":"of_a_newer_version"}')).toBeNull();
	});
});
