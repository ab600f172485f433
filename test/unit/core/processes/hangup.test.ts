import { describe, expect, it } from 'vitest';
import { outlivesTerminal } from '../../../../src/core/processes/hangup.ts';

describe('a process whose terminal ends', () => {
	it('continues under nohup, and when nobody is at any of its streams', () => {
		expect(outlivesTerminal(['kept', 'kept', 'kept'], {})).toBe(true);
		expect(outlivesTerminal(['read', 'kept', 'kept'], {})).toBe(true);
		expect(outlivesTerminal(['kept', 'read', 'read'], { _: '/usr/bin/nohup' })).toBe(true);
		expect(outlivesTerminal(['kept', 'read', 'read'], { _: 'nohup' })).toBe(true);
	});

	it('ends where someone waits for what it prints, or can type', () => {
		expect(outlivesTerminal(['read', 'read', 'read'], { _: '/usr/bin/node' })).toBe(false);
		expect(outlivesTerminal(['kept', 'kept', 'terminal'], {})).toBe(false);
		expect(outlivesTerminal(['kept', 'read', 'kept'], {})).toBe(false);
		expect(outlivesTerminal(['terminal', 'kept', 'kept'], { _: '/usr/bin/nohup' })).toBe(false);
		expect(outlivesTerminal(['terminal', 'terminal', 'terminal'], {})).toBe(false);
	});
});
