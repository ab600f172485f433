/** The gate that runs inside opencode. Whatever goes wrong, its answer is no. */
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { permissionsOf } from '../../../src/agents/opencode/start/permission-rules.ts';
import { gateOf } from '../../../src/agents/opencode/start/questions.ts';
import { AgentRelay } from '../../../src/agents/opencode/start/relay-plugin.ts';
import { fakeTurnRequest } from '../../helpers/fake-turn-request.ts';

let folder = '';
let server: Server | null = null;
beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), 'relay-gate-'));
});
afterEach(() => {
	server?.close();
	server = null;
	rmSync(folder, { recursive: true, force: true });
});

const request = () =>
	fakeTurnRequest({
		mayAsk: true,
		questionAddress: join(folder, 'socket'),
	});

async function gate() {
	const given = gateOf(request());
	if (given === null) throw new Error('it asks nothing');
	const hooks = await AgentRelay(null, given);
	const { config, 'tool.execute.before': before } = hooks;
	if (config === undefined || before === undefined) throw new Error('there is no gate');
	return { config, before };
}

async function listen(act: (socket: Socket, line: string) => void): Promise<void> {
	const listening = createServer((socket) => {
		socket.on('error', () => undefined);
		socket.once('data', (chunk) => act(socket, chunk.toString()));
	});
	server = listening;
	await new Promise<void>((done) => listening.listen(join(folder, 'socket'), done));
}

async function call(tool: string, args: Record<string, unknown>): Promise<string> {
	const { before } = await gate();
	const given = { tool, callID: 'call_1', sessionID: 'ses_1' };
	return before(given, { args }).then(
		() => 'runs',
		(error: unknown) => (error instanceof Error ? error.message : String(error)),
	);
}

describe('the gate inside opencode', () => {
	it('asks with the call as it is, and lets run what is allowed', async () => {
		const lines: string[] = [];
		await listen((socket, line) => {
			lines.push(line);
			socket.end('{"decision":"allow"}\n');
		});
		expect(await call('bash', { command: 'npm test' })).toBe('runs');
		expect(JSON.parse(lines[0] ?? '')).toMatchObject({
			v: 1,
			dialect: 'opencode',
			hook: { tool: 'bash', callID: 'call_1', sessionID: 'ses_1', args: { command: 'npm test' } },
		});
	});

	it('gives the model the words of a denial', async () => {
		await listen((socket) => socket.end('{"decision":"deny","message":"Not here."}\n'));
		expect(await call('server_tool', {})).toBe('agent-relay did not let this call run. Not here.');
	});

	it.each([
		['closes the connection', ''],
		['says nonsense', 'yes\n'],
		['says half a line', '{"decision":"allow"}'],
		['says another word', '{"decision":"allowed"}\n'],
		['says a list', '["allow"]\n'],
		['says null', 'null\n'],
		['says too much', 'x'.repeat(1_100_000)],
	])('says no where the relay %s', async (_, answer) => {
		await listen((socket) => socket.end(answer));
		expect(await call('bash', { command: 'npm test' })).toContain('could not be asked');
	});

	it('says no without a relay', async () => {
		expect(await call('bash', { command: 'npm test' })).toContain('could not be asked');
	});

	it.each([
		['read', { filePath: '/etc/passwd' }],
		['edit', { filePath: '/repo/a.txt' }],
		['todowrite', {}],
	])('leaves %s to the rules', async (tool, args) => {
		expect(await call(tool, args)).toBe('runs');
	});

	it.each([
		['bash', { command: 'ls', workdir: '/elsewhere' }],
		['bash', { command: 'npm test && touch ../x' }],
		['bash', { command: 'rm -f /tmp/x' }],
		['bash', { command: 'cat ~/x' }],
		['mine', { path: '/repository/x' }],
	])('refuses %s outside the worktree without a question: %o', async (tool, args) => {
		await listen((socket) => socket.end('{"decision":"allow"}\n'));
		expect(await call(tool, args)).toContain('outside the folders');
	});

	it.each(['cat ./a.txt', 'mkdir /repo/..a', 'echo ../x', 'cd sub && touch a.b'])(
		'asks for %s',
		async (command) => {
			await listen((socket) => socket.end('{"decision":"allow"}\n'));
			expect(await call('bash', { command })).toBe('runs');
		},
	);

	it('opens the rules that were closed until it was there, and keeps the rest', async () => {
		const closed = permissionsOf(request(), 'closed');
		expect(closed).toMatchObject({
			'?*': 'deny',
			bash: 'deny',
			webfetch: 'deny',
			task: 'deny',
			edit: 'allow',
		});
		const config = {
			permission: { mine_tool: 'deny', ...closed } as Record<string, unknown>,
			agent: { build: { permission: closed }, explore: { permission: closed }, other: {} },
		};
		await (await gate()).config(config);
		expect(config.permission).toMatchObject({ mine_tool: 'deny', bash: 'allow', external_directory: 'deny' });
		expect(config.permission).not.toHaveProperty(['?*']);
		expect(config.agent.build.permission).toMatchObject({ bash: 'allow', task: { '*': 'deny' } });
		expect(config.agent.explore.permission).toMatchObject({ '?*': 'deny', bash: 'deny' });
		expect(config.agent.other).toEqual({});
	});

	it('only reports where it is given nothing', async () => {
		expect(Object.keys(await AgentRelay(null))).toEqual(['event']);
		expect(Object.keys(await AgentRelay(null, {} as never))).toEqual(['event']);
	});
});
