import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { commandContext } from '../../src/app/command-context.ts';
import { createApp } from '../../src/app/create-app.ts';
import { startConversation } from '../../src/commands/conversation-start.ts';
import type { ConversationOptions } from '../../src/commands/options/conversation-options.ts';
import type { Conversation } from '../../src/relay/conversation-contract.ts';
import type { RelayEvent } from '../../src/relay/events/relay-events.ts';
import { turnFile } from '../../src/sessions/files/session-paths.ts';
import { QUIET_FRONT_END } from './quiet-front-end.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const NONE: ConversationOptions = {
	agent: null,
	model: null,
	permissions: null,
	order: null,
	timeout: null,
	maxTurns: null,
	maxCost: null,
	wait: false,
	config: [],
	trust: false,
	here: false,
};

/** The block of docs/agents-from-config.md that defines this agent, as it stands there. */
export function documentedAgent(agent: string): string {
	const text = readFileSync(join(ROOT, 'docs/agents-from-config.md'), 'utf8');
	const blocks = [...text.matchAll(/^```toml\n([\s\S]*?)^```$/gm)].map(([, block = '']) => block);
	const found = blocks.find((block) => block.startsWith(`[agents.${agent}]\n`));
	if (found === undefined) throw new Error(`no example of ${agent} in docs/agents-from-config.md`);
	return found;
}

/** A home whose config defines agents, a repo, and a relay wired from both as the program wires it. */
export class ConfigAgents {
	readonly root = realpathSync(mkdtempSync(join(tmpdir(), 'relay-generic-')));
	readonly home = join(this.root, 'home');
	readonly repo = join(this.root, 'repo');
	readonly bin = join(this.root, 'bin');
	readonly events: RelayEvent[] = [];
	readonly env: Record<string, string>;
	readonly #relays: Conversation[] = [];

	constructor(env: Record<string, string> = {}) {
		for (const folder of [this.repo, this.bin, join(this.home, '.config/agent-relay')])
			mkdirSync(folder, { recursive: true });
		this.env = {
			PATH: `${this.bin}:/usr/local/bin:/usr/bin:/bin`,
			HOME: this.home,
			LANG: 'C.UTF-8',
			GIT_CONFIG_NOSYSTEM: '1',
			...env,
		};
		writeFileSync(join(this.repo, 'README.md'), '# a repo\n');
		this.#git('init', '-q', '-b', 'main');
		this.#git('add', '-A');
		this.#git('-c', 'user.name=A', '-c', 'user.email=a@example.org', 'commit', '-q', '-m', 'first');
	}

	/** Makes `NAME` on PATH a program of test/helpers. */
	install(name: string, program: string): void {
		const start = `#!/bin/sh\nexec '${process.execPath}' '${join(ROOT, 'test/helpers', program)}' "$@"\n`;
		writeFileSync(join(this.bin, name), start, { mode: 0o755 });
	}

	/** The user's config.toml. */
	configure(text: string): void {
		writeFileSync(join(this.home, '.config/agent-relay/config.toml'), text);
	}

	async open(options: Partial<ConversationOptions> = {}): Promise<Conversation> {
		const app = createApp({ folder: this.repo, env: this.env });
		const context = commandContext(app, QUIET_FRONT_END);
		const opening = { kind: 'run', canAnswer: false, willAsk: true } as const;
		const relay = await startConversation(context, { ...NONE, ...options }, opening);
		this.#relays.push(relay);
		return relay;
	}

	/** The outcome with the last turn's state and transcript. */
	async send(relay: Conversation, prompt: string) {
		const onEvent = (event: RelayEvent) => void this.events.push(event);
		const { outcome, state } = await relay.send(prompt, { signal: new AbortController().signal, onEvent });
		const session = relay.session();
		const file = session && turnFile(session.folder, session.meta.turn_count, 'output.md');
		return { outcome, state, text: file === null ? '' : readFileSync(file, 'utf8') };
	}

	read(path: string): string {
		return readFileSync(join(this.repo, path), 'utf8');
	}

	/** The prompt of a turn as it was sent. */
	sent(relay: Conversation, turn: number): string {
		const name = `${String(turn).padStart(3, '0')}-prompt.md`;
		return readFileSync(join(relay.session()?.folder ?? '', 'turns', name), 'utf8');
	}

	async dispose(): Promise<void> {
		for (const relay of this.#relays) await relay.close();
		rmSync(this.root, { recursive: true, force: true });
	}

	#git(...args: string[]): void {
		execFileSync('git', args, { cwd: this.repo, env: this.env, stdio: 'pipe' });
	}
}
