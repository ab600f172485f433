import { setImmediate as nextTick } from 'node:timers/promises';
import type { PermissionPreset } from '../../src/agents/agent-adapter.ts';
import type { AllowRule } from '../../src/agents/asking/allow-rules.ts';
import type { AgentEvent, Limit } from '../../src/agents/events.ts';
import type { Clock } from '../../src/core/clock.ts';
import { RelayError } from '../../src/core/errors.ts';
import { parseSessionId, type SessionId } from '../../src/core/ids.ts';
import type {
	AgentChoice,
	AgentOverview,
	AgentsAtHand,
	Conversation,
	SendOptions,
	SendResult,
	Upcoming,
} from '../../src/relay/conversation-contract.ts';
import type { SessionView } from '../../src/relay/session-view.ts';
import type { SessionMeta } from '../../src/sessions/session-meta.ts';
import type { Transition } from '../../src/sessions/transitions.ts';
import { reportedPlan } from '../../src/sessions/turns/standing-plan.ts';
import type { TurnState } from '../../src/sessions/turns/turn-state.ts';
import { fakeTurnState } from './fake-turn-state.ts';

/** What the shell did to the relay, in order. */
export type RelayCall =
	| { call: 'send' | 'note' | 'shell'; text: string }
	| { call: 'setAllowed'; rule: AllowRule; where: 'repo' | 'everywhere'; isAllowed: boolean }
	| { call: 'retry' | 'use'; agent: string | null; model: string | null }
	| { call: 'resume'; id: string }
	| { call: 'new' | 'stopHard' | 'close' };

export interface FakeRelayOptions {
	clock: Clock;
	agents?: AgentOverview[];
	onCall?: (call: RelayCall) => void;
	offerBack?: () => AgentChoice | null;
	repaired?: string[];
	upcoming?: () => Partial<Upcoming>;
	/** Whether what a prompt `wait NAME` waits for is there. */
	isThere?: (name: string) => boolean;
}

const ID = parseSessionId('01K3ZZZZZZZZZZZZZZZZZZZZZZ') as SessionId;
const CHUNK_MS = 30;
const CHANGED = {
	path: 'src/login.ts',
	change: 'modified' as const,
	added: 12,
	removed: 3,
	source: 'git' as const,
};

export function fakeAgent(over: Partial<AgentOverview> = {}): AgentOverview {
	return {
		agent: 'claude',
		title: 'Claude Code',
		aliases: ['c'],
		base: null,
		isDemo: false,
		executable: '/bin/claude',
		lookedAt: ['/bin/claude'],
		version: '2.1.197',
		cannotAsk: null,
		login: { loggedIn: 'yes', evidence: 'a login file is there', account: 'default', advice: 'claude login' },
		install: 'npm install -g @anthropic-ai/claude-code',
		limitedUntil: null,
		isLimited: false,
		isActive: true,
		refused: null,
		...over,
	};
}

export const FAKE_AGENTS = [
	fakeAgent(),
	fakeAgent({
		agent: 'codex',
		title: 'Codex',
		aliases: ['x'],
		executable: '/bin/codex',
		version: '0.169.0',
		isActive: false,
		install: 'npm install -g @openai/codex',
	}),
	fakeAgent({
		agent: 'demo-one',
		title: 'Demo one',
		aliases: ['demo'],
		isDemo: true,
		isActive: false,
		version: null,
		login: null,
		install: '',
	}),
];

/**
 * A conversation that plays the first word of each prompt: `say TEXT`, `slow SECONDS`, `wait NAME`, `flood MEGABYTES`, `tools`,
 * `hostile`, `limit`, `nobody`, `fail`, `stubborn`, `think`, `markdown`; anything else is said back.
 */
export function createFakeRelay(
	options: FakeRelayOptions,
): Conversation & { calls: RelayCall[]; prompts(): string[] } {
	return new FakeRelay(options);
}

