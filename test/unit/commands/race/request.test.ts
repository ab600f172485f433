import { describe, expect, it } from 'vitest';
import { BUILT_IN_ADAPTERS, createRegistry } from '../../../../src/agents/registry.ts';
import type { Given } from '../../../../src/commands/options/option-table.ts';
import { askedRace } from '../../../helpers/asked-race.ts';

const registry = createRegistry(BUILT_IN_ADAPTERS);
const request = (flags: Given) => askedRace('task', flags, registry);

describe('the flags of a race', () => {
	it('become a request with its defaults', () => {
		expect(request({ agents: 'claude, codex:o3' })).toEqual({
			task: 'task',
			entrants: [
				{ agent: 'claude', model: null },
				{ agent: 'codex', model: 'o3' },
			],
			checks: [],
			setup: null,
			copy: [],
			maxTimeMs: 30 * 60_000,
			checkTimeMs: 10 * 60_000,
			base: null,
			includeDirty: false,
			jobs: 2,
			permissions: null,
			handover: false,
			parentTurn: null,
		});
	});

	it.each([
		['600', 600_000],
		['90s', 90_000],
		['10m', 600_000],
		['20d', 20 * 86_400_000],
	])('take the time %s', (maxTime, ms) => {
		expect(request({ agents: 'claude', maxTime }).maxTimeMs).toBe(ms);
		expect(request({ agents: 'claude', checkTimeout: maxTime }).checkTimeMs).toBe(ms);
	});

	it('let at most eight work at the same time unless more are asked for', () => {
		const agents = Array.from({ length: 12 }, (_, i) => `claude:m${i}`).join(',');
		expect(request({ agents }).jobs).toBe(8);
		expect(request({ agents, jobs: '12' }).jobs).toBe(12);
	});

	it.each<[Given, RegExp]>([
		[{}, /No entrants were named/],
		[{ agents: 'claude,,codex' }, /no name/],
		[{ agents: 'claude', maxTime: 'soon' }, /--max-time takes a time/],
		[{ agents: 'claude', maxTime: '0' }, /--max-time takes a time/],
		[{ agents: 'claude', maxTime: '30d' }, /--max-time takes a time.*at most 20d/],
		[{ agents: 'claude', checkTimeout: '-1' }, /--check-timeout takes a time/],
		[{ agents: 'claude', jobs: '0' }, /--jobs takes a number/],
		[{ agents: 'claude', permissions: 'all' }, /--permissions takes/],
	])('refuse %j', (flags, message) => {
		expect(() => request(flags)).toThrow(message);
	});
});
