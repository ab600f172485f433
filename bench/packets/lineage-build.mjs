// Sessions with several agents through the real relay: its conversation, records, snapshots and packets, with agents that
// print what was scripted instead of processes.
import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import {
	mkdirSync,
	mkdtempSync,
	readFileSync,
	realpathSync,
	renameSync,
	rmSync,
	writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { DIALECTS } from './dialects.mjs';

const START_MS = 1767607200000;
/** Above every pid that Linux gives, so that nothing can be signalled by it. */
const NO_PROCESS = { pid: 4_194_305, start: '0', command: 'scripted agent' };

/** `load` imports a module of the build by its path there. */
export async function lineageBuilder(load) {
	const modules = await Promise.all(
		[
			'agents/registry.js',
			'config/defaults.js',
			'core/processes/create-process-table.js',
			'core/files/file-lock.js',
			'core/ids.js',
			'core/processes/run-process.js',
			'git/repo/find-repo.js',
			'git/run-git.js',
			'git/snapshots/snapshots.js',
			'limits/ledger.js',
			'git/repo/same-repo.js',
			'relay/conversation.js',
			'relay/turn/prepare-turn.js',
			'relay/resume/survivors.js',
			'turns/process/running-agents.js',
			'sessions/store/session-store.js',
			'sessions/files/store-location.js',
			'sessions/witness/witness.js',
			'sessions/lineage/native-conversations.js',
		].map(load),
	);
	const product = Object.assign({}, ...modules);

	/** The packets of the measured turns, each at every budget (KB), in order. */
	return async function packetsOf(session, budgets) {
		const scene = await Scene.open(product, session);
		try {
			const measured = [];
			for (const [at, step] of session.steps.entries()) {
				if (step.step === 'returns') measured.push(await scene.measure(step, budgets));
				else await scene.take(step, session.steps[at + 1]);
			}
			return measured;
		} finally {
			await scene.close();
		}
	};
}

class Scene {
	#product;
	#session;
	#root;
	#repo;
	#home;
	#now = START_MS;
	#deps;
	#relay;
	/** What the next started processes print. */
	#queue = [];
	#turns = 0;
	/** By agent: what it was sent and what it did. */
	#knowledge = new Map();
	/** The user's prompts and notes in order, each with the agents that were sent it. */
	#said = [];

	static async open(product, session) {
		const scene = new Scene();
		scene.#product = product;
		scene.#session = session;
		scene.#root = realpathSync(mkdtempSync(join(tmpdir(), 'relay-bench-')));
		scene.#home = join(scene.#root, 'home');
		scene.#repo = join(scene.#root, 'repo');
		for (const folder of [scene.#home, scene.#repo]) mkdirSync(folder);
		scene.#git('init', '-q', '-b', 'main');
		for (const [path, content] of Object.entries(session.files)) scene.#write(path, content);
		scene.#git('add', '-A');
		scene.#git('commit', '-q', '-m', 'first');
		scene.#deps = await scene.#wire();
		scene.#relay = scene.#start();
		return scene;
	}

	async close() {
		await this.#relay.close();
		rmSync(this.#root, { recursive: true, force: true });
	}

	async take(step, next) {
		switch (step.step) {
			case 'works':
				await this.#use(step.role);
				return this.#send(step, [{ ...step, isLimited: false }]);
			case 'limited':
				await this.#use(step.role);
				return this.#send(step, [
					{ ...step, isLimited: true },
					{ ...next, isLimited: false },
				]);
			case 'takesOver':
				return undefined;
			case 'note':
				this.#said.push({ kind: 'note', text: step.text, knownTo: new Set() });
				return this.#relay.note(step.text);
			case 'shell': {
				this.#queue.push({ output: Buffer.from(step.output), exitCode: step.exit });
				const options = { signal: new AbortController().signal, onOutput: () => undefined };
				return this.#relay.runShellCommand(step.command, options);
			}
			case 'files':
				return this.#touch(step);
			case 'continues': {
				const { id } = this.#relay.session();
				await this.#relay.close();
				this.#relay = this.#start();
				return this.#relay.resume(id);
			}
			default:
				throw new Error(`no such step: ${step.step}`);
		}
	}

	/** The packets for this turn; then the turn itself, which has to be sent the same words as at 24 KB. */
	async measure(step, budgets) {
		const agent = this.#agentOf(step.role);
		const prepare = await this.#preparer(step, agent);
		const known = [...(this.#knowledge.get(agent) ?? [])].join('\n');
		const packets = [];
		for (const budget of budgets) {
			this.#deps.config.packet.max_bytes = budget * 1024;
			const startedAt = performance.now();
			const { spec, packet } = await prepare();
			spec.conversation?.end(null);
			if (packet === null) throw new Error(`${this.#session.id}: no packet for ${agent}`);
			packets.push({ budget, sent: spec.prompt, ...packet.packet, ms: performance.now() - startedAt });
		}
		this.#deps.config.packet.max_bytes = 24 * 1024;
		const words = this.#wordsFor(agent, JSON.parse(packets[0].json).kind === 'delta');
		const sent = await this.#send(step, [{ ...step, isLimited: false }]);
		const expected = packets.find(({ budget }) => budget === 24).sent;
		if (sent !== expected) throw new Error(`${this.#session.id}: what was sent is not what was measured`);
		return { step, agent, words, known, packets };
	}

	async #preparer(step, agent) {
		await this.#use(step.role);
		const opened = this.#relay.session();
		const session = {
			...opened,
			apply: () => undefined,
			turns: () => this.#relay.view.turns(),
			writableFolder: () => opened.folder,
			wayTo: (path) => path,
		};
		const last = this.#relay.view.turns().at(-1)?.agent ?? null;
		const isSwitch = last !== null && last !== agent;
		const plan = {
			session,
			adapter: this.#deps.registry.find(agent),
			model: null,
			permissions: 'edit',
			task: { text: step.user, isConfirmed: true, recordedAt: null, isInterrupted: false },
			trigger: isSwitch ? 'switch' : 'user',
			from: last === null ? null : this.#deps.registry.find(last),
			reason: isSwitch ? 'switch' : 'continue',
			limit: null,
			before: null,
			isFresh: false,
		};
		return () => this.#product.prepareTurn(plan, this.#deps);
	}

	/** What the user said that the packet has to hold word for word. */
	#wordsFor(agent, isDelta) {
		const missed = this.#said.filter(({ knownTo }) => !isDelta || !knownTo.has(agent));
		const objective = this.#said.find(({ kind }) => kind === 'prompt');
		return missed.map((said) => ({
			kind: !isDelta && said === objective ? 'objective' : said.kind,
			parts: [said.text],
		}));
	}

	async #use(role) {
		const agent = this.#agentOf(role);
		if (this.#relay.active().agent !== agent) await this.#relay.use({ agent, model: null }, null);
	}

	#agentOf = (role) => this.#session.agents[role];

	/** Sends the prompt; `turns` are what the agents do with it. Returns what the last one was sent. */
	async #send({ user }, turns) {
		this.#queue.push(...turns);
		const installed = turns.map(({ role }) => this.#agentOf(role));
		this.#deps.findExecutable = (agent) => ({
			path: installed.includes(agent) ? process.execPath : null,
			refused: null,
		});
		const options = { signal: new AbortController().signal, onEvent: () => undefined };
		this.#said.push({ kind: 'prompt', text: user, knownTo: new Set() });
		const { outcome } = await this.#relay.send(user, options);
		this.#deps.findExecutable = () => ({ path: process.execPath, refused: null });
		if (outcome !== 'completed' || this.#queue.length > 0)
			throw new Error(`${this.#session.id}: "${user.slice(0, 40)}" ended ${outcome}`);
		return this.#lastSent;
	}

	#lastSent = '';

	/** In place of a process: does what was scripted and prints it as the CLI does. */
	async #run(spec, handlers) {
		const next = this.#queue.shift();
		if (next === undefined) throw new Error(`${this.#session.id}: nothing is scripted for ${spec.args}`);
		const { output, exitCode } = next.acts === undefined ? next : this.#act(next, spec);
		const ended = new Promise((resolve) =>
			setImmediate(() => {
				handlers.onOutput(output);
				resolve({ exitCode, signal: null, seen: 'marker' });
			}),
		);
		return {
			identity: NO_PROCESS,
			ended,
			pause: () => undefined,
			resume: () => undefined,
			descendants: () => [],
			stop: async () => ({ killed: [] }),
		};
	}

	#act({ role, acts, isLimited }, { promptPath }) {
		const agent = this.#agentOf(role);
		const dialect = DIALECTS[agent];
		this.#turns++;
		this.#now += 60_000;
		this.#lastSent = readFileSync(promptPath, 'utf8');
		for (const act of acts) this.#touch(act);
		const lines = dialect.lines(acts, { turn: this.#turns, isLast: isLimited });
		this.#keepNative(agent, dialect.native(acts, this.#turns));
		for (const { text, knownTo } of this.#said) if (this.#lastSent.includes(text)) knownTo.add(agent);
		const known = this.#knowledge.get(agent) ?? [];
		this.#knowledge.set(agent, [...known, this.#lastSent, ...acts.map(textOf)]);
		const output = Buffer.from(lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
		// gemini tells a refused request by HTTP status modulo 256.
		const exitCode = isLimited ? (agent === 'gemini' ? 429 - 256 : 1) : 0;
		return { output, exitCode };
	}

	/** Where the CLI would keep its own record. */
	#keepNative(agent, record) {
		if (record === null) return;
		const { folder, name, head } = NATIVE[agent];
		mkdirSync(join(this.#home, folder), { recursive: true });
		writeFileSync(join(this.#home, folder, name), `${head}${record}\n`);
	}

	#touch(act) {
		const path = act.path && join(this.#repo, act.path);
		if (act.act === 'write') this.#write(act.path, act.content);
		else if (act.act === 'edit') {
			const text = readFileSync(path, 'utf8');
			if (!text.includes(act.before))
				throw new Error(`${this.#session.id}: ${act.path} has no "${act.before}"`);
			writeFileSync(
				path,
				text.replace(act.before, () => act.after),
			);
		} else if (act.act === 'remove') rmSync(path);
		else if (act.act === 'rename') renameSync(join(this.#repo, act.from), join(this.#repo, act.to));
	}

	#write(path, content) {
		mkdirSync(dirname(join(this.#repo, path)), { recursive: true });
		writeFileSync(join(this.#repo, path), content);
	}

	#git(...args) {
		const who = ['-c', 'user.name=A', '-c', 'user.email=a@example.org'];
		const env = { PATH: process.env.PATH ?? '', HOME: this.#home, GIT_CONFIG_NOSYSTEM: '1' };
		execFileSync('git', [...who, '-C', this.#repo, ...args], { env, stdio: 'pipe' });
	}

	#start() {
		return this.#product.openConversation(this.#deps, {
			kind: 'shell',
			agent: null,
			model: null,
			permissions: 'edit',
			order: null,
			timeoutMs: null,
			parentTurn: null,
		});
	}

	async #wire() {
		const product = this.#product;
		const env = {
			PATH: process.env.PATH ?? '',
			HOME: this.#home,
			ANTHROPIC_API_KEY: 'key-of-claude',
			CODEX_API_KEY: 'key-of-codex',
			GEMINI_API_KEY: 'key-of-gemini',
		};
		const clock = {
			now: () => this.#now,
			monotonic: () => performance.now(),
			sleep: (ms, signal) =>
				new Promise((resolve) => {
					const timer = setTimeout(resolve, ms);
					signal?.addEventListener('abort', () => {
						clearTimeout(timer);
						resolve();
					});
				}),
		};
		const executable = execFileSync('/bin/sh', ['-c', 'command -v git'], { encoding: 'utf8' }).trim();
		const git = product.createGit({ executable, env, runProcess: product.runProcess });
		const repo = await product.findRepo(this.#repo, git);
		const stateHome = join(this.#root, 'state');
		const location = product.locateStore(repo, { stateHome });
		const processes = product.createProcessTable();
		const ids = product.createSessionIds(() => clock.now());
		const locking = product.lockingOf(processes, clock);
		const running = product.createRunningAgents(join(stateHome, 'running'), processes);
		const registry = product.createRegistry();
		return {
			clock,
			registry,
			config: structuredClone(product.DEFAULT_CONFIG),
			env,
			agentEnv: env,
			repo,
			namedAgents: new Set(),
			isTrusted: true,
			isRoot: false,
			store: product.createSessionStore({
				location,
				clock,
				ids,
				processes,
				host: 'bench',
				relayVersion: '0',
				witnesses: product.createWitnesses(join(stateHome, 'witness'), clock),
			}),
			prepareStore: () => product.prepareStore(location),
			snapshots: product.createSnapshots({
				repo,
				git,
				stateFolder: join(stateHome, 'snapshots'),
				clock,
			}),
			places: {
				find: (folder) => product.findRepo(folder, git),
				hasCommit: (there, commit) => product.hasCommit(there, commit, git),
				firstCommits: (there) => product.firstCommits(there, git),
				portsAt: async () => this.#deps,
			},
			processes,
			startProcess: (spec, handlers) => this.#run(spec, handlers),
			privateFolder: join(stateHome, 'private'),
			ledger: product.createLedger({
				file: join(stateHome, 'limits.json'),
				clock,
				locking,
				onNotice: () => undefined,
			}),
			runningAgents: running,
			conversations: product.createNativeConversations({
				folder: join(stateHome, 'conversations'),
				clock,
				locking,
				processes,
			}),
			survivors: product.createSurvivors({ running, processes, clock, desk: { ask: null } }),
			estimateCost: () => null,
			findExecutable: () => ({ path: process.execPath, refused: null }),
			loginOf: (agent) => registry.find(agent).probeLogin(env),
			versions: { known: () => null, learn: () => undefined },
			settings: () => this.#deps,
			holdSettings: async () => null,
			policy: () => {
				const { config, agentEnv, namedAgents, isTrusted, findExecutable, loginOf } = this.#deps;
				return { registry, config, agentEnv, namedAgents, isTrusted, findExecutable, loginOf };
			},
			newNativeId: () => randomUUID(),
			allowCommand: () => undefined,
		};
	}
}

const NATIVE = {
	codex: {
		folder: '.codex/sessions/2026/01/05',
		name: 'rollout-2026-01-05T10-00-00-01a1fd61-0890-7c41-ad25-eb981e1a7c8a.jsonl',
		head: '',
	},
	gemini: {
		folder: '.gemini/tmp/bench/chats',
		name: 'session-2026-01-05T10-00-f6854b43.jsonl',
		head: '{"sessionId":"f6854b43-fe95-4a35-b522-d441fdae6000"}\n',
	},
};

const textOf = (act) =>
	[act.text, act.command, act.output, act.before, act.after, act.content, ...(act.items ?? [])]
		.filter(Boolean)
		.join('\n');
