/**
 * The model's side of a test, on loopback: answers are scripted per agent and taken in order, every request is kept. It
 * knows nothing of the relay. A request that no script covers gets a short answer, so that a surplus one is seen in
 * `requests` and not as a hanging test.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { type Answer, say } from './answers.ts';
import { streamAnthropic } from './anthropic-stream.ts';
import { streamChat } from './chat-stream.ts';
import { streamGoogle } from './google-stream.ts';
import { streamResponses } from './responses-stream.ts';

const DIALECTS = ['claude', 'codex', 'copilot', 'gemini', 'opencode'] as const;
/** Named for the agent that speaks it here. */
type Dialect = (typeof DIALECTS)[number];

const STREAMS = {
	claude: streamAnthropic,
	codex: streamResponses,
	copilot: streamChat,
	gemini: streamGoogle,
	opencode: streamChat,
} as const;

export interface ModelRequest {
	agent: Dialect;
	/** Epoch ms. */
	at: number;
	/** The key or token that it came with; '' for none. */
	login: string;
	body: Record<string, unknown>;
	/** The whole body as text. */
	raw: string;
	/** Texts with the role user, in order; tool results and what Copilot CLI says of its own tools left out. */
	userTexts: string[];
}

export interface ModelServer {
	port: number;
	/** Requests of the main conversation, in order; side requests (titles, token counts) are left out. */
	requests: ModelRequest[];
	of(agent: Dialect): ModelRequest[];
	/** Answers to the next requests of this agent. */
	script(agent: Dialect, ...answers: Answer[]): void;
	/** The same for conversations that begin with these words, as those of a sub-agent do with its prompt. */
	scriptFor(words: string, ...answers: Answer[]): void;
	/** From the script's end on, every request of this agent gets this. */
	forever(agent: Dialect, answer: Answer): void;
	/** Forgets what is still scripted. */
	reset(): void;
	/** True once no client is left that could still ask: what a killed agent had sent has been read by then. */
	isDeserted(): boolean;
	close(): Promise<void>;
}

/** Claude asks a small model on the side with few or no tools. */
const MAIN_TOOLS = 3;

export async function startModelServer(): Promise<ModelServer> {
	const scripts: Record<Dialect, Answer[]> = { claude: [], codex: [], copilot: [], gemini: [], opencode: [] };
	const last: Record<Dialect, Answer | null> = {
		claude: null,
		codex: null,
		copilot: null,
		gemini: null,
		opencode: null,
	};
	const byOpening = new Map<string, Answer[]>();
	const requests: ModelRequest[] = [];
	const clients = new Set<Socket>();
	let unread = 0;
	let count = 0;

	const answer = async (request: IncomingMessage, response: ServerResponse) => {
		unread++;
		const raw = await bodyOf(request).finally(() => unread--);
		const url = request.url ?? '';
		const agent = dialectOf(url);
		if (agent === null || url.includes('count_tokens')) return answerAside(request, response);
		const body: Record<string, unknown> = JSON.parse(raw || '{}');
		const isMain = agent !== 'claude' || (Array.isArray(body.tools) && body.tools.length >= MAIN_TOOLS);
		const login = loginOf(request);
		if (isMain) requests.push({ agent, at: Date.now(), login, body, raw, userTexts: userTextsOf(body) });
		const opening = openingOf(body);
		const own = [...byOpening].find(([words]) => opening.includes(words))?.[1];
		const next = !isMain ? null : own !== undefined ? own.shift() : (scripts[agent].shift() ?? last[agent]);
		await speak(agent, next ?? say('ok'), { response, body, n: ++count });
	};
	const server = createServer((request, response) => {
		response.on('error', () => {});
		answer(request, response).catch(() => response.destroy());
	});
	server.on('connection', (socket) => {
		clients.add(socket);
		for (const end of ['end', 'close']) socket.once(end, () => clients.delete(socket));
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const address = server.address();
	return {
		port: typeof address === 'object' && address !== null ? address.port : 0,
		requests,
		of: (agent) => requests.filter((request) => request.agent === agent),
		script: (agent, ...answers) => void scripts[agent].push(...answers),
		scriptFor: (words, ...answers) => void byOpening.set(words, answers),
		forever: (agent, answer) => {
			last[agent] = answer;
		},
		reset: () => {
			byOpening.clear();
			for (const agent of DIALECTS) {
				scripts[agent].length = 0;
				last[agent] = null;
			}
		},
		isDeserted: () => clients.size === 0 && unread === 0,
		close: () => {
			server.closeAllConnections();
			return new Promise((resolve) => server.close(() => resolve()));
		},
	};
}

async function speak(
	agent: Dialect,
	answer: Answer,
	to: { response: ServerResponse; body: Record<string, unknown>; n: number },
): Promise<void> {
	const { response, body, n } = to;
	if (answer.type === 'when_asked') return speak(agent, answer.make(), to);
	if (answer.type === 'refusal') {
		response.writeHead(answer.status, { 'content-type': 'application/json', ...answer.headers });
		response.end(JSON.stringify(answer.body));
		return;
	}
	const model = String(body.model ?? 'model');
	response.writeHead(200, { 'content-type': 'text/event-stream', ...answer.headers });
	return STREAMS[agent](response, answer, model, n);
}

function answerAside(request: IncomingMessage, response: ServerResponse): void {
	const isKnown = request.method !== 'POST' || request.url?.includes('count_tokens');
	response.writeHead(isKnown ? 200 : 404, { 'content-type': 'application/json' });
	response.end('{"input_tokens":1000,"object":"list","data":[],"models":[]}');
}

async function bodyOf(request: IncomingMessage): Promise<string> {
	const chunks: Buffer[] = [];
	for await (const chunk of request) chunks.push(chunk);
	const bytes = Buffer.concat(chunks);
	return (request.headers['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes).toString();
}

function loginOf({ headers }: IncomingMessage): string {
	const key = headers['x-api-key'] ?? headers.authorization ?? '';
	return String(key).replace(/^Bearer /, '');
}

function dialectOf(url: string): Dialect | null {
	// The only one that is told which path to ask.
	if (url.startsWith('/copilot/')) return url.includes('/chat/completions') ? 'copilot' : null;
	if (url.includes('/messages')) return 'claude';
	if (url.includes('/responses')) return 'codex';
	if (url.includes(':streamGenerateContent')) return 'gemini';
	return url.includes('/chat/completions') ? 'opencode' : null;
}

/** The texts of the first message of a user. */
function openingOf({ messages, input, contents }: Record<string, unknown>): string {
	const items = [messages, input, contents].find(Array.isArray) ?? [];
	const first = items.find((item) => item?.role === 'user');
	return userTextsOf({ messages: first === undefined ? [] : [first] }).join('\n');
}

function userTextsOf({ messages, input, contents }: Record<string, unknown>): string[] {
	const items = [messages, input, contents].find(Array.isArray) ?? [];
	return items
		.filter((item) => item?.role === 'user')
		.flatMap(({ content, parts }) => (typeof content === 'string' ? [content] : textsIn(content ?? parts)))
		.filter((text) => !text.startsWith('<system_reminder>'));
}

function textsIn(content: unknown): string[] {
	return Array.isArray(content)
		? content.flatMap((block) => (typeof block?.text === 'string' ? [block.text] : []))
		: [];
}
