import { execFileSync, spawn } from 'node:child_process';
import {
	existsSync,
	mkdirSync,
	mkdtempSync,
	realpathSync,
	rmSync,
	symlinkSync,
	writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { beginRepo, FIRST_AUTHOR } from './begin-repo.ts';
import { keepCode } from './kept-code.ts';
import { createPatience } from './patience.ts';
import { refuseWarnings } from './process-warnings.ts';
import { fingerprint } from './scratch-repo.ts';

export const PROGRAM = resolve(import.meta.dirname, '../../bin/agent-relay.js');
/** All that is on PATH: agents that a machine has must not be found. */
const TOOLS = [
	'bash',
	'cat',
	'git',
	'grep',
	'head',
	'jq',
	'ls',
	'node',
	'rm',
	'sed',
	'sh',
	'sleep',
	'stty',
	'tail',
];
/** For homes in which something is searched: no indexer outlives the session that started it, and so the home. */
export const NOT_INDEXED_BESIDE = { AGENT_RELAY_CFG_SEARCH__KEEP_INDEXED: 'false' };
/** A command that is not over by then hangs. */
const LONGEST_MS = 60_000;
/** Between two looks whether it does. */
const LOOK_MS = 100;

export interface CliRun {
	exitCode: number | null;
	stdout: string;
	stderr: string;
}

export interface CliRunOptions {
	env?: Record<string, string>;
	cwd?: string;
	/** For node, before the program. */
	nodeFlags?: readonly string[];
	/** Sent to stdin, which is then closed; without it stdin is /dev/null. */
	input?: string;
}

/** The built program in a home and a repo of its own, with nothing of the machine's environment but a few tools. */
export class CliHome {
	readonly base: string;
	readonly home: string;
	readonly repo: string;
	readonly bin: string;
	readonly #more: Readonly<Record<string, string>>;
	readonly #temporary = realpathSync(mkdtempSync(join(tmpdir(), 'relay-cli-')));

	/**
	 * `isFirst`: nothing of this user has ever run, so that no compiled code is kept. `pathChars`: of `base`, so that what is
	 * printed breaks its lines at the same places wherever the temporary folder is. `env`: more of it, for all that is started.
	 */
	constructor({ isFirst = false, pathChars = 0, env = {} } = {}) {
		this.#more = env;
		const missing = pathChars - this.#temporary.length - 1;
		this.base = missing > 0 ? join(this.#temporary, 'x'.repeat(missing)) : this.#temporary;
		this.home = join(this.base, 'home');
		this.repo = join(this.base, 'repo');
		this.bin = join(this.base, 'bin');
		mkdirSync(this.base, { recursive: true });
		for (const folder of [this.home, this.repo, this.bin]) mkdirSync(folder);
		for (const tool of TOOLS) {
			const path = tool === 'node' ? process.execPath : findTool(tool);
			if (path !== null) symlinkSync(path, join(this.bin, tool));
		}
		if (!isFirst) keepCode(this.home);
		this.write('README.md', '# A repo\n');
		beginRepo(this.repo, { ...this.env, ...FIRST_AUTHOR }, '--template=');
	}

	get env(): Record<string, string> {
		const path = [dirname(process.execPath), '/usr/local/bin', '/usr/bin', '/bin'].join(':');
		return {
			PATH: path,
			HOME: this.home,
			GIT_CONFIG_NOSYSTEM: '1',
			DEMO_AGENT_PACE_MS: '0',
			LANG: 'C.UTF-8',
			...this.#more,
		};
	}

	git(...args: string[]): string {
		return execFileSync('git', args, { cwd: this.repo, env: this.env, encoding: 'utf8' });
	}

	/** Relative to the repo. */
	write(path: string, text: string): void {
		const full = resolve(this.repo, path);
		mkdirSync(dirname(full), { recursive: true });
		writeFileSync(full, text);
	}

	/** A script on PATH, where that is `bin`. */
	program(name: string, text: string): void {
		writeFileSync(join(this.bin, name), text, { mode: 0o755 });
	}

	/** The user's own configuration. */
	configure(toml: string): void {
		const folder = join(this.home, '.config/agent-relay');
		mkdirSync(folder, { recursive: true });
		writeFileSync(join(folder, 'config.toml'), toml);
	}

	/** Configures agents, each a script of one line for `sh` that has its prompt on stdin and answers in text. `more`: what else is set. */
	configureAgents(scripts: Readonly<Record<string, string>>, more = ''): void {
		const agents = Object.entries(scripts).map(
			([name, script]) =>
				`[agents.${name}]\ncommand = ${JSON.stringify(['sh', '-c', script])}\noutput = "text"\n`,
		);
		this.configure(`${more}${agents.join('')}`);
	}

	/** Everything below home and repo: kinds, modes, times, bytes. */
	state(): Record<string, string> {
		return fingerprint(this.base);
	}

	run(args: readonly string[], options: CliRunOptions = {}): Promise<CliRun> {
		return this.#spawn(process.execPath, [...(options.nodeFlags ?? []), PROGRAM, ...args], options);
	}

	/** A script for bash in which `agent-relay` is the program. */
	bash(script: string, options: CliRunOptions = {}): Promise<CliRun> {
		const define = `agent-relay() { ${JSON.stringify(process.execPath)} ${JSON.stringify(PROGRAM)} "$@"; }\n`;
		return this.#spawn('bash', ['--norc', '--noprofile', '-c', define + script], options);
	}

	remove(): void {
		rmSync(this.#temporary, { recursive: true, force: true });
	}

	#spawn(file: string, args: string[], { env, cwd, input }: CliRunOptions): Promise<CliRun> {
		return new Promise((done, fail) => {
			const child = spawn(file, args, {
				cwd: cwd ?? this.repo,
				env: { ...this.env, ...env },
				stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
			});
			const isOver = createPatience(LONGEST_MS);
			const timer = setInterval(() => {
				if (!isOver()) return;
				clearInterval(timer);
				child.kill('SIGKILL');
				fail(
					new Error(`${args.join(' ')} did not end in ${LONGEST_MS} ms; it printed:\n${stdout}\n${stderr}`),
				);
			}, LOOK_MS);
			let stdout = '';
			let stderr = '';
			child.stdout?.on('data', (chunk) => {
				stdout += chunk;
			});
			child.stderr?.on('data', (chunk) => {
				stderr += chunk;
			});
			child.on('error', fail);
			child.on('close', (exitCode) => {
				clearInterval(timer);
				try {
					refuseWarnings(stderr);
					done({ exitCode, stdout, stderr });
				} catch (error) {
					fail(error);
				}
			});
			child.stdin?.end(input);
		});
	}
}

function findTool(name: string): string | null {
	const folders = (process.env.PATH ?? '').split(delimiter);
	return folders.map((folder) => join(folder, name)).find((path) => existsSync(path)) ?? null;
}
