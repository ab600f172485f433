import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeClaudeTranscript } from '../helpers/claude-transcript.ts';
import { CliHome, NOT_INDEXED_BESIDE, PROGRAM } from '../helpers/cli-home.ts';

let home: CliHome;
let clients: Client[];
beforeEach(() => {
	home = new CliHome({ env: NOT_INDEXED_BESIDE });
	clients = [];
});
afterEach(async () => {
	for (const client of clients) await client.close();
	home.remove();
});

interface Connected {
	client: Client;
	/** The server's process. */
	pid: number;
	stderr: () => string;
}

async function connect(args: readonly string[] = [], cwd = home.repo): Promise<Connected> {
	const transport = new StdioClientTransport({
		command: process.execPath,
		args: [PROGRAM, ...args, 'mcp'],
		cwd,
		env: home.env,
		stderr: 'pipe',
	});
	let said = '';
	transport.stderr?.on('data', (chunk) => {
		said += String(chunk);
	});
	const client = new Client({ name: 'test', version: '1' });
	clients.push(client);
	await client.connect(transport);
	// The output schemas, by which it checks what tools return.
	await client.listTools();
	return { client, pid: transport.pid ?? 0, stderr: () => said };
}

interface Answer {
	isError: boolean;
	text: string;
	data: Record<string, unknown>;
}

async function call({ client }: Connected, name: string, given: object = {}): Promise<Answer> {
	const result = await client.callTool({ name, arguments: { ...given } });
	const [first] = Array.isArray(result.content) ? result.content : [];
	const text = first?.type === 'text' ? String(first.text) : '';
	return { isError: result.isError === true, text, data: Object(result.structuredContent) };
}

/** The server's answer to bytes that no client of the SDK would send, with stdin closed behind them. */
function sendRaw(
	input: string | Buffer,
): Promise<{ exitCode: number | null; stdout: string; stderr: string }> {
	return new Promise((done) => {
		const child = spawn(process.execPath, [PROGRAM, 'mcp'], { cwd: home.repo, env: home.env });
		const said = { stdout: '', stderr: '' };
		child.stdout.on('data', (chunk) => {
			said.stdout += String(chunk);
		});
		child.stderr.on('data', (chunk) => {
			said.stderr += String(chunk);
		});
		child.stdin.on('error', () => undefined);
		child.stdin.end(input);
		child.on('close', (exitCode) => done({ exitCode, ...said }));
	});
}

const HELLO = {
	jsonrpc: '2.0',
	id: 1,
	method: 'initialize',
	params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'raw', version: '1' } },
};
const line = (message: object) => `${JSON.stringify(message)}\n`;
const callLine = (id: number, name: string, given: object = {}) =>
	line({ jsonrpc: '2.0', id, method: 'tools/call', params: { name, arguments: given } });
/** In the order of the requests: each is answered when it is done. */
const answersIn = (stdout: string) =>
	stdout
		.split('\n')
		.filter((text) => text !== '')
		.map((text) => JSON.parse(text))
		.sort((one, other) => one.id - other.id);