class FakeRelay implements Conversation {
	readonly calls: RelayCall[] = [];
	readonly view: SessionView = {
		turns: () => this.#turns,
		usage: () => fakeMeta(this.#turns).usage,
		plan: () => reportedPlan(this.#turns) ?? [],
		files: () => (this.#turns.length === 0 ? [] : [CHANGED]),
		undone: () => [],
		nativeResumeCommand: () => (this.#turns.length === 0 ? null : 'cd /repo && claude --resume 1234'),
	};
	readonly agents: AgentsAtHand = {
		all: async () => [...(this.#options.agents ?? FAKE_AGENTS)],
		candidates: async () => [
			{ agent: 'claude', model: null, verdict: 'current', reason: 'works now', resetAt: null },
			{
				agent: 'codex',
				model: null,
				verdict: 'limited',
				reason: 'primary window used up, seen in its own event',
				resetAt: this.#options.clock.now() + 3_600_000,
			},
		],
		windows: () => [],
		upcoming: async () => {
			const own = { choice: this.#active, why: null, lacksLogins: false, candidates: [] };
			return { ...own, ...this.#options.upcoming?.() };
		},
		offerBack: () => this.#options.offerBack?.() ?? null,
	};
	readonly #options: FakeRelayOptions;
	readonly #turns: TurnState[] = [];
	#active: AgentChoice = { agent: 'claude', model: null };
	#permissions: PermissionPreset = 'edit';
	#lastPrompt: string | null = null;
	#stop = new AbortController();
	#hard = new AbortController();

	constructor(options: FakeRelayOptions) {
		this.#options = options;
	}

	prompts(): string[] {
		return this.calls.flatMap((call) => (call.call === 'send' ? [call.text] : []));
	}

	place() {
		return { folder: '/repo', worktree: '/repo' };
	}

	session() {
		if (this.#turns.length === 0) return null;
		return { id: ID, folder: `/repo/.agent-relay/sessions/${ID}`, meta: fakeMeta(this.#turns) };
	}

	active() {
		return { ...this.#active, permissions: this.#permissions };
	}

	async send(prompt: string, options: SendOptions): Promise<SendResult> {
		this.#note({ call: 'send', text: prompt });
		this.#lastPrompt = prompt;
		return this.#play(prompt, options);
	}

	async retry(choice: AgentChoice | null, options: SendOptions): Promise<SendResult> {
		this.#note({ call: 'retry', agent: choice?.agent ?? null, model: choice?.model ?? null });
		if (this.#lastPrompt === null) throw new RelayError('usage', 'there is no prompt to send again');
		if (choice) this.#active = choice;
		return this.#play(this.#lastPrompt, options);
	}

	continuePending(options: SendOptions): Promise<SendResult> {
		return this.retry(null, options);
	}

	stopHard(): void {
		this.#note({ call: 'stopHard' });
		this.#hard.abort();
	}

	answer(): 'too_late' {
		return 'too_late';
	}

	answerTerminal(): boolean {
		return false;
	}

	async use(choice: AgentChoice, permissions: PermissionPreset | null) {
		this.#note({ call: 'use', ...choice });
		this.#active = choice;
		if (permissions) this.#permissions = permissions;
		return { packet: this.#turns.length === 0 ? null : 'resume/001-claude-codex.md', losses: [] };
	}

	setModel(model: string | null): void {
		this.#active = { ...this.#active, model };
	}

	setPermissions(permissions: PermissionPreset): void {
		this.#permissions = permissions;
	}

	setAllowed(...[rule, where, isAllowed]: Parameters<Conversation['setAllowed']>): boolean {
		this.#note({ call: 'setAllowed', rule, where, isAllowed });
		return true;
	}

	note(text: string): void {
		this.#note({ call: 'note', text });
	}

	async runShellCommand(
		command: string,
		{ signal, onOutput }: { signal: AbortSignal; onOutput: (chunk: Buffer) => void },
	) {
		this.#note({ call: 'shell', text: command });
		if (command.startsWith('sleep'))
			await new Promise((resolve) => signal.addEventListener('abort', resolve));
		onOutput(Buffer.from(`ran ${command}\n\x1b[31mred\x1b[0m\n`));
		return { exitCode: command === 'false' ? 1 : 0 };
	}

	async handOff(choice: AgentChoice) {
		this.#note({ call: 'use', agent: choice.agent, model: choice.model });
		this.#active = choice;
		return { packet: 'resume/002-claude-codex.md', losses: [] };
	}

	change<Facts>(transition: Transition<Facts>, facts: Facts): SessionMeta {
		return transition(this.session()?.meta ?? fakeMeta([]), facts);
	}

	async checkpoint() {
		return { packet: 'resume/002-claude-none.md', isNew: true };
	}

	async resume(id: SessionId): Promise<string[]> {
		this.#note({ call: 'resume', id });
		return ['turn 3 was cut off: its outcome is unknown'];
	}

	async repairAbandoned(): Promise<string[]> {
		return this.#options.repaired ?? [];
	}

	beginning(): Promise<never> {
		return this.holding();
	}

	async holding(): Promise<never> {
		throw new RelayError('no_such_session', 'A played conversation has no session.');
	}

	readonly workstream = { chosen: null };

	async startNew(): Promise<void> {
		this.#note({ call: 'new' });
		this.#turns.length = 0;
	}

	async close(): Promise<void> {
		this.#note({ call: 'close' });
		this.#stop.abort();
	}

	#note(call: RelayCall): void {
		this.calls.push(call);
		this.#options.onCall?.(call);
	}

	async #play(prompt: string, options: SendOptions): Promise<SendResult> {
		this.#hard = new AbortController();
		const signal = AbortSignal.any([options.signal, this.#stop.signal]);
		const turn = this.#turns.length + 1;
		const { agent, model } = this.#active;
		const emit = (event: AgentEvent) => options.onEvent({ type: 'agent_event', turn, event });
		const sleep = (ms: number) => this.#options.clock.sleep(ms, signal);
		const say = async (text: string, chunk = 12) => {
			for (let at = 0; at < text.length && !signal.aborted; at += chunk) {
				emit({ type: 'agent_message_chunk', messageId: 'm', text: text.slice(at, at + chunk) });
				await sleep(CHUNK_MS);
			}
		};
		options.onEvent({
			type: 'turn_started',
			turn,
			agent,
			model,
			permissions: this.#permissions,
			trigger: 'user',
			resumed: turn > 1,
			packet: null,
		});
		const [scene = '', ...words] = prompt.split(' ');
		const over = await this.#scene(scene, words.join(' '), prompt, { emit, say, sleep, signal });
		const status = signal.aborted ? 'cancelled' : (over.status ?? 'completed');
		const state = fakeTurnState({ agent, model, turn, files: [], ...over, status });
		this.#turns.push(state);
		options.onEvent({ type: 'turn_finished', turn, state });
		if (scene === 'limit') return this.#handOver(options);
		if (scene === 'nobody') return this.#nobody(options, state);
		return { outcome: status, state, sessionId: ID, limit: null, earliestReset: null };
	}

	async #scene(
		scene: string,
		rest: string,
		prompt: string,
		{
			emit,
			say,
			sleep,
			signal,
		}: {
			emit: (event: AgentEvent) => void;
			say: (text: string, chunk?: number) => Promise<void>;
			sleep: (ms: number) => Promise<void>;
			signal: AbortSignal;
		},
	): Promise<Partial<TurnState>> {
		switch (scene) {
			case 'say':
				await say(rest);
				return {};
			case 'slow':
				for (let i = 1; i <= Number(rest) * 10 && !signal.aborted; i++) {
					emit({ type: 'agent_message_chunk', messageId: 'm', text: i % 10 === 0 ? `tick ${i}\n` : '.' });
					await sleep(100);
				}
				return {};
			case 'wait':
				while (!signal.aborted && !this.#options.isThere?.(rest)) {
					emit({ type: 'agent_message_chunk', messageId: 'm', text: '.' });
					await sleep(CHUNK_MS);
				}
				return {};
			case 'flood': {
				const line = `${'flooding the terminal with words '.repeat(3)}\n`;
				for (let sent = 0; sent < Number(rest) * 1e6 && !signal.aborted; sent += line.length * 40) {
					emit({ type: 'agent_message_chunk', messageId: 'm', text: line.repeat(40) });
					await nextTick();
				}
				return {};
			}
			case 'tools':
				await say('I will look at the failing test first.\n');
				await runTools(emit, sleep);
				await say('\nThe login test **passes** now.', 5);
				return {
					files: [{ path: 'src/login.ts', change: 'modified', added: 12, removed: 3, source: 'git' }],
				};
			case 'hostile':
				for (const part of HOSTILE) emit({ type: 'agent_message_chunk', messageId: 'm', text: part });
				await sleep(CHUNK_MS);
				return {};
			case 'limit':
				await say('Working on it');
				return { status: 'limited', stop_reason: 'limit' };
			case 'nobody':
				return { status: 'limited', stop_reason: 'limit' };
			case 'fail':
				return {
					status: 'failed',
					stop_reason: 'auth',
					error: { code: 'auth', message: 'run: claude login' },
				};
			case 'stubborn':
				await say('I will not stop\n');
				if (!this.#hard.signal.aborted)
					await new Promise<void>((resolve) => this.#hard.signal.addEventListener('abort', () => resolve()));
				return { status: 'cancelled' };
			case 'think':
				emit({ type: 'agent_thought_chunk', messageId: 't', text: 'The user wants\nme to think.' });
				await sleep(CHUNK_MS);
				await say('Thought.');
				return {};
			case 'markdown':
				await say(MARKDOWN, 9);
				return {};
			default:
				await say(`You said ${JSON.stringify(prompt)}`, 400);
				return {};
		}
	}

	async #handOver(options: SendOptions): Promise<SendResult> {
		options.onEvent({
			type: 'handed_over',
			failure: null,
			from: this.#active.agent,
			to: 'codex',
			reason: 'limit',
			limit: this.#limit(),
			packet: 'resume/001-claude-codex.md',
			candidates: [],
			losses: [],
		});
		this.#active = { agent: 'codex', model: null };
		return this.#play('say Done where the other stopped.', options);
	}

	#nobody(options: SendOptions, state: TurnState): SendResult {
		const limit = this.#limit();
		options.onEvent({
			type: 'nobody_left',
			failure: null,
			limit,
			earliestReset: limit.resetAt,
			candidates: [
				{
					agent: 'codex',
					model: null,
					verdict: 'not_logged_in',
					reason: 'not logged in: codex login',
					resetAt: null,
				},
			],
			packet: 'resume/001-claude-none.md',
		});
		return { outcome: 'nobody_left', state, sessionId: ID, limit, earliestReset: limit.resetAt };
	}

	#limit(): Limit {
		return {
			kind: 'window',
			resetAt: this.#options.clock.now() + 2 * 3_600_000,
			window: 'five_hour',
			scope: 'account',
			source: { channel: 'event', rule: 'claude:rate_limit_event.rejected', excerpt: '' },
			confidence: 'exact',
		};
	}
}

/** Parts of control sequences, cut where it hurts. */
export const HOSTILE = [
	'before \x1b',
	']52;c;ZXZpbA==',
	'\x07 \x1b[2',
	'J\x1b[H\x1b[?1049h\x1b[?2004l middle \u202e',
	'reversed \x9b31m \rover\b\b \x1b]0;title',
	'\x1b\\ \ud83d',
	' after\n',
];

const MARKDOWN = `# Plan

Two things are **wrong** in \`login.ts\`:

- the token is never refreshed, so that a long session ends with an error that nobody understands
- \`2 ** 3\` stays as it is

\`\`\`ts
const token = await refresh();
\`\`\`
`;

async function runTools(
	emit: (event: AgentEvent) => void,
	sleep: (ms: number) => Promise<void>,
): Promise<void> {
	emit({
		type: 'plan',
		items: [
			{ text: 'Read the test', status: 'in_progress' },
			{ text: 'Fix the login', status: 'pending' },
		],
	});
	const tools = [
		{ id: '1', name: 'Read', kind: 'read', title: '/repo/test/login.test.ts', command: null },
		{ id: '2', name: 'Bash', kind: 'execute', title: 'npm test -- login', command: 'npm test -- login' },
		{ id: '3', name: 'Edit', kind: 'edit', title: '/repo/src/login.ts', command: null },
		{ id: '4', name: 'Bash', kind: 'execute', title: 'git push', command: 'git push' },
	] as const;
	for (const tool of tools) {
		emit({ type: 'tool_call', paths: [], ...tool });
		await sleep(tool.kind === 'execute' ? 1200 : 150);
		const denied = tool.id === '4';
		emit({
			type: 'tool_result',
			id: tool.id,
			ok: !denied,
			denied,
			exitCode: tool.kind === 'execute' && !denied ? 0 : null,
			output: '',
			outputBytes: 0,
		});
	}
	emit({
		type: 'plan',
		items: [
			{ text: 'Read the test', status: 'completed' },
			{ text: 'Fix the login', status: 'completed' },
		],
	});
}

function fakeMeta(turns: readonly TurnState[]): SessionMeta {
	return {
		schema_version: 1,
		id: ID,
		kind: 'shell',
		status: 'active',
		objective: 'fix the login',
		title: null,
		name: null,
		workstream: null,
		repo: { root: '/repo', worktree: '/repo', branch: 'main', head: null },
		active_agent: 'claude',
		agents: {},
		parent: null,
		parent_turn: null,
		created_at: '2026-03-01T12:00:00.000Z',
		updated_at: '2026-03-01T12:00:00.000Z',
		ended_at: null,
		turn_count: turns.length,
		checkpoint: null,
		notes: [],
		usage: {
			input_tokens: 1200 * turns.length,
			output_tokens: 340 * turns.length,
			cache_read_tokens: 0,
			cache_write_tokens: 0,
			reasoning_tokens: 0,
			cost_usd: 0.013 * turns.length,
			cost_source: 'reported',
			by_agent: {},
		},
		error: null,
		relay_version: '0.1.0',
	};
}
