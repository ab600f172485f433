/**
 * A developer's machine in a temporary folder: a home with logins that only the scripted model accepts, a git repo, the
 * real CLIs on PATH, and the built relay started as a process of its own. Nothing of the real home is seen.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import {
	existsSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	realpathSync,
	rmSync,
	symlinkSync,
	truncateSync,
	writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import type { SessionMeta } from '../../../src/sessions/session-meta.ts';
import type { TurnState } from '../../../src/sessions/turns/turn-state.ts';
import { createPatience, until } from '../../helpers/patience.ts';
import { AGENTS_PATH, COPILOT_PACKAGES } from './installed-agents.ts';
import { type ModelServer, startModelServer } from './model-server.ts';
import { killAll, processesOf, type SceneProcess } from './scene-processes.ts';

/** For a process that stays, not for one that takes its time to end. */
const MOST_ENDING_MS = 20_000;

export const RELAY = resolve(import.meta.dirname, '../../../bin/agent-relay.js');

/** One line of `run --json`; tests narrow the rest with `toMatchObject`. */
export interface EventLine {
	type: string;
	[key: string]: unknown;
}

/** An entry of the ledger's file. */
interface LedgerLine {
	agent: string;
	until: string;
	estimated: boolean;
	limit: TurnState['limit'];
}

export interface RunOptions {
	env?: Record<string, string>;
	input?: string | Buffer;
	cwd?: string;
}

export interface RelayRun {
	exitCode: number | null;
	signal: NodeJS.Signals | null;
	stdout: string;
	stderr: string;
	/** The JSON lines of stdout. */
	events: EventLine[];
	/** The last line of `run --json`. */
	result: EventLine;
}

export interface RunningRelay {
	child: ChildProcess;
	pid: number;
	stdout: () => string;
	stderr: () => string;
	ended: Promise<RelayRun>;
	/** Waits until an event of this kind has been printed. */
	event: (description: string, matches: (event: EventLine) => boolean) => Promise<EventLine>;
}

export interface SceneOptions {
	files?: Record<string, string>;
	/** The user's config.toml of agent-relay. */
	config?: string;
	env?: Record<string, string>;
	/** Which login claude has; the two differ on 429. */
	claudeLogin?: 'oauth' | 'api_key' | 'none';
	codexLogin?: 'key' | 'none';
}

export class Scene {
	readonly root: string;
	readonly home: string;
	readonly repo: string;
	readonly env: Record<string, string>;
	readonly model: ModelServer;

	constructor(root: string, model: ModelServer, options: SceneOptions) {
		this.root = root;
		this.home = join(root, 'home');
		this.repo = join(root, 'repo');
		this.model = model;
		this.env = environment(this.home, model.port, options);
		mkdirSync(join(this.home, 'tmp'), { recursive: true });
		mkdirSync(this.repo);
		this.#writeHome(options);
		for (const [path, content] of Object.entries({ 'README.md': '# sample\n', ...options.files }))
			this.write(path, content);
		this.git('init', '-q', '-b', 'main');
		this.git('add', '-A', '-f');
		this.git('commit', '-q', '-m', 'start');
	}

	write(path: string, content: string): void {
		const full = join(this.repo, path);
		mkdirSync(dirname(full), { recursive: true });
		writeFileSync(full, content);
	}

	writeHome(path: string, content: string): void {
		const full = join(this.home, path);
		mkdirSync(dirname(full), { recursive: true });
		writeFileSync(full, content);
	}

	read(path: string): string | null {
		const full = join(this.repo, path);
		return existsSync(full) ? readFileSync(full, 'utf8') : null;
	}

	readHome(path: string): string | null {
		const full = join(this.home, path);
		return existsSync(full) ? readFileSync(full, 'utf8') : null;
	}

	/** A shell script to stand in front of a program on PATH; returns its folder. */
	addProgram(name: string, script: string): string {
		const folder = join(this.root, 'programs');
		mkdirSync(folder, { recursive: true });
		writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
		return folder;
	}

	git(...args: string[]): string {
		return execFileSync('git', args, { cwd: this.repo, env: this.env, encoding: 'utf8' });
	}

	/** Runs the relay to its end. */
	relay(args: string[], options: RunOptions = {}): Promise<RelayRun> {
		return this.start(args, options).ended;
	}

	/** `run --json` with the task, order claude, codex unless named. */
	run(task: string, args: string[] = [], options: RunOptions = {}): Promise<RelayRun> {
		return this.relay(runArgs(task, args), options);
	}

	startRun(task: string, args: string[] = [], options: RunOptions = {}): RunningRelay {
		return this.start(runArgs(task, args), options);
	}

