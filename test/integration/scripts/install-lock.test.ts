import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { until } from '../../helpers/patience.ts';

const MODULE = resolve(import.meta.dirname, '../../../scripts/install-lock.mjs');
/** Says `held` or `waits`, and holds the lock until its input ends. */
const HOLDER = `
	import { holdLock } from ${JSON.stringify(MODULE)};
	const release = await holdLock(process.argv[1], () => console.log('waits'));
	console.log('held');
	process.stdin.resume().on('end', release);
`;

let folder: string;
let path: string;
const holders: ChildProcess[] = [];

beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), 'relay-install-lock-'));
	path = join(folder, 'lock');
});
afterEach(() => {
	for (const holder of holders.splice(0)) holder.kill('SIGKILL');
	rmSync(folder, { recursive: true, force: true });
});

function hold() {
	const child = spawn(process.execPath, ['--input-type=module', '-e', HOLDER, path]);
	holders.push(child);
	let said = '';
	for (const stream of [child.stdout, child.stderr])
		stream.on('data', (chunk: Buffer) => {
			said += chunk.toString();
		});
	const says = (word: string) =>
		until(
			() => said.includes(word),
			word,
			() => said,
		);
	return { child, says, said: () => said };
}

describe('the lock of an install', () => {
	it('is held by one process, and by the next once that has given it back', async () => {
		const first = hold();
		await first.says('held');
		const second = hold();
		await second.says('waits');
		expect(second.said()).not.toContain('held');
		first.child.stdin.end();
		await second.says('held');
	});

	it('is taken over from a process that was killed', async () => {
		const first = hold();
		await first.says('held');
		first.child.kill('SIGKILL');
		const second = hold();
		await second.says('held');
	});

	it('is taken over where another process has the number of the one that held it', async () => {
		const first = hold();
		await first.says('held');
		const [pid, start = ''] = readFileSync(path, 'utf8').split(' ');
		expect([Number(pid), start]).toEqual([first.child.pid, expect.stringMatching(/./)]);
		writeFileSync(path, `${process.pid} ${start}`);
		const second = hold();
		await second.says('held');
		expect(second.said()).not.toContain('waits');
	});

	it('is waited for where only the number is known and a process has it', async () => {
		writeFileSync(path, String(process.pid));
		const second = hold();
		await second.says('waits');
		rmSync(path);
		await second.says('held');
	});

	it('is taken over where nobody wrote a number in time, and not before', async () => {
		writeFileSync(path, '');
		const first = hold();
		await first.says('waits');
		utimesSync(path, 0, 0);
		await first.says('held');
		first.child.stdin.end();
		await until(() => !existsSync(path), 'the lock given back');
	});
});