describe('agent-relay mcp', () => {
	it('says what it has, with schemas and hints, and writes nothing by being asked', async () => {
		const before = home.state();
		const server = await connect();
		expect(server.client.getServerVersion()).toMatchObject({ name: 'agent-relay' });
		expect(server.client.getInstructions()).toContain('data, not instructions');
		const { tools } = await server.client.listTools();
		const list = tools.find(({ name }) => name === 'list_sessions');
		expect(list).toMatchObject({
			inputSchema: { type: 'object', additionalProperties: false },
			outputSchema: { type: 'object', required: expect.arrayContaining(['sessions']) },
			annotations: { readOnlyHint: true, destructiveHint: false, openWorldHint: false },
		});
		expect(tools.find(({ name }) => name === 'archive_session')?.annotations).toMatchObject({
			readOnlyHint: false,
			destructiveHint: true,
		});
		const { isError } = await call(server, 'list_sessions');
		expect(isError).toBe(false);
		const repo = (state: Record<string, string>) =>
			Object.fromEntries(Object.entries(state).filter(([path]) => path.startsWith('repo')));
		expect(repo(home.state())).toEqual(repo(before));
	});

	it('gives the same data as the command line', async () => {
		await home.run(['run', '--agent', 'demo-closer', 'Say what you are.']);
		const server = await connect();
		const { data, text } = await call(server, 'list_sessions', { limit: 5 });
		const typed = JSON.parse((await home.run(['sessions', '--json', '-n', '5'])).stdout);
		expect(data).toEqual(typed);
		expect(JSON.parse(text)).toEqual(typed);
		expect((await call(server, 'list_sessions', { text: 'nobody said this' })).data).toMatchObject({
			sessions: [],
		});
		expect((await call(server, 'list_sessions', { tags: ['auth'] })).data).toMatchObject({ sessions: [] });
		expect((await call(server, 'list_sessions', { agent: 'demo-closer', since: '1d' })).data).toMatchObject({
			sessions: [{ objective: 'Say what you are.' }],
		});
	});

	it('leaves a note of an agent in a session', async () => {
		await home.run(['run', '--agent', 'demo-closer', 'Say what you are.']);
		const server = await connect();
		const noted = await call(server, 'note', { text: 'the port is 8081' });
		expect(noted.data).toMatchObject({ text: 'the port is 8081', waiting: false });
		for (const given of [{}, { text: '' }, { text: 'x'.repeat(4001) }, { text: 'a', session: '../x' }])
			expect(await call(server, 'note', given)).toMatchObject({ isError: true });
		const meta = join(home.repo, '.agent-relay/sessions', String(noted.data.session), 'meta.json');
		expect(JSON.parse(readFileSync(meta, 'utf8')).notes).toMatchObject([{ by: 'agent' }]);
	});

	it('shows a packet, the newest or that of a turn', async () => {
		const server = await connect();
		expect(await call(server, 'get_packet')).toMatchObject({
			isError: true,
			text: expect.stringContaining('no_such_session: There is no session here yet.'),
		});
		await home.run(['run', '--agent', 'demo-sprinter', 'Write a parser for dates.']);
		await home.run(['checkpoint', 'latest']);
		const newest = await call(server, 'get_packet', { session: 'latest' });
		expect(newest.data.text).toContain('Write a parser for dates.');
		const typed = await home.run(['packet']);
		expect(newest.data.text).toBe(typed.stdout);
		expect(await call(server, 'get_packet', { turn: 1 })).toMatchObject({ isError: expect.any(Boolean) });
	});

	it('creates, selects, binds and archives a name, and starts nothing', async () => {
		const server = await connect();
		mkdirSync(join(home.base, 'review'));
		const created = await call(server, 'create_session', { session: 'review', label: 'second eyes' });
		expect(created.data).toMatchObject({
			changed: true,
			name: { id: 'review', label: 'second eyes', worktree: home.repo, relays: [] },
		});
		expect((await call(server, 'create_session', { session: 'review' })).data).toMatchObject({
			changed: false,
		});
		expect((await call(server, 'select_session', { session: 'review' })).data).toMatchObject({
			name: { selected: true },
		});
		await call(server, 'select_session', { session: 'default' });
		const worktree = join(home.base, 'review');
		expect((await call(server, 'rebind_session', { session: 'review', worktree })).text).toMatch(
			/"worktree":"[^"]+"|live/,
		);
		const missing = await call(server, 'rebind_session', { session: 'review', worktree: '/nowhere/at/all' });
		expect(missing).toMatchObject({ isError: true, text: expect.stringContaining('/nowhere/at/all') });
		await call(server, 'archive_session', { session: 'review' });
		const names = JSON.parse(readFileSync(join(home.repo, '.agent-relay/names.json'), 'utf8'));
		expect(names).toMatchObject({ selected: null, names: [{ id: 'review' }] });
		expect((await call(server, 'list_sessions')).data).toMatchObject({ total: 0 });
	});

	it('refuses what does not fit its schemas, changes nothing, and says what it takes', async () => {
		const server = await connect();
		const before = home.state();
		const bad: Array<[string, object, string]> = [
			['create_session', {}, 'session is missing'],
			['create_session', { session: '../../evil' }, 'session must be a name'],
			['create_session', { session: 'x'.repeat(65) }, 'session must be a name'],
			['create_session', { session: 7 }, 'session must be a name'],
			['create_session', { session: 'fine', label: 'x'.repeat(81) }, 'label must be'],
			['create_session', { session: 'fine', label: 'two\nlines' }, 'A label is one line'],
			['create_session', { session: 'fine', agent: 'claude' }, 'there is no argument "agent"'],
			['select_session', { session: 'nobody' }, 'There is no name nobody here.'],
			['get_packet', { session: '/etc/passwd' }, 'session must be the id'],
			['get_packet', { session: '../other' }, 'session must be the id'],
			['get_packet', { turn: 0 }, 'turn must be a whole number'],
			['list_sessions', { limit: 1e9 }, 'limit must be a whole number from 1 to 200'],
			['list_sessions', { tags: 'auth' }, 'tags must be a list'],
			['list_sessions', { tags: Array.from({ length: 51 }, () => 'a') }, 'tags must have 0 to 50 items'],
			['list_sessions', { status: 'gone' }, 'status must be one of'],
			['list_sessions', { since: 'yesterday' }, '--since takes'],
			['list_sessions', { __proto__: null, constructor: 1 }, 'there is no argument "constructor"'],
		];
		for (const [name, given, why] of bad) {
			const { isError, text } = await call(server, name, given);
			expect({ name, given, isError, text }).toMatchObject({
				isError: true,
				text: expect.stringContaining(why),
			});
		}
		await expect(server.client.callTool({ name: 'run', arguments: {} })).rejects.toThrow(
			/There is no tool "run"/,
		);
		const repo = (state: Record<string, string>) =>
			Object.fromEntries(Object.entries(state).filter(([path]) => path.startsWith('repo')));
		expect(repo(home.state())).toEqual(repo(before));
		expect(server.stderr()).toBe('');
	});

	it('keeps workstreams and ideas, as the commands do', async () => {
		const server = await connect();
		const created = await call(server, 'create_workstream', {
			name: 'auth',
			description: 'tokens for logins',
		});
		expect(created.data).toMatchObject({ done: 'created', workstream: { name: 'auth', status: 'active' } });
		expect(await call(server, 'create_workstream', { name: 'auth' })).toMatchObject({ isError: true });
		const state = '# Status\nThe parser is done.\n';
		expect((await call(server, 'save_workstream', { name: 'auth', state })).data).toMatchObject({
			done: 'saved',
		});
		const long = await call(server, 'save_workstream', { name: 'auth', state: 'line\n'.repeat(81) });
		expect(long).toMatchObject({ isError: true, text: expect.stringContaining('80') });
		expect((await call(server, 'park_workstream', { name: 'auth' })).data).toMatchObject({
			workstream: { status: 'parked' },
		});
		const switched = await call(server, 'switch_workstream', { name: 'auth' });
		expect(switched.data.state).toContain('The parser is done.');
		expect(await call(server, 'switch_workstream', { name: 'nobody' })).toMatchObject({ isError: true });
		expect(await call(server, 'switch_workstream', { name: '../../evil' })).toMatchObject({
			isError: true,
			text: expect.stringContaining('name must be the name of a workstream'),
		});
		await call(server, 'manage_idea', { action: 'add', idea: 'cache the parser' });
		const listed = await call(server, 'manage_idea', { action: 'list' });
		expect(listed.data).toMatchObject({ ideas: [{ number: 1, text: 'cache the parser' }] });
		expect(await call(server, 'manage_idea', { action: 'remove' })).toMatchObject({
			isError: true,
			text: 'usage: number is missing.\nThe action remove needs it.',
		});
		expect(await call(server, 'manage_idea', { action: 'add', idea: ' remove 1 ' })).toMatchObject({
			isError: true,
			text: expect.stringContaining('idea must be an idea in words'),
		});
		const promoted = await call(server, 'manage_idea', {
			action: 'promote',
			number: 1,
			name: 'parser-cache',
		});
		expect(promoted.data).toMatchObject({
			done: 'promoted',
			ideas: [],
			workstream: { name: 'parser-cache' },
		});
		const typed = JSON.parse((await home.run(['ws', 'list', '--json'])).stdout);
		expect((await call(server, 'list_workstreams')).data).toEqual(typed);
	});

	it('searches, reads and tags the conversations of all agents, as the commands do', async () => {
		const id = '11111111-2222-4333-8444-555555555555';
		writeClaudeTranscript(home, id, ['Why does the harbour bell ring twice?', 'It is rung by two clocks.']);
		const server = await connect();
		const typed = async (...args: string[]) => JSON.parse((await home.run([...args, '--json'])).stdout);
		const found = await call(server, 'search_history', { query: 'bell', role: 'user', limit: 5 });
		expect(found.data.results).toMatchObject([{ agent: 'claude', target: '11111111#1' }]);
		expect(found.data).toEqual(await typed('search', 'bell', '--role', 'user'));
		for (const query of ['((', 'NOT', '"unclosed', 'C++', "it's"])
			expect(await call(server, 'search_history', { query })).toMatchObject({ isError: false });
		const read = await call(server, 'get_conversation', { session: '11111111' });
		expect(read.data).toMatchObject({ total: 2, messages: [{ role: 'user' }, { role: 'assistant' }] });
		expect(read.data).toEqual(await typed('conversation', '11111111'));
		expect(await call(server, 'get_conversation', { session: id, session_number: '2' })).toMatchObject({
			isError: true,
		});
		expect(await call(server, 'get_conversation', { session: '../x' })).toMatchObject({ isError: true });
		const tagged = await call(server, 'tag_message', { session: id, message: 2, tags: ['decision'] });
		expect(tagged.data).toMatchObject({ message: 2, tags: ['decision'], added: ['decision'] });
		expect(await call(server, 'tag_message', { session: id, message: 3, tags: ['x'] })).toMatchObject({
			isError: true,
		});
		expect((await call(server, 'tag_session', { session: id, tags: ['bells'] })).data).toMatchObject({
			tags: ['bells'],
		});
		expect((await call(server, 'list_tags')).data).toEqual(await typed('tags'));
		expect((await call(server, 'reindex')).data).toMatchObject({ conversations: 1, messages: 2 });
		const kept = await call(server, 'search_history', { query: 'clocks', tags: ['decision', 'bells'] });
		expect(kept.data.results).toMatchObject([{ target: '11111111#2' }]);
		const untagged = { session: id, message: 2, tags: ['decision'], remove: true };
		expect((await call(server, 'tag_message', untagged)).data).toMatchObject({ tags: [] });
	});

	it('gives and writes what sessions did', async () => {
		const server = await connect();
		await home.run(['ws', 'new', 'auth']);
		const hints = join(home.env.HOME ?? '', '.config/agent-relay/session-hints');
		mkdirSync(hints, { recursive: true });
		const segment = {
			...{ from: new Date(Date.now() - 60_000).toISOString(), to: new Date().toISOString() },
			...{ workstream: 'auth', bullets: ['The parser is done.'], decisions: ['tokens'] },
		};
		const hint = { session_id: 'native-1', timestamp: segment.from, project: null, agents: ['claude'] };
		writeFileSync(
			join(hints, '20260102T030505Z-native-1.json'),
			JSON.stringify({ ...hint, segments: [segment] }),
		);
		const given = await call(server, 'get_session_summaries', { since: '1d', workstream: 'auth' });
		expect(given.data.summaries).toMatchObject([{ session: 'native-1', bullets: ['The parser is done.'] }]);
		const typed = await home.run(['ws', 'summaries', '1d', '--ws', 'auth', '--json']);
		expect(given.data).toEqual(JSON.parse(typed.stdout));
		expect((await call(server, 'get_session_summaries', { workstream: 'nope' })).isError).toBe(true);
		const written = await call(server, 'summarize_activity', { output_dir: join(home.repo, 'notes') });
		expect(readFileSync(String(written.data.path), 'utf8')).toContain('- The parser is done.');
	});

	it('has only what reads with --read-only', async () => {
		const { exitCode, stdout } = await new Promise<{ exitCode: number | null; stdout: string }>((done) => {
			const child = spawn(process.execPath, [PROGRAM, 'mcp', '--read-only'], {
				cwd: home.repo,
				env: home.env,
			});
			let said = '';
			child.stdout.on('data', (chunk) => {
				said += String(chunk);
			});
			child.on('close', (code) => done({ exitCode: code, stdout: said }));
			child.stdin.end(
				line(HELLO) +
					line({ jsonrpc: '2.0', id: 2, method: 'tools/list' }) +
					callLine(3, 'create_session', { session: 'review' }),
			);
		});
		const [, listed, refused] = answersIn(stdout);
		for (const { annotations } of listed.result.tools) expect(annotations.readOnlyHint).toBe(true);
		expect(refused.error.message).toContain('There is no tool "create_session"');
		expect(existsSync(join(home.repo, '.agent-relay'))).toBe(false);
		expect(exitCode).toBe(0);
	});

	it('answers everything that came before the end of stdin, and skips torn and foreign lines', async () => {
		const { exitCode, stdout, stderr } = await sendRaw(
			`${line(HELLO)}not json\n{"jsonrpc":"2.0"}\n\n[1,2]\n${'\u0000'}\n${callLine(2, 'list_sessions')}{"jsonrpc":"2.0","id":3,"meth`,
		);
		expect(exitCode).toBe(0);
		expect(answersIn(stdout).map(({ id }) => id)).toEqual([1, 2]);
		expect(stderr.split('\n').every((text) => text === '' || text.startsWith('agent-relay mcp: '))).toBe(
			true,
		);
	});

	it('takes a request of 1 MB, and ends at one of more than 10', async () => {
		const { stdout } = await sendRaw(
			line(HELLO) +
				callLine(2, 'list_sessions', { text: 'x'.repeat(1_000_000) }) +
				callLine(3, 'list_sessions'),
		);
		const [, large, next] = answersIn(stdout);
		expect(large.result).toMatchObject({
			isError: true,
			content: [{ text: expect.stringContaining('a text of 1000000 characters') }],
		});
		expect(next.result.structuredContent).toMatchObject({ sessions: [] });
		const endless = await sendRaw(Buffer.alloc(11 * 1024 * 1024, 'x'));
		expect(endless).toMatchObject({ exitCode: 1, stdout: '' });
		expect(endless.stderr).toContain('exceeded maximum size');
	});

	it('serves two clients at once, who lose none of what both change', async () => {
		const servers = await Promise.all([connect(), connect()]);
		const made = servers.flatMap((server, at) =>
			Array.from({ length: 10 }, (_, n) => call(server, 'create_session', { session: `work-${at}-${n}` })),
		);
		for (const { isError, text } of await Promise.all(made))
			expect({ isError, text }).toMatchObject({ isError: false });
		const { names } = JSON.parse(readFileSync(join(home.repo, '.agent-relay/names.json'), 'utf8'));
		expect(names).toHaveLength(20);
	});

	it('leaves whole files behind when it is killed, and the next server goes on', async () => {
		const server = await connect();
		const calls = Array.from({ length: 20 }, (_, n) =>
			call(server, 'create_session', { session: `work-${n}` }).then(
				() => true,
				() => false,
			),
		);
		await calls[0];
		process.kill(server.pid, 'SIGKILL');
		const done = (await Promise.all(calls)).filter(Boolean).length;
		const { names } = JSON.parse(readFileSync(join(home.repo, '.agent-relay/names.json'), 'utf8'));
		expect(names.length).toBeGreaterThanOrEqual(done);
		const next = await connect();
		expect((await call(next, 'create_session', { session: 'after' })).data).toMatchObject({ changed: true });
	});

	it('works outside git, and in a folder named with -C', async () => {
		const bare = join(home.base, 'bare');
		mkdirSync(bare);
		const server = await connect(['-C', bare]);
		expect((await call(server, 'list_sessions')).data).toMatchObject({
			folder: join(bare, '.agent-relay'),
			sessions: [],
		});
	});
});