	start(args: string[], { env = {}, input = '', cwd = this.repo }: RunOptions = {}): RunningRelay {
		const child = spawn(process.execPath, [RELAY, ...args], {
			cwd,
			env: { ...this.env, ...env },
			stdio: ['pipe', 'pipe', 'pipe'],
		});
		child.stdin.on('error', () => {});
		child.stdin.end(input);
		const stdout: Buffer[] = [];
		const stderr: Buffer[] = [];
		child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
		child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
		const out = () => Buffer.concat(stdout).toString();
		const err = () => Buffer.concat(stderr).toString();
		const ended = new Promise<RelayRun>((done) =>
			child.on('close', (exitCode, signal) => {
				const events = jsonLines(out());
				done({
					exitCode,
					signal,
					stdout: out(),
					stderr: err(),
					events,
					result: events.at(-1) ?? { type: 'nothing' },
				});
			}),
		);
		return {
			child,
			pid: child.pid ?? 0,
			stdout: out,
			stderr: err,
			ended,
			event: (description, matches) =>
				until(
					() => jsonLines(out()).find(matches),
					`the event ${description}`,
					() => `in\n${out()}\n${err()}`,
				),
		};
	}

	/** Folders of all sessions, oldest first. */
	sessions(): string[] {
		const folder = join(this.repo, '.agent-relay/sessions');
		if (!existsSync(folder)) return [];
		return readdirSync(folder)
			.sort()
			.map((id) => join(folder, id));
	}

	session(): string {
		const folder = this.sessions().at(-1);
		if (folder === undefined) throw new Error('there is no session yet');
		return folder;
	}

	meta(): SessionMeta {
		return readJson(join(this.session(), 'meta.json'));
	}

	/** Changes the newest session's record, as damage or another program might. */
	editMeta(change: (meta: SessionMeta) => void): void {
		const meta = this.meta();
		change(meta);
		writeFileSync(join(this.session(), 'meta.json'), JSON.stringify(meta));
	}

	turn(number: number, folder = this.session()): TurnState {
		return readJson(join(folder, 'turns', `${String(number).padStart(3, '0')}-state.json`));
	}

	turnText(number: number, file: string): string {
		return readFileSync(join(this.session(), 'turns', `${String(number).padStart(3, '0')}-${file}`), 'utf8');
	}

	ledger(): LedgerLine[] {
		const file = join(this.home, '.local/state/agent-relay/limits.json');
		return existsSync(file) ? readJson(file).entries : [];
	}

	/** What agents' hooks reported. */
	metSessions(): Array<Record<string, unknown>> {
		const folder = join(this.home, '.local/state/agent-relay/met-sessions');
		if (!existsSync(folder)) return [];
		return readdirSync(folder).map((name) => readJson(join(folder, name)));
	}

	/** For a test with another backend than `model`. */
	pointCodexAt(baseUrl: string): void {
		writeFileSync(join(this.home, '.codex/config.toml'), codexConfig(baseUrl));
	}

	/** Removes the agents' own records of their conversations. */
	forgetNativeSessions(): void {
		for (const folder of ['.claude/projects', '.codex/sessions'])
			rmSync(join(this.home, folder), { recursive: true, force: true });
		for (const name of readdirSync(join(this.home, '.codex')))
			if (name.includes('.sqlite')) rmSync(join(this.home, '.codex', name));
	}

	/** Leaves of each native session what a crash at its first write leaves: a file without a whole line. */
	tearNativeSessions(): void {
		for (const folder of ['.claude/projects', '.codex/sessions', '.gemini/tmp']) {
			const root = join(this.home, folder);
			if (!existsSync(root)) continue;
			for (const name of readdirSync(root, { recursive: true, encoding: 'utf8' }))
				if (name.endsWith('.jsonl')) truncateSync(join(root, name), 20);
		}
	}

	/** Every process that was started from this scene, the relay included. */
	processes(): SceneProcess[] {
		return processesOf(this.home);
	}

	/** Ends what is left of the scene and removes it. Fails when an agent outlived its relay. */
	async dispose(): Promise<void> {
		const left = await this.#leftOver();
		killAll(left);
		await this.model.close();
		rmSync(this.root, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
		if (left.length > 0) throw new Error(`left running: ${left.map(({ command }) => command).join('; ')}`);
	}

	async #leftOver() {
		const isOver = createPatience(MOST_ENDING_MS);
		for (;;) {
			const left = this.processes();
			if (left.length === 0 || isOver()) return left;
			await new Promise((wake) => setTimeout(wake, 50));
		}
	}

