import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openOneLineServer } from '../../../src/core/processes/one-line-server.ts';

let folder: string;
beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), 'one-line-server-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const OPTIONS = { maxConnections: 2, maxLineBytes: 100 };

describe('a socket that takes one line', () => {
	it("is the user's alone, answers a line, and is gone after its end", async () => {
		const path = join(folder, 'socket');
		const server = openOneLineServer(path, {
			...OPTIONS,
			onLine: (line, peer) => peer.end(`${line.toUpperCase()}\n`),
		});
		await server.listening;
		expect(statSync(path).mode & 0o777).toBe(0o600);
		expect(await ask(path, 'hello\n')).toBe('HELLO\n');
		server.close();
		expect(existsSync(path)).toBe(false);
	});

	it("rejects where it cannot be made the user's alone, and then takes nothing", async () => {
		const path = join(folder, 'socket');
		const lines: string[] = [];
		const server = openOneLineServer(path, { ...OPTIONS, onLine: (line) => lines.push(line) });
		// It is bound by now, and made the user's alone on the next tick.
		rmSync(path);
		await expect(server.listening).rejects.toMatchObject({ code: 'ENOENT', syscall: 'chmod' });
		server.close();
		await expect(ask(path, 'hello\n')).rejects.toMatchObject({ code: 'ENOENT' });
		expect(lines).toEqual([]);
	});

	it('rejects where the path is taken, and leaves what is there alone', async () => {
		const path = join(folder, 'socket');
		const first = openOneLineServer(path, { ...OPTIONS, onLine: (line, peer) => peer.end(line) });
		await first.listening;
		const second = openOneLineServer(path, { ...OPTIONS, onLine: () => undefined });
		await expect(second.listening).rejects.toMatchObject({ code: 'EADDRINUSE' });
		second.close();
		expect(await ask(path, 'still there\n')).toBe('still there');
		first.close();
	});
});

function ask(path: string, text: string): Promise<string> {
	return new Promise((resolve, reject) => {
		let answer = '';
		const socket = connect(path, () => socket.write(text));
		socket.on('data', (bytes) => {
			answer += bytes;
		});
		socket.on('error', reject);
		socket.on('end', () => resolve(answer));
	});
}
