import {
	chmodSync,
	existsSync,
	mkdirSync,
	mkdtempSync,
	readFileSync,
	rmSync,
	symlinkSync,
	writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeDemoFolder, removeDeadDemos } from '../../src/commands/demo/demo-folders.ts';
import { createProcessTable } from '../../src/core/processes/create-process-table.ts';

const processes = createProcessTable();
let temporary: string;

beforeEach(() => {
	temporary = mkdtempSync(join(tmpdir(), 'relay-demos-'));
});
afterEach(() => rmSync(temporary, { recursive: true, force: true }));

const make = (isKept = false) => makeDemoFolder(temporary, isKept, processes);

/** As if another process had made it. */
function changeOwner(folder: string, change: object): string {
	const path = join(folder, 'demo.json');
	writeFileSync(path, JSON.stringify({ ...JSON.parse(readFileSync(path, 'utf8')), ...change }));
	return folder;
}

const isSwept = (folder: string) => {
	removeDeadDemos(temporary, processes);
	return !existsSync(folder);
};

describe('what a killed demo left', () => {
	it('goes when its process is gone, or its boot', () => {
		expect(isSwept(changeOwner(make(), { pid_start: '1' }))).toBe(true);
		expect(isSwept(changeOwner(make(), { boot_id: 'of-another-boot' }))).toBe(true);
	});

	it('stays while it may be in use, when it was kept, and where it cannot be judged', () => {
		const folders = [
			make(),
			changeOwner(make(true), { pid_start: '1' }),
			changeOwner(make(), { host: 'elsewhere', boot_id: 'of-another-boot' }),
			changeOwner(make(), { pid: 'one' }),
		];
		for (const folder of folders) expect(isSwept(folder)).toBe(false);
	});

	it('is only what a demo of this user made', () => {
		const open = changeOwner(make(), { pid_start: '1' });
		chmodSync(open, 0o777);
		const foreign = join(temporary, 'agent-relay-demo-notes');
		mkdirSync(foreign);
		writeFileSync(join(foreign, 'notes.txt'), 'mine');
		const target = changeOwner(make(true), { is_kept: false, pid_start: '1' });
		const elsewhere = mkdtempSync(join(tmpdir(), 'relay-demos-'));
		symlinkSync(target, join(elsewhere, 'agent-relay-demo-link'));
		removeDeadDemos(elsewhere, processes);
		expect(existsSync(target)).toBe(true);
		rmSync(elsewhere, { recursive: true });
		expect(isSwept(open)).toBe(false);
		expect(existsSync(foreign)).toBe(true);
	});
});
