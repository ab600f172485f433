import { basename, dirname, join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
	formatTurn,
	insideSession,
	packetFile,
	turnFile,
} from '../../../../src/sessions/files/session-paths.ts';

describe('the paths of a session', () => {
	it('pad turns to three digits and grow past 999', () => {
		expect([1, 42, 999, 1000].map(formatTurn)).toEqual(['001', '042', '999', '1000']);
		expect(turnFile('/s', 7, 'state.json')).toBe('/s/turns/007-state.json');
		for (const bad of [0, -1, 1.5, Number.NaN]) expect(() => formatTurn(bad)).toThrow('turn number');
	});

	it('never let an agent id leave the packet folder or hide the file', () => {
		expect(packetFile('/s', 3, 'claude', 'codex', 'md')).toBe('/s/resume/003-claude-codex.md');
		fc.assert(
			fc.property(fc.string(), fc.string(), (from, to) => {
				const path = packetFile('/s', 1, from, to, 'json');
				expect(dirname(path)).toBe('/s/resume');
				expect(basename(path)).toMatch(/^001-[\w.-]+-[\w.-]+\.json$/);
			}),
		);
	});

	it('resolve recorded relative paths only inside the session', () => {
		expect(insideSession('/s', 'resume/001-a-b.md')).toBe('/s/resume/001-a-b.md');
		for (const bad of ['', '.', '..', '../x', '/etc/passwd', 'turns/../../x', 'a\0b'])
			expect(insideSession('/s', bad)).toBeNull();
		fc.assert(
			fc.property(fc.array(fc.constantFrom('..', '.', 'a', 'b'), { maxLength: 6 }), (parts) => {
				const path = insideSession('/home/s', parts.join('/'));
				if (path !== null) expect(join(path, '/').startsWith('/home/s/')).toBe(true);
			}),
		);
	});
});
