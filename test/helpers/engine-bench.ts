import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import {
	existsSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	realpathSync,
	rmSync,
	writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AgentAdapter } from '../../src/agents/agent-adapter.ts';
import { createRegistry } from '../../src/agents/registry.ts';
import { DEFAULT_CONFIG } from '../../src/config/defaults.ts';
import type { RelayConfig } from '../../src/config/schema.ts';
import { type Clock, systemClock } from '../../src/core/clock.ts';
import { lockingOf } from '../../src/core/files/file-lock.ts';
import { createSessionIds } from '../../src/core/ids.ts';
import { createProcessTable } from '../../src/core/processes/create-process-table.ts';
import { findExecutable } from '../../src/core/processes/find-executable.ts';
import { runProcess } from '../../src/core/processes/run-process.ts';
import { findRepo } from '../../src/git/repo/find-repo.ts';
import { firstCommits, hasCommit } from '../../src/git/repo/same-repo.ts';
import { createGit } from '../../src/git/run-git.ts';
import { createSnapshots } from '../../src/git/snapshots/snapshots.ts';
import { createLedger } from '../../src/limits/ledger.ts';
import { estimateCost } from '../../src/limits/prices.ts';
import { openConversation } from '../../src/relay/conversation.ts';
import type { Conversation } from '../../src/relay/conversation-contract.ts';
import type { RelayEvent } from '../../src/relay/events/relay-events.ts';
import type { Places, Policy, RelayDeps, RelayStart } from '../../src/relay/ports.ts';
import { createSurvivors } from '../../src/relay/resume/survivors.ts';
import { turnFile } from '../../src/sessions/files/session-paths.ts';
import { locateStore } from '../../src/sessions/files/store-location.ts';
import { createNativeConversations } from '../../src/sessions/lineage/native-conversations.ts';
import { createSessionStore } from '../../src/sessions/store/session-store.ts';
import type { TurnState } from '../../src/sessions/turns/turn-state.ts';
import { createWitnesses } from '../../src/sessions/witness/witness.ts';
import { createStartPty } from '../../src/terminal/start-pty.ts';
import { createStartTui } from '../../src/terminal/start-tui.ts';
import { createRunningAgents } from '../../src/turns/process/running-agents.ts';
import { beginRepo, FIRST_AUTHOR } from './begin-repo.ts';
import { type FakeScript, installFakeAgent, type ReceivedPrompt, receivedBy } from './fake-agents.ts';
import { SNAPSHOT_MS } from './scratch-repo.ts';

/** The day the recordings were made. */
export const RECORDED_AT = Date.parse('2026-11-21T08:00:00.000Z');
/** Longer sleeps than this only move the clock. */
const LEAP_MS = 3_000;

/** A clock that stands where the test wants and jumps over long sleeps; short ones are real. */
export class SteeredClock implements Clock {
	#offset: number;
	#passed = 0;
	slept = 0;

	constructor(startsAt: number) {
		this.#offset = startsAt - performance.now();
	}

	now = () => Math.round(performance.now() + this.#offset);
	monotonic = () => performance.now() + this.#passed;

	advance(ms: number): void {
		this.#offset += ms;
	}

	/** For all that measures how long something takes: as if it had lasted so much longer. */
	pass(ms: number): void {
		this.#passed += ms;
	}

	async sleep(ms: number, signal?: AbortSignal): Promise<void> {
		if (ms < LEAP_MS) return systemClock.sleep(ms, signal);
		await systemClock.sleep(5, signal);
		if (signal?.aborted) return;
		this.slept += ms;
		this.advance(ms);
	}
}

export const processes = createProcessTable();

export interface BenchOptions {
	startsAt?: number;
	/** `worktree`: a repo with one commit; `none`: a plain folder. */
	kind?: 'worktree' | 'none';
}

/** A temporary home, repo and PATH with fake agents, and a relay wired on top of them as the product is. */
export class EngineBench {
	readonly root = realpathSync(mkdtempSync(join(tmpdir(), 'relay-engine-')));
	readonly home = join(this.root, 'home');
	readonly repo = join(this.root, 'repo');
	readonly bin = join(this.root, 'bin');
	readonly state = join(this.root, 'state');
	readonly clock: SteeredClock;
	/** Where the relay works; the repo unless a test moves it. */
	folder = this.repo;
	env: Record<string, string>;
	readonly #relays: Conversation[] = [];

