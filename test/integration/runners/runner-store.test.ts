import { execFileSync } from 'node:child_process';
import {
	existsSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	rmSync,
	statSync,
	symlinkSync,
	utimesSync,
	writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/core/clock.ts';
import { createProcessTable } from '../../../src/core/processes/create-process-table.ts';
import { lookAtLock, takeLock } from '../../../src/runners/runner-lock.ts';
import { newRunner } from '../../../src/runners/runner-record.ts';
import { openRunnerStore } from '../../../src/runners/runner-store.ts';

const UUID = '11111111-aaaa-4aaa-8aaa-aaaaaaaaaaaa';
const deps = { processes: createProcessTable(), clock: systemClock };
let data: string;
let root: string;
beforeEach(() => {
	data = mkdtempSync(join(tmpdir(), 'relay-runners-'));
	root = join(data, 'runners');
});
afterEach(() => rmSync(data, { recursive: true, force: true }));

const record = newRunner({
	...{ uuid: UUID, name: 'api', agent: null, command: ['sh'], kind: 'local', host: null, repo: null },
	...{ in_place: false, image: null, port: 0, protocol: 'tcp', dns_name: null, created_at: '2026' },
});
const open = () => openRunnerStore(data, deps);
const make = () =>
	open().make(
		UUID,
		() => undefined,
		() => record,
	);
const path = (...parts: string[]) => join(root, UUID, ...parts);

describe('the store', () => {
	it('makes a folder whole, for its user alone, and keeps keys that it does not know', async () => {
		await make();
		expect(readdirSync(root)).toEqual([UUID]);
		expect(readdirSync(path())).toEqual(['runner.json']);
		expect(statSync(path()).mode & 0o777).toBe(0o700);
		expect(statSync(path('runner.json')).mode & 0o777).toBe(0o600);
		writeFileSync(path('runner.json'), JSON.stringify({ ...record, of_later: { a: 1 } }));
		open().update(UUID, (one) => ({ ...one, name: 'web' }));
		expect(JSON.parse(readFileSync(path('runner.json'), 'utf8'))).toMatchObject({
			name: 'web',
			of_later: { a: 1 },
		});
	});

	it('leaves nothing where the folder could not be filled or was refused', async () => {
		const fail = () => {
			throw new Error('no');
		};
		await expect(open().make(UUID, fail, () => record)).rejects.toThrow('no');
		await expect(open().make(UUID, () => undefined, fail)).rejects.toThrow('no');
		expect(readdirSync(root)).toEqual([]);
	});

	it('names a record that is torn, empty, a link, a pipe or of another runner, and changes none', async () => {
		await make();
		const whole = readFileSync(path('runner.json'), 'utf8');
		const others: Array<[() => void, RegExp]> = [
			[() => writeFileSync(path('runner.json'), whole.slice(0, 40)), /not JSON/],
			[() => writeFileSync(path('runner.json'), ''), /empty/],
			[() => symlinkSync('/etc/hostname', path('runner.json')), /symbolic link/],
			[() => execFileSync('mkfifo', [path('runner.json')]), /pipe|FIFO/i],
			[() => writeFileSync(path('runner.json'), whole.replace('1111', '2222')), /another runner/],
			[() => writeFileSync(path('runner.json'), whole.replace('"api"', '"../x"')), /name of a runner/],
		];
		for (const [put, says] of others) {
			rmSync(path('runner.json'));
			put();
			const { runners, damaged } = open().list();
			expect(runners).toEqual([]);
			expect(damaged.map(({ error }) => error.message)).toEqual([expect.stringMatching(says)]);
			expect(() => open().update(UUID, (one) => one)).toThrow(says);
		}
	});

	it('finds what an interrupted relay left, and not what another one is at', async () => {
		await make();
		const half = join(root, '.making-x');
		mkdirSync(half);
		expect(open().leftovers()).toEqual([]);
		writeFileSync(
			join(half, 'lock'),
			JSON.stringify({ ...deps.processes.place(), pid: process.pid, start: '0' }),
		);
		expect(open().leftovers()).toMatchObject([{ path: half, doing: 'making' }]);
		const { start } = deps.processes.identify(process.pid) ?? {};
		writeFileSync(join(half, 'lock'), JSON.stringify({ ...deps.processes.place(), pid: process.pid, start }));
		expect(open().leftovers()).toEqual([]);
	});
});

describe('a lock', () => {
	const write = (holder: object) => writeFileSync(path('lock'), JSON.stringify(holder));
	const own = () => ({ ...deps.processes.place(), ...deps.processes.identify(process.pid), doing: 'edit' });

	it('is held by one, is let go, and counts for nothing once its process is gone', async () => {
		await make();
		const lock = takeLock(path(), 'edit', 'api', deps);
		expect(() => takeLock(path(), 'delete', 'api', deps)).toThrow(
			`The runner api is locked by process ${process.pid}`,
		);
		lock.release();
		expect(existsSync(path('lock'))).toBe(false);
		// A pid that was given to another process.
		write({ ...own(), start: '1' });
		expect(lookAtLock(path(), deps).is).toBe('dead');
		takeLock(path(), 'edit', 'api', deps).release();
		expect(readdirSync(path())).toEqual(['runner.json']);
	});

	it('of a machine that cannot be seen counts for 24 hours after it was refreshed', async () => {
		await make();
		write({ ...own(), host: 'far', boot_id: 'x' });
		expect(lookAtLock(path(), deps)).toMatchObject({ is: 'held', isKnownAlive: false });
		const old = Date.now() / 1000 - 25 * 3600;
		utimesSync(path('lock'), old, old);
		expect(lookAtLock(path(), deps).is).toBe('dead');
	});

	it("that cannot be read is nobody's, unless it is being written; a link stays", async () => {
		await make();
		writeFileSync(path('lock'), '{"pid":');
		const { host, boot_id, pid_namespace } = deps.processes.place();
		const writer = { ...own(), place: [host, boot_id, pid_namespace].join(' ') };
		writeFileSync(path('lock.take'), JSON.stringify(writer));
		expect(lookAtLock(path(), deps).is).toBe('held');
		writeFileSync(path('lock.take'), JSON.stringify({ ...writer, start: '1' }));
		expect(lookAtLock(path(), deps).is).toBe('dead');
		rmSync(path('lock.take'));
		expect(lookAtLock(path(), deps).is).toBe('dead');
		rmSync(path('lock'));
		symlinkSync('/nowhere', path('lock'));
		expect(lookAtLock(path(), deps)).toMatchObject({ is: 'held', holder: null });
	});

	it('that was overridden is not let go by whoever had it', async () => {
		await make();
		const lock = takeLock(path(), 'edit', 'api', deps);
		write({ ...own(), pid: 1, start: deps.processes.identify(1)?.start });
		lock.release();
		expect(existsSync(path('lock'))).toBe(true);
	});
});
