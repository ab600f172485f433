import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { PROGRAM } from './cli-home.ts';
import { until } from './patience.ts';

export const hasTmux = spawnSync('tmux', ['-V']).status === 0;

interface PairPlace {
	/** Its path is short: sockets are below. */
	base: string;
	repo: string;
	env: Record<string, string>;
}

export interface Pane {
	id: string;
	pid: number;
}

/** A pair in a tmux that only the test sees: what is on its panes, and what is typed there. */
export class OpenPair {
	readonly env: Record<string, string>;
	readonly #sockets: string;
	readonly #repo: string;
	/** The panes in their order: left, right, watch. */
	panes: Pane[] = [];

	constructor({ base, repo, env }: PairPlace) {
		this.#sockets = join(base, 't');
		mkdirSync(this.#sockets, { recursive: true });
		this.#repo = repo;
		this.env = { ...env, TERM: 'xterm-256color', TMUX_TMPDIR: this.#sockets };
	}

	/** Runs `pair` without a terminal, and waits for the prompts of both shells. */
	async open(agents: string, ...more: string[]): Promise<void> {
		const args = [PROGRAM, ...more, 'pair', '--agents', agents];
		execFileSync(process.execPath, args, { cwd: this.#repo, env: this.env, stdio: 'pipe' });
		this.panes = this.list();
		for (const at of [0, 1]) await this.shows(at, / › /);
	}

	/** A server of the user's, with one pane. */
	startServer(socket: string, program: readonly string[]): void {
		execFileSync(
			'tmux',
			['-L', socket, '-f', '/dev/null', 'new-session', '-d', '-c', this.#repo, ...program],
			{
				cwd: this.#repo,
				env: this.env,
			},
		);
	}

	/** Sockets of servers, running or not. */
	sockets(): string[] {
		return readdirSync(this.#sockets).flatMap((folder) => readdirSync(join(this.#sockets, folder)));
	}

	/** The panes that are open now. */
	list(): Pane[] {
		const lines = this.tmux('list-panes', '-a', '-F', '#{pane_id} #{pane_pid}').stdout;
		return lines
			.split('\n')
			.filter((line) => line !== '')
			.map((line) => {
				const [id = '', pid = ''] = line.split(' ');
				return { id, pid: Number(pid) };
			});
	}

	/** On the first socket there is. */
	tmux(...args: string[]): { status: number | null; stdout: string } {
		const [socket] = this.sockets();
		if (socket === undefined) return { status: 1, stdout: '' };
		return spawnSync('tmux', ['-L', socket, ...args], { env: this.env, encoding: 'utf8' });
	}

	screen(at: number): string {
		return this.tmux('capture-pane', '-p', '-J', '-S', '-', '-t', this.#pane(at).id).stdout;
	}

	/** Types a line. */
	type(at: number, text: string): void {
		this.tmux('send-keys', '-t', this.#pane(at).id, '-l', text);
		this.tmux('send-keys', '-t', this.#pane(at).id, 'Enter');
	}

	/** Waits until the pane shows it, at least so often. */
	shows(at: number, what: RegExp, times = 1): Promise<void> {
		const all = new RegExp(what.source, `${what.flags}g`);
		return this.until(
			() => [...this.screen(at).matchAll(all)].length >= times,
			() => `${what} in pane ${at}, which shows:\n${this.screen(at)}`,
		);
	}

	async until(isSo: () => boolean, what: () => string): Promise<void> {
		await until(isSo, '', what);
	}

	/** Waits until no process of it is left. */
	gone(): Promise<void> {
		return this.until(
			() => this.panes.every(({ pid }) => !existsSync(`/proc/${pid}`)) && this.list().length === 0,
			() => `the end of ${this.panes.map(({ pid }) => pid).join(', ')}`,
		);
	}

	remove(): void {
		for (const socket of this.sockets()) spawnSync('tmux', ['-L', socket, 'kill-server'], { env: this.env });
	}

	#pane(at: number): Pane {
		const pane = this.panes[at];
		if (pane === undefined) throw new Error(`no pane ${at}`);
		return pane;
	}
}