	constructor({ startsAt = RECORDED_AT, kind = 'worktree' }: BenchOptions = {}) {
		this.clock = new SteeredClock(startsAt);
		for (const folder of [this.home, this.repo, this.bin]) mkdirSync(folder);
		this.env = {
			PATH: `${this.bin}:/usr/local/bin:/usr/bin:/bin`,
			HOME: this.home,
			LANG: 'C.UTF-8',
			TZ: 'UTC',
			ANTHROPIC_API_KEY: 'fake-claude-key',
			CODEX_API_KEY: 'fake-codex-key',
		};
		if (kind === 'none') return;
		this.write('README.md', '# a repo\n');
		const env = { PATH: this.env.PATH ?? '', HOME: this.home, GIT_CONFIG_NOSYSTEM: '1' };
		beginRepo(this.repo, { ...env, ...FIRST_AUTHOR });
	}

	git(...args: string[]): string {
		const who = ['-c', 'user.name=A', '-c', 'user.email=a@example.org', '-c', 'protocol.file.allow=always'];
		const env = { PATH: this.env.PATH ?? '', HOME: this.home, GIT_CONFIG_NOSYSTEM: '1' };
		return execFileSync('git', [...who, '-C', this.repo, ...args], { env, encoding: 'utf8', stdio: 'pipe' });
	}

	write(path: string, text: string): void {
		writeFileSync(join(this.repo, path), text);
	}

	install(agent: string, script: FakeScript): void {
		installFakeAgent(this.bin, agent, script);
	}

	received(agent: string): ReceivedPrompt[] {
		return receivedBy(this.bin, agent);
	}

	async deps(
		over: Partial<RelayDeps> & { config?: RelayConfig; adapters?: AgentAdapter[] } = {},
	): Promise<RelayDeps> {
		const { clock, env } = this;
		const git = createGit({ executable: '/usr/bin/git', env, runProcess });
		const repo = await findRepo(this.folder, git);
		const location = locateStore(repo, { stateHome: this.state });
		const registry = over.registry ?? createRegistry();
		const locking = lockingOf(processes, clock);
		const stateFolder = join(this.state, 'snapshots');
		const running = createRunningAgents(join(this.state, 'running'), processes);
		const find = { searchPath: env.PATH ?? '', home: this.home, configured: null, untrustedFolders: [] };
		const places: Places = {
			find: async (folder) => (existsSync(folder) ? findRepo(folder, git) : null),
			hasCommit: (there, commit) => hasCommit(there, commit, git),
			firstCommits: (there) => firstCommits(there, git),
			portsAt: async (there) => {
				const folder = this.folder;
				this.folder = there.folder;
				const made = this.deps(over);
				this.folder = folder;
				return made;
			},
		};
		const policy: Policy = {
			registry,
			config: benchConfig(),
			agentEnv: over.env ?? env,
			namedAgents: new Set(),
			isTrusted: true,
			findExecutable: (agent) => findExecutable(registry.find(agent).executables, find),
			loginOf: (agent) => registry.find(agent).probeLogin(over.env ?? env),
		};
		const all: RelayDeps = {
			clock,
			...policy,
			env,
			repo,
			isRoot: false,
			store: createSessionStore({
				location,
				clock,
				ids: createSessionIds(() => clock.now()),
				processes,
				relayVersion: '0.1.0',
				witnesses: createWitnesses(join(this.state, 'witness'), clock),
			}),
			snapshots:
				repo.kind === 'worktree'
					? createSnapshots({ repo, git, stateFolder, clock, budgetMs: SNAPSHOT_MS })
					: null,
			places,
			processes,
			startProcess: createStartPty({ clock, processes }),
			startTui: createStartTui({ clock, processes }),
			privateFolder: join(this.state, 'private'),
			socketFolders: [join(this.state, 'private')],
			ledger: createLedger({
				file: join(this.state, 'limits.json'),
				clock,
				locking,
				onNotice: () => undefined,
			}),
			runningAgents: running,
			conversations: createNativeConversations({
				folder: join(this.state, 'conversations'),
				clock,
				locking,
				processes,
			}),
			survivors: createSurvivors({ running, processes, clock, desk: { ask: null } }),
			estimateCost,
			versions: { known: () => null, learn: () => undefined },
			askingKeys: { of: async () => null },
			asker: () => `${process.execPath} ${join(import.meta.dirname, '../../bin/ask.js')}`,
			newNativeId: () => randomUUID(),
			holdSettings: async () => null,
			setAllowed: () => true,
			settings: () => policyOf(all),
			policy: () => policyOf(all),
			...over,
		};
		return all;
	}

