/** A real CLI that is known only by the documented lines of config: Qwen Code, with its model on loopback. */
import { existsSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ConfigAgents, documentedAgent } from '../helpers/config-agents.ts';
import { AGENTS_BIN } from './harness/installed-agents.ts';

type Reply =
	| { status: number; error?: object }
	| { text: string }
	| { tool: string; input: Record<string, unknown> };

/** Speaks the chat completions that Qwen Code asks for; answers in order, the last one again and again. */
class ChatModel {
	readonly replies: Reply[] = [];
	/** Bodies of the requests. */
	readonly requests: string[] = [];
	readonly #server: Server;

	constructor() {
		this.#server = createServer((request, response) => {
			const chunks: Buffer[] = [];
			request.on('data', (chunk: Buffer) => chunks.push(chunk));
			request.on('end', () => {
				this.requests.push(Buffer.concat(chunks).toString());
				const reply = this.replies.length > 1 ? this.replies.shift() : this.replies[0];
				if (reply === undefined || 'status' in reply) {
					response.writeHead(reply?.status ?? 404, { 'content-type': 'application/json' });
					const error = reply?.error ?? { message: 'no credit left', type: 'billing' };
					response.end(JSON.stringify({ error }));
					return;
				}
				response.writeHead(200, { 'content-type': 'text/event-stream' });
				for (const choice of choicesOf(reply)) response.write(`data: ${JSON.stringify(chunkOf(choice))}\n\n`);
				response.end('data: [DONE]\n\n');
			});
		});
	}

	async listen(): Promise<number> {
		await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
		const address = this.#server.address();
		return typeof address === 'object' && address !== null ? address.port : 0;
	}

	close(): Promise<void> {
		this.#server.closeAllConnections();
		return new Promise((resolve) => this.#server.close(() => resolve()));
	}
}

function choicesOf(reply: Exclude<Reply, { status: number }>) {
	if ('text' in reply)
		return [
			{ delta: { role: 'assistant', content: reply.text }, finish_reason: null },
			{ delta: {}, finish_reason: 'stop' },
		];
	const call = { name: reply.tool, arguments: JSON.stringify(reply.input) };
	const tool_calls = [{ index: 0, id: 'call_1', type: 'function', function: call }];
	return [
		{ delta: { role: 'assistant', tool_calls }, finish_reason: null },
		{ delta: {}, finish_reason: 'tool_calls' },
	];
}

function chunkOf(choice: { delta: object; finish_reason: string | null }) {
	const usage = { prompt_tokens: 10, completion_tokens: 4, total_tokens: 14 };
	return {
		id: 'c',
		object: 'chat.completion.chunk',
		created: 1,
		model: 'mock',
		choices: [{ index: 0, ...choice }],
		...(choice.finish_reason === null ? {} : { usage }),
	};
}

describe.skipIf(!existsSync(join(AGENTS_BIN, 'qwen')))('Qwen Code by its documented config', () => {
	let model: ChatModel;
	let bench: ConfigAgents;
	beforeEach(async () => {
		model = new ChatModel();
		bench = new ConfigAgents({
			PATH: [AGENTS_BIN, process.execPath.replace(/\/node$/, ''), '/usr/local/bin:/usr/bin:/bin'].join(':'),
			OPENAI_API_KEY: 'key-of-the-test',
			OPENAI_BASE_URL: `http://127.0.0.1:${await model.listen()}/v1`,
			OPENAI_MODEL: 'mock',
		});
	});
	afterEach(async () => {
		await bench.dispose();
		await model.close();
	});

	it('edits a file, tells its tool call, and takes its conversation up again', async () => {
		bench.configure(documentedAgent('qwen'));
		const relay = await bench.open({ agent: 'qwen' });
		const path = join(bench.repo, 'made.txt');
		model.replies.push(
			{ tool: 'write_file', input: { file_path: path, content: 'by qwen\n' } },
			{ text: 'I wrote it.' },
		);
		const first = await bench.send(relay, 'Write made.txt');
		expect(first.state).toMatchObject({
			status: 'completed',
			model: 'mock',
			tools: [{ name: 'write_file', kind: 'edit', status: 'ok', paths: [path] }],
			files: [{ path: 'made.txt', change: 'added' }],
		});
		expect(first.state?.tokens.input).toBeGreaterThan(0);
		expect(first.text).toContain('I wrote it.');
		expect(bench.read('made.txt')).toBe('by qwen\n');

		const second = await bench.send(relay, 'And now?');
		expect(second.state).toMatchObject({
			status: 'completed',
			resumed: true,
			native_session_id: first.state?.native_session_id,
		});
		expect(model.requests.at(-1)).toContain('Write made.txt');
	});

	/** The courier takes over from qwen, for which every request is refused. */
	async function handOver(reply: Reply, qwen = documentedAgent('qwen')) {
		bench.install('courier', 'json-lines-agent.mjs');
		const program = `[agents.courier]\nexecutable = "${join(bench.bin, 'courier')}"\n`;
		const courier = documentedAgent('courier').replace('[agents.courier]\n', program);
		bench.configure(`[agents]\norder = ["qwen", "courier"]\n${qwen}\n${courier}`);
		model.replies.push(reply);
		const relay = await bench.open();
		const { outcome, state } = await bench.send(relay, 'Write a poem.');
		expect({ outcome, agent: state?.agent }).toEqual({ outcome: 'completed', agent: 'courier' });
		expect(bench.sent(relay, 2)).toContain('Write a poem.');
		return relay.view.turns()[0];
	}

	it.each([
		[402, undefined],
		[403, { message: 'user quota is not enough, please recharge', code: 'insufficient_user_quota' }],
	])('hands over at once when its credit is used up, told by %i', async (status, error) => {
		expect(await handOver({ status, ...(error && { error }) })).toMatchObject({
			agent: 'qwen',
			status: 'limited',
			limit: {
				kind: 'billing',
				source: { channel: 'event', rule: expect.stringMatching(/^qwen:limit_fields\.error\.message\./) },
			},
		});
	});

	it('hands over on a 429 that it retries in silence', async () => {
		const error = { message: 'Rate limit reached for requests', code: 'rate_limit_exceeded' };
		// Less than the documented minute, so that the test need not wait for it; longer than the CLI's own start.
		const qwen = documentedAgent('qwen').replace('silence_s = 60', 'silence_s = 30');
		const limited = await handOver({ status: 429, error }, qwen);
		expect(model.requests.length).toBeGreaterThan(1);
		expect(limited).toMatchObject({
			agent: 'qwen',
			status: 'limited',
			limit: { kind: 'overloaded', confidence: 'estimated', source: { channel: 'silence' } },
		});
	});
});
