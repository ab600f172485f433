import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { writePacket } from '../../../src/handoff/write-packet.ts';

const folders: string[] = [];
afterEach(() => {
	for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

const packet = { markdown: 'This is ü\n', json: '{}\n', nowPrompt: null, hasWholePrompt: true };

function temporaryFolder(): string {
	const folder = mkdtempSync(join(tmpdir(), 'packet-'));
	folders.push(folder);
	return folder;
}

const holder = (folder: string) => ({ writableFolder: () => folder, wayTo: (path: string) => path });

describe('writePacket', () => {
	it('writes both files for their owner only and says where, how large and with which hash', async () => {
		const folder = temporaryFolder();
		const written = await writePacket(holder(folder), 7, { from: 'claude', to: '../evil' }, packet);
		expect(readdirSync(folder)).toEqual(['resume']);
		expect(readdirSync(join(folder, 'resume'))).toHaveLength(2);
		expect(written.path).toMatch(/^resume\/007-claude-[^/]*evil\.md$/);
		const bytes = readFileSync(join(folder, written.path));
		expect(written).toMatchObject({
			bytes: bytes.length,
			sha256: createHash('sha256').update(bytes).digest('hex'),
		});
		expect(statSync(join(folder, written.path)).mode & 0o777).toBe(0o600);
	});

	it('leaves nothing behind when the folder cannot be written', async () => {
		const folder = temporaryFolder();
		mkdirSync(join(folder, 'blocker'));
		writeFileSync(join(folder, 'resume'), 'a file stands in the way');
		await expect(writePacket(holder(folder), 1, { from: 'a', to: 'b' }, packet)).rejects.toThrow();
		expect(readdirSync(folder).sort()).toEqual(['blocker', 'resume']);
	});
});
