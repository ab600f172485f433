import { spawn } from 'node:child_process';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WorkstreamScratch } from '../helpers/open-workstreams.ts';

const ROOT = resolve(import.meta.dirname, '../..');

let scratch: WorkstreamScratch;
beforeEach(() => {
	scratch = new WorkstreamScratch();
});
afterEach(() => scratch.remove());

/** `killedAfter`: lines, after which it is killed in whatever it does. */
function create(self: string, count: number, killedAfter = Number.POSITIVE_INFINITY): Promise<string[]> {
	const args = [
		join(ROOT, 'test/helpers/workstreams-child.mjs'),
		join(ROOT, 'dist'),
		scratch.root,
		self,
		String(count),
	];
	const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
	let said = '';
	child.stdout.on('data', (chunk) => {
		said += chunk;
		if (said.split('\n').length > killedAfter) child.kill('SIGKILL');
	});
	return new Promise((done) => child.on('close', () => done(said.split('\n').slice(0, -1))));
}

describe('many processes at once', () => {
	it('lose none of 200 workstreams and 200 ideas', async () => {
		const made = await Promise.all(Array.from({ length: 8 }, (_, at) => create(`p${at}`, 25)));
		const store = scratch.open();
		expect(made.flat()).toHaveLength(200);
		expect(
			store
				.registry()
				.workstreams.map(({ name }) => name)
				.sort(),
		).toEqual(made.flat().sort());
		expect(
			store
				.ideas()
				.ideas.map(({ text }) => text)
				.sort(),
		).toEqual(made.flat().sort());
		expect(new Set(store.ideas().ideas.map(({ number }) => number)).size).toBe(200);
	});

	it('lose nothing that was reported where some are killed', async () => {
		const killed = Array.from({ length: 6 }, (_, at) => create(`victim${at}`, 100, 2 + at));
		const made = await Promise.all([create('one', 20), create('two', 20), ...killed]);
		const names = scratch
			.open()
			.registry()
			.workstreams.map(({ name }): string => name);
		expect(made.flat().length).toBeGreaterThan(40);
		for (const name of made.flat()) expect(names).toContain(name);
	});
});
