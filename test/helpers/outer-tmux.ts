import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { PROGRAM } from './cli-home.ts';
import { until } from './patience.ts';

interface OuterPlace {
	/** The socket is in it. */
	base: string;
	repo: string;
	env: Record<string, string>;
}

/** A terminal of the user's: a tmux that only the test sees, with the built program on it. */
export class OuterTmux {
	readonly #place: OuterPlace;
	readonly #socket: string;

	constructor(place: OuterPlace) {
		this.#place = place;
		this.#socket = join(place.base, 'outer');
	}

	/** The first window; `type` goes there. */
	open(args: readonly string[], { columns = 100, rows = 30 } = {}): void {
		const size = ['-x', String(columns), '-y', String(rows)];
		this.tmux('-f', '/dev/null', 'new-session', '-d', ...size, process.execPath, PROGRAM, ...args);
	}

	another(args: readonly string[]): void {
		this.tmux('new-window', '-d', process.execPath, PROGRAM, ...args);
	}

	/** Names of keys, as tmux has them. */
	press(...keys: readonly string[]): void {
		this.tmux('send-keys', '-t', ':0', ...keys);
	}

	type(text: string): void {
		this.tmux('send-keys', '-t', ':0', '-l', text);
	}

	screen(window = 0): string {
		return this.tmux('capture-pane', '-p', '-t', `:${window}`);
	}

	shows(what: RegExp, window = 0): Promise<boolean> {
		return until(
			() => what.test(this.screen(window)),
			String(what),
			() => this.screen(window),
		);
	}

	get isUp(): boolean {
		try {
			return this.tmux('list-sessions') !== '';
		} catch {
			return false;
		}
	}

	/** Idempotent. tmux leaves the socket of a server that has ended. */
	close(): void {
		if (this.isUp) this.tmux('kill-server');
		rmSync(this.#socket, { force: true });
	}

	tmux(...args: string[]): string {
		const { env, repo } = this.#place;
		return execFileSync('tmux', ['-S', this.#socket, ...args], {
			...{ env, cwd: repo, stdio: ['ignore', 'pipe', 'pipe'] },
		}).toString();
	}
}