	async relay(start: Partial<RelayStart> = {}, over: Partial<RelayDeps> = {}): Promise<BenchRelay> {
		const deps = await this.deps(over);
		const relay = openConversation(deps, { ...RUN, ...start });
		this.#relays.push(relay);
		return new BenchRelay(relay, deps);
	}

	/** What the witnesses keep of the user's words, as after a prompt that is too long for them: the hashes alone. */
	forgetWords(): void {
		for (const path of this.witnessFiles())
			writeFileSync(path, readFileSync(path, 'utf8').replace(/,"words":"(?:[^"\\]|\\.)*"/g, ''));
	}

	witnessFiles(): string[] {
		const folder = join(this.state, 'witness');
		return existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : [];
	}

	async closeRelays(): Promise<void> {
		for (const relay of this.#relays) await relay.close().catch(() => undefined);
	}

	/** Closes every relay, checks that no agent is left, and removes the folder. */
	async dispose(): Promise<void> {
		for (const relay of this.#relays) await relay.close();
		const left = leftovers(this.root);
		for (const identity of left) processes.signal(identity, 'SIGKILL');
		rmSync(this.root, { recursive: true, force: true });
		if (left.length > 0) throw new Error(`left running: ${left.map(({ command }) => command).join('; ')}`);
	}
}

/** A conversation with what it told. */
export class BenchRelay {
	readonly relay: Conversation;
	readonly deps: RelayDeps;
	readonly events: RelayEvent[] = [];
	readonly abort = new AbortController();
	/** Called with each event, before it is kept. */
	onEvent: (event: RelayEvent) => void = () => undefined;

	constructor(relay: Conversation, deps: RelayDeps) {
		this.relay = relay;
		this.deps = deps;
	}

	get options() {
		const onEvent = (event: RelayEvent) => {
			this.onEvent(event);
			this.events.push(event);
		};
		return { signal: this.abort.signal, onEvent };
	}

	send(prompt: string, more: { wait?: boolean } = {}) {
		return this.relay.send(prompt, { ...this.options, ...more });
	}

	ofType<T extends RelayEvent['type']>(type: T): Array<Extract<RelayEvent, { type: T }>> {
		return this.events.filter((event): event is Extract<RelayEvent, { type: T }> => event.type === type);
	}

	get folder(): string {
		return this.relay.session()?.folder ?? '';
	}

	read(turn: number, name: Parameters<typeof turnFile>[2]): string {
		return readFileSync(turnFile(this.folder, turn, name), 'utf8');
	}

	meta() {
		const session = this.relay.session();
		if (session === null) throw new Error('no session');
		return session.meta;
	}

	states(): TurnState[] {
		return this.relay.view.turns();
	}
}

const policyOf = ({
	registry,
	config,
	agentEnv,
	namedAgents,
	isTrusted,
	findExecutable,
	loginOf,
}: Policy): Policy => ({
	registry,
	config,
	agentEnv,
	namedAgents,
	isTrusted,
	findExecutable,
	loginOf,
});

const RUN: RelayStart = {
	kind: 'run',
	agent: null,
	model: null,
	permissions: null,
	order: null,
	timeoutMs: null,
	parentTurn: null,
};

/** Two real agents, and waits that a test can afford. */
export function benchConfig(change: (config: RelayConfig) => void = () => undefined): RelayConfig {
	const config = structuredClone(DEFAULT_CONFIG);
	config.agents.order = ['claude', 'codex'];
	config.limits.patience_s = 1;
	config.turn.linger_s = 1;
	change(config);
	return config;
}

/** Processes whose command line or folder names the bench; zombies are none. */
export function leftovers(root: string) {
	return processes.snapshot().flatMap(({ pid }) => {
		if (pid === process.pid) return [];
		const identity = processes.identify(pid);
		const commandLine = readIfAny(`/proc/${pid}/cmdline`);
		return identity !== null && commandLine.includes(root) ? [identity] : [];
	});
}

function readIfAny(path: string): string {
	try {
		return existsSync(path) ? readFileSync(path, 'utf8') : '';
	} catch {
		return '';
	}
}
