import { chmodSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AskingKeyQuery } from '../../../src/agents/asking/question.ts';
import { createAskingKeys } from '../../../src/app/asking-keys.ts';

let folder = '';
beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), 'relay-keys-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Answers once it has read a line, and ends only when its stdin does. */
function program(answer: string): string {
	const path = join(folder, 'program');
	const count = join(folder, 'count');
	writeFileSync(path, `#!/bin/sh\necho x >> '${count}'\nread -r line\necho '${answer}'\ncat > /dev/null\n`);
	chmodSync(path, 0o755);
	return path;
}
const timesAsked = () => readFileSync(join(folder, 'count'), 'utf8').split('\n').length - 1;
const query: AskingKeyQuery = {
	args: ['hello'],
	input: 'question\n',
	read: (stdout) => (stdout.includes('\n') ? (/^key:(.*)$/m.exec(stdout)?.[1] ?? null) : undefined),
};
const ask = (executable: string, version: string | null = '1.0.0', asked = query) =>
	createAskingKeys(join(folder, 'cache', 'keys.json')).of(asked, {
		executable,
		version,
		env: { PATH: process.env.PATH ?? '' },
	});

describe('the keys that agents are asked for', () => {
	it('are asked for once, and again for another program, version or question', async () => {
		const path = program('key:one');
		expect(await ask(path)).toBe('one');
		expect(await ask(path)).toBe('one');
		expect(timesAsked()).toBe(1);
		await ask(path, '1.0.1');
		expect(timesAsked()).toBe(2);
		await ask(path, '1.0.1', { ...query, args: ['other'] });
		expect(timesAsked()).toBe(3);
		utimesSync(path, 1, 1);
		await ask(path, '1.0.1', { ...query, args: ['other'] });
		expect(timesAsked()).toBe(4);
	});

	it('are asked for again after an answer of no use, and after damage to the cache', async () => {
		const path = program('nothing');
		expect(await ask(path)).toBeNull();
		expect(await ask(path)).toBeNull();
		expect(timesAsked()).toBe(2);
		const better = program('key:two');
		expect(await ask(better)).toBe('two');
		writeFileSync(join(folder, 'cache', 'keys.json'), '{broken');
		expect(await ask(better)).toBe('two');
		expect(timesAsked()).toBe(4);
	});

	it('are not waited for again by a relay that got no useful answer', async () => {
		const keys = createAskingKeys(join(folder, 'keys.json'));
		const facts = { executable: program('nothing'), version: null, env: { PATH: process.env.PATH ?? '' } };
		expect([await keys.of(query, facts), await keys.of(query, facts)]).toEqual([null, null]);
		expect(timesAsked()).toBe(1);
	});

	it('are none where the program cannot be started', async () => {
		expect(await ask(join(folder, 'missing'))).toBeNull();
	});
});