	#writeHome({ config = '' }: SceneOptions): void {
		const codex = join(this.home, '.codex');
		const relay = join(this.home, '.config/agent-relay');
		const gemini = join(this.home, '.gemini');
		const opencode = join(this.home, '.config/opencode');
		for (const folder of [codex, relay, gemini, opencode]) mkdirSync(folder, { recursive: true });
		// Its first start in a home unpacks 235 MB: all scenes share them.
		mkdirSync(COPILOT_PACKAGES, { recursive: true });
		mkdirSync(join(this.home, '.cache'), { recursive: true });
		symlinkSync(COPILOT_PACKAGES, join(this.home, '.cache/copilot'));
		writeFileSync(join(relay, 'config.toml'), config);
		writeFileSync(join(codex, 'config.toml'), codexConfig(`http://127.0.0.1:${this.model.port}/v1`));
		writeFileSync(join(gemini, 'settings.json'), JSON.stringify(GEMINI_SETTINGS));
		writeFileSync(join(opencode, 'opencode.json'), JSON.stringify(opencodeConfig(this.model.port)));
	}
}

export async function openScene(options: SceneOptions = {}): Promise<Scene> {
	const root = realpathSync(mkdtempSync(join(tmpdir(), 'relay-agents-')));
	return new Scene(root, await startModelServer(), options);
}

function runArgs(task: string, args: string[]): string[] {
	const order = args.includes('--order') ? [] : ['--order', 'claude,codex'];
	return ['run', '--json', ...order, ...args, task];
}

function environment(home: string, port: number, options: SceneOptions): Record<string, string> {
	const path = [AGENTS_PATH, dirname(process.execPath), '/usr/local/bin', '/usr/bin', '/bin'];
	const logins = {
		oauth: { CLAUDE_CODE_OAUTH_TOKEN: 'mock-oauth' },
		api_key: { ANTHROPIC_API_KEY: 'mock-key' },
		none: {},
	};
	return {
		PATH: path.join(':'),
		HOME: home,
		TMPDIR: join(home, 'tmp'),
		LANG: 'C.UTF-8',
		TERM: 'xterm-256color',
		ANTHROPIC_BASE_URL: `http://127.0.0.1:${port}`,
		CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
		...logins[options.claudeLogin ?? 'oauth'],
		...(options.codexLogin === 'none' ? {} : { MOCK_API_KEY: 'mock-key' }),
		GEMINI_API_KEY: 'mock-key',
		GOOGLE_GEMINI_BASE_URL: `http://127.0.0.1:${port}`,
		COPILOT_OFFLINE: 'true',
		COPILOT_PROVIDER_BASE_URL: `http://127.0.0.1:${port}/copilot/v1`,
		// Copilot masks every value of a secret, inside its JSON keys too: a long one occurs nowhere else.
		COPILOT_PROVIDER_API_KEY: 'mock-key-of-a-provider',
		COPILOT_MODEL: 'claude-sonnet-4.6',
		OPENCODE_DISABLE_MODELS_FETCH: '1',
		OPENCODE_DISABLE_LSP_DOWNLOAD: '1',
		// Without a registry, opencode would wait for a package before it loads a plugin.
		npm_config_offline: 'true',
		GIT_CONFIG_NOSYSTEM: '1',
		// codex asks a host on the internet for a list of plug-ins: tests reach nobody but the mock.
		GIT_ALLOW_PROTOCOL: 'file',
		GIT_AUTHOR_NAME: 'dev',
		GIT_AUTHOR_EMAIL: 'dev@example.org',
		GIT_COMMITTER_NAME: 'dev',
		GIT_COMMITTER_EMAIL: 'dev@example.org',
		...options.env,
	};
}

function codexConfig(baseUrl: string): string {
	return `model = "gpt-5.5"
model_provider = "mock"
[model_providers.mock]
name = "mock"
base_url = "${baseUrl}"
env_key = "MOCK_API_KEY"
wire_api = "responses"
`;
}

const GEMINI_SETTINGS = {
	security: { auth: { selectedType: 'gemini-api-key' } },
	general: { enableAutoUpdate: false, enableAutoUpdateNotification: false },
	privacy: { usageStatisticsEnabled: false },
	telemetry: { enabled: false },
};

function opencodeConfig(port: number) {
	const options = { baseURL: `http://127.0.0.1:${port}/v1`, apiKey: 'mock-key' };
	const model = {
		name: 'M1',
		limit: { context: 1_000_000, output: 8192 },
		cost: { input: 1, output: 2 },
	};
	return {
		autoupdate: false,
		share: 'disabled',
		enabled_providers: ['mock'],
		model: 'mock/m1',
		small_model: 'mock/m1',
		provider: { mock: { npm: '@ai-sdk/openai-compatible', name: 'Mock', options, models: { m1: model } } },
	};
}

/** Whole lines only: the last may still be on its way. */
function jsonLines(text: string): EventLine[] {
	return text
		.split('\n')
		.slice(0, -1)
		.flatMap((line) => {
			try {
				return [JSON.parse(line)];
			} catch {
				return [];
			}
		});
}

// biome-ignore lint/suspicious/noExplicitAny: a test states the shape it expects, and fails where it is another.
function readJson(path: string): any {
	return JSON.parse(readFileSync(path, 'utf8'));
}
