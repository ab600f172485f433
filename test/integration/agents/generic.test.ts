import { execFileSync } from 'node:child_process';
import {
	chmodSync,
	existsSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	realpathSync,
	rmSync,
	symlinkSync,
	writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createApp } from '../../../src/app/create-app.ts';
import { openRelay, type RelayFlags, readSettings } from '../../../src/app/open-relay.ts';
import type { Conversation } from '../../../src/relay/conversation.ts';
import type { RelayEvent } from '../../../src/relay/relay-events.ts';

const ROOT = resolve(import.meta.dirname, '../../..');
const EXAMPLES = readFileSync(join(ROOT, 'docs/agents-from-config.md'), 'utf8');
const FLAGS: RelayFlags = {
	kind: 'run',
	agent: null,
	model: null,
	permissions: null,
	order: null,
	timeoutMs: null,
	isTrusted: false,
	config: [],
};

/** The block of the documentation that defines this agent, as it stands there. */
function example(agent: string): string {
	const blocks = [...EXAMPLES.matchAll(/^```toml\n([\s\S]*?)^```$/gm)].map(([, block = '']) => block);
	const found = blocks.find((block) => block.startsWith(`[agents.${agent}]\n`));
	if (found === undefined) throw new Error(`no example of ${agent} in docs/agents-from-config.md`);
	return found;
}

let root: string;
let repo: string;
let relays: Conversation[] = [];
let events: RelayEvent[] = [];

beforeEach(() => {
	root = realpathSync(mkdtempSync(join(tmpdir(), 'relay-generic-')));
	repo = join(root, 'repo');
	for (const folder of [repo, join(root, 'bin'), join(root, 'home/.config/agent-relay')])
		mkdirSync(folder, { recursive: true });
	for (const [name, program] of [
		['aider', 'text-agent.mjs'],
		['courier', 'json-lines-agent.mjs'],
	] as const) {
		const start = `#!/bin/sh\nexec '${process.execPath}' '${join(ROOT, 'test/helpers', program)}' "$@"\n`;
		writeFileSync(join(root, 'bin', name), start);
		chmodSync(join(root, 'bin', name), 0o755);
	}
	git('init', '-q', '-b', 'main');
	writeFileSync(join(repo, 'README.md'), '# a repo\n');
	git('add', '-A');
	git('-c', 'user.name=A', '-c', 'user.email=a@example.org', 'commit', '-q', '-m', 'first');
	relays = [];
	events = [];
});
afterEach(async () => {
	for (const relay of relays) await relay.close();
	rmSync(root, { recursive: true, force: true });
});

function git(...args: string[]): void {
	execFileSync('git', args, { cwd: repo, env: env(), stdio: 'pipe' });
}

function env(): Record<string, string> {
	return {
		PATH: `${join(root, 'bin')}:/usr/local/bin:/usr/bin:/bin`,
		HOME: join(root, 'home'),
		LANG: 'C.UTF-8',
		GIT_CONFIG_NOSYSTEM: '1',
		OPENAI_API_KEY: 'key-of-the-test',
	};
}

function configure(text: string): void {
	writeFileSync(join(root, 'home/.config/agent-relay/config.toml'), text);
}

async function open(flags: Partial<RelayFlags> = {}): Promise<Conversation> {
	const app = createApp({ folder: repo, env: env() });
	const settings = await readSettings(app, { ...FLAGS, ...flags });
	const relay = await openRelay(app, { ...FLAGS, ...flags }, { settings });
	relays.push(relay);
	return relay;
}

async function send(relay: Conversation, prompt: string) {
	const onEvent = (event: RelayEvent) => void events.push(event);
	const { outcome, state } = await relay.send(prompt, { signal: new AbortController().signal, onEvent });
	return { outcome, state, text: relay.transcript(null) };
}

const read = (path: string) => readFileSync(join(repo, path), 'utf8');

describe('the documented text CLI', () => {
	it('works from a file, with an empty stdin, and takes its conversation up again', async () => {
		configure(example('aider'));
		const relay = await open({ agent: 'aider', model: 'big' });
		const first = await send(relay, 'Do it @README.md\n!write made.txt by aider');
		expect(first.outcome).toBe('completed');
		expect(first.text).toContain('Aider with 0 earlier messages, stdin ""');
		expect(read('made.txt')).toBe('by aider\n');
		expect(first.state).toMatchObject({ model: 'big', resumed: false, exit_code: 0 });
		expect(first.state?.files.map(({ path }) => path)).toContain('made.txt');
		const second = await send(relay, '- and now?');
		expect(second.text).toContain('Aider with 1 earlier messages');
		expect(second.text).toContain('You said: - and now?');
		expect(second.state).toMatchObject({
			resumed: true,
			native_session_id: first.state?.native_session_id,
		});
		expect(relay.nativeResumeCommand()).toContain(
			`aider --chat-history-file .aider.${first.state?.native_session_id}.md --restore-chat-history`,
		);
	});

	it.each([
		['limited', 'limit', '!quota'],
		['failed', 'crashed', '!fail'],
	])('is %s when it ends so', async (status, reason, order) => {
		configure(`[agents]\norder = ["aider"]\n${example('aider')}`);
		const { state } = await send(await open(), order);
		expect(state).toMatchObject({ status, stop_reason: reason, exit_code: 1 });
	});

	it('is refused under read-only only where no words for it are set', async () => {
		configure(example('aider'));
		const { state } = await send(await open({ agent: 'aider', permissions: 'read-only' }), 'look');
		expect(state?.argv).toEqual(expect.arrayContaining(['--chat-mode', 'ask', '--dry-run']));
		configure(example('aider').replace(/^read_only_args.*\n/m, ''));
		await expect(send(await open({ agent: 'aider', permissions: 'read-only' }), 'look')).rejects.toThrow(
			/cannot be kept read-only/,
		);
	});
});

