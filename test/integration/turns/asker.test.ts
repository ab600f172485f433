/** `bin/ask.js`: the program that an agent's CLI starts to ask. Whatever goes wrong, its answer is no. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createProcessTable } from '../../../src/core/processes/create-process-table.ts';
import { until } from '../../helpers/patience.ts';

const ASKER = resolve(import.meta.dirname, '../../../bin/ask.js');
const processes = createProcessTable();
const isRunning = (pid: number) => processes.identify(pid) !== null;
const HOOK = JSON.stringify({ hook_event_name: 'PermissionRequest', tool_name: 'Bash' });

let folder = '';
let server: Server | null = null;
beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), 'relay-asker-'));
});
afterEach(() => {
	server?.close();
	server = null;
	rmSync(folder, { recursive: true, force: true });
});

/** A relay that does this with what it is asked. */
async function listen(act: (socket: Socket, line: string) => void): Promise<string> {
	const path = join(folder, 'socket');
	const listening = createServer((socket) => {
		socket.on('error', () => undefined);
		socket.once('data', (chunk) => act(socket, chunk.toString()));
	});
	server = listening;
	await new Promise<void>((done) => listening.listen(path, done));
	return path;
}

function ask(address: string | null, input = HOOK) {
	const { AGENT_RELAY_ASK: _, ...env } = process.env;
	const child = spawn(process.execPath, [ASKER, 'claude'], {
		env: { ...env, ...(address === null ? {} : { AGENT_RELAY_ASK: address }) },
	});
	let stdout = '';
	child.stdout.on('data', (chunk) => {
		stdout += chunk;
	});
	child.stdin.on('error', () => undefined);
	child.stdin.end(input);
	return new Promise<{ code: number | null; decision: { behavior: string; message?: string } }>((done) =>
		child.on('close', (code) => {
			const { hookSpecificOutput } = JSON.parse(stdout || '{"hookSpecificOutput":{}}');
			done({ code, decision: hookSpecificOutput.decision });
		}),
	);
}

describe('the asker', () => {
	it('hands over the hook as it is, and prints what the relay allows', async () => {
		const lines: string[] = [];
		const path = await listen((socket, line) => {
			lines.push(line);
			socket.end('{"decision":"allow"}\n');
		});
		expect(await ask(path)).toEqual({ code: 0, decision: { behavior: 'allow' } });
		expect(JSON.parse(lines[0] ?? '')).toMatchObject({ v: 1, dialect: 'claude', hook: JSON.parse(HOOK) });
	});

	it('prints the words of a denial', async () => {
		const path = await listen((socket) => socket.end('{"decision":"deny","message":"Not here."}\n'));
		expect((await ask(path)).decision).toEqual({ behavior: 'deny', message: 'Not here.' });
	});

	it.each([
		['closes the connection', ''],
		['says nonsense', 'yes\n'],
		['says half a line', '{"decision":"allow"}'],
		['says another word', '{"decision":"allowed"}\n'],
		['says a list', '["allow"]\n'],
		['says null', 'null\n'],
		['says too much', `"${'x'.repeat(1_100_000)}`],
	])('says no where the relay %s', async (_, answer) => {
		const path = await listen((socket) => socket.end(answer));
		expect(await ask(path)).toMatchObject({ code: 0, decision: { behavior: 'deny' } });
	});

	it.each([
		['no address', null, HOOK],
		['no socket', 'missing', HOOK],
		['a question that is no JSON', 'missing', 'x'],
		['an empty question', 'missing', ''],
		['a question of two megabytes', 'missing', JSON.stringify({ text: 'x'.repeat(2_000_000) })],
	])('says no with %s', async (_, name, input) => {
		const path = name === null ? null : join(folder, name);
		expect(await ask(path, input)).toMatchObject({ code: 0, decision: { behavior: 'deny' } });
	});

	it('ends when the CLI that started it has gone', async () => {
		let asker = 0;
		const asked = new Promise<void>((done) => {
			void listen((_, line) => {
				asker = JSON.parse(line).pid;
				done();
			});
		});
		const shell = spawn(
			'/bin/sh',
			['-c', `printf '%s' '${HOOK}' | '${process.execPath}' '${ASKER}' claude; :`],
			{
				env: { ...process.env, AGENT_RELAY_ASK: join(folder, 'socket') },
				stdio: 'ignore',
			},
		);
		await asked;
		expect(isRunning(asker)).toBe(true);
		shell.kill('SIGKILL');
		await until(() => !isRunning(asker), 'the asker to end');
	});
});
