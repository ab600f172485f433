import { describe, expect, it } from 'vitest';
import { exitSignal } from '../../../src/terminal/exit-signal.ts';

const none = new Set<NodeJS.Signals>();

describe('exitSignal', () => {
	it('reads the ends of programs in practice from 128 + n', () => {
		const codes = [129, 130, 131, 134, 137, 139, 141, 143];
		expect(codes.map((code) => exitSignal(code, none))).toEqual([
			'SIGHUP',
			'SIGINT',
			'SIGQUIT',
			'SIGABRT',
			'SIGKILL',
			'SIGSEGV',
			'SIGPIPE',
			'SIGTERM',
		]);
	});

	it('takes every other code for the program’s own', () => {
		const others = Array.from({ length: 256 }, (_, code) => code).filter(
			(code) => ![129, 130, 131, 134, 137, 139, 141, 143].includes(code),
		);
		expect(others.map((code) => exitSignal(code, none))).toEqual(others.map(() => null));
	});

	it('believes an agent that claims the code, unless we sent that very signal', () => {
		expect(exitSignal(143, none, (code) => code === 143)).toBeNull();
		expect(exitSignal(143, new Set(['SIGTERM']), () => true)).toBe('SIGTERM');
		expect(exitSignal(143, new Set(['SIGINT']), () => true)).toBeNull();
	});
});