describe('the documented CLI of JSON lines', () => {
	it('tells tools, counts and cost, and takes its conversation up again', async () => {
		configure(example('courier'));
		const relay = await open({ agent: 'courier' });
		const first = await send(relay, '- begin\n!write made.txt by courier');
		expect(first.state).toMatchObject({
			status: 'completed',
			model: 'courier-small',
			cost_usd: 0.01,
			cost_source: 'reported',
			tokens: { input: 12, output: 3 },
			tools: [{ id: 't1', name: 'write_file', kind: 'edit', status: 'ok', paths: ['made.txt'] }],
		});
		expect(first.state?.argv).toEqual(['--json', '--', '{prompt}']);
		const second = await send(relay, 'and now?');
		expect(second.text).toContain('After 1 messages you said: and now?');
		expect(second.state?.argv).toEqual([
			'--json',
			'--thread',
			first.state?.native_session_id,
			'--',
			'{prompt}',
		]);
	});

	it('gets no prompt that an argument cannot hold, and nothing is started', async () => {
		configure(example('courier'));
		const relay = await open({ agent: 'courier' });
		await expect(send(relay, 'x'.repeat(120_000))).rejects.toMatchObject({
			code: 'refused',
			message: expect.stringContaining('at most 100 KiB'),
			hint: 'Set agents.courier.prompt to "file" or "stdin".',
		});
		expect(existsSync(join(root, 'home/.courier'))).toBe(false);
	});

	it('is not limited by what its own tool prints', async () => {
		configure(example('courier'));
		const { state } = await send(await open({ agent: 'courier' }), '!echo-limit');
		expect(state).toMatchObject({ status: 'completed', limit: null });
	});

	it('is limited by its exit code', async () => {
		configure(`[agents]\norder = ["courier"]\n${example('courier')}`);
		const { state } = await send(await open(), '!exit 75');
		expect(state).toMatchObject({ status: 'limited', limit: { kind: 'overloaded' } });
	});
});

describe('a hand-over between agents from config', () => {
	it('goes to the next and back, each told what it missed', async () => {
		configure(`[agents]\norder = ["courier", "aider"]\n${example('aider')}\n${example('courier')}`);
		const relay = await open();
		const resets = new Date(Date.now() + 3_600_000).toISOString();
		const limited = await send(relay, `Write the file.\n!limit ${resets}`);
		expect(limited).toMatchObject({ outcome: 'completed', state: { agent: 'aider', trigger: 'failover' } });
		const [first, second] = relay.turns();
		expect(first).toMatchObject({
			agent: 'courier',
			status: 'limited',
			limit: { kind: 'window', reset_at: resets, confidence: 'exact' },
		});
		expect(second?.packet).not.toBeNull();
		expect(events.filter(({ type }) => type === 'handed_over')).toHaveLength(1);
		const sent = promptOf(relay, 2);
		expect(sent).toContain(`Write the file.\n!limit ${resets}`);
		expect(sent).toContain('I begin.');

		await relay.use({ agent: 'courier', model: null }, null);
		const back = await send(relay, 'Go on.');
		expect(back.state).toMatchObject({
			agent: 'courier',
			status: 'completed',
			resumed: true,
			native_session_id: first?.native_session_id,
		});
		expect(back.text).toContain('After 1 messages');
		expect(promptOf(relay, 3)).toContain('Go on.');
		expect(promptOf(relay, 3)).toContain('aider');
		expect(promptOf(relay, 3)).not.toContain('I begin.');
	});
});

describe('an agent that a repo defines', () => {
	const EVIL = '[agents.evil]\ncommand = ["sh", "-c", "touch ran"]\n';

	it('is there only once the repo is trusted', async () => {
		mkdirSync(join(repo, '.agent-relay'));
		writeFileSync(join(repo, '.agent-relay/config.toml'), EVIL);
		await expect(open({ agent: 'evil' })).rejects.toMatchObject({ code: 'unknown_agent' });
		expect((await (await open()).agents()).map(({ agent }) => agent)).not.toContain('evil');
		expect((await (await open({ isTrusted: true })).agents()).map(({ agent }) => agent)).toContain('evil');
		expect(existsSync(join(repo, 'ran'))).toBe(false);
	});

	it.each(['the program itself', 'a link to it'])(
		'is refused where it leads into the repo: %s',
		async (way) => {
			const tool = join(repo, 'tool');
			writeFileSync(tool, '#!/bin/sh\ntouch ran\n', { mode: 0o755 });
			const link = join(root, 'bin/mine');
			symlinkSync(tool, link);
			configure(`[agents.mine]\ncommand = ["${way === 'a link to it' ? 'mine' : tool}"]\n`);
			const relay = await open({ agent: 'mine' });
			await expect(send(relay, 'hi')).rejects.toMatchObject({ code: 'agent_not_installed' });
			const mine = (await relay.agents()).find(({ agent }) => agent === 'mine');
			expect(mine?.refused).toContain('lies inside this repo');
			expect(existsSync(join(repo, 'ran'))).toBe(false);
		},
	);
});

function promptOf(relay: Conversation, turn: number): string {
	const folder = join(relay.session()?.folder ?? '', 'turns');
	const name = readdirSync(folder).find((file) => file === `${String(turn).padStart(3, '0')}-prompt.md`);
	return readFileSync(join(folder, name ?? ''), 'utf8');
}
