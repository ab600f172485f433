import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import { type GuardedStream, guardOutput } from '../../../../src/core/processes/guard-output.ts';

class Stream extends EventEmitter implements GuardedStream {
	readonly written: string[] = [];
	failure: Error | null = null;

	write(chunk: string | Uint8Array, ...rest: unknown[]): boolean {
		if (this.failure !== null) throw this.failure;
		this.written.push(String(chunk));
		for (const value of rest) if (typeof value === 'function') value();
		return false;
	}
}

function guarded() {
	const stream = new Stream();
	const lost: string[] = [];
	guardOutput(stream, (error) => lost.push(error.message));
	return { stream, lost };
}

describe('a guarded output', () => {
	it('passes everything on while it can', () => {
		const { stream, lost } = guarded();
		const called: string[] = [];
		expect(stream.write('a', () => called.push('a'))).toBe(false);
		expect([stream.written, called, lost]).toEqual([['a'], ['a'], []]);
	});

	it.each(['thrown', 'emitted'])(
		'drops what follows a write that fails (%s), and still calls back',
		async (how) => {
			const { stream, lost } = guarded();
			const failure = new Error('no space left');
			if (how === 'thrown') stream.failure = failure;
			else stream.emit('error', failure);
			const isCalled = new Promise((resolve) => stream.write('b', 'utf8', () => resolve(true)));
			expect(await isCalled).toBe(true);
			stream.failure = null;
			expect(stream.write('c')).toBe(true);
			stream.emit('error', new Error('again'));
			expect([stream.written, lost]).toEqual([[], ['no space left']]);
		},
	);
});
