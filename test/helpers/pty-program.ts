import { execFileSync } from 'node:child_process';
import { PROGRAM } from './cli-home.ts';
import { until } from './patience.ts';
import { PtyScreen } from './pty-screen.ts';
import { type Pty, startOnPty } from './start-on-pty.ts';

interface PtyPlace {
	cwd: string;
	env: Record<string, string>;
	columns?: number;
	rows?: number;
	script?: string;
}

/** The built program on a terminal, of 100 columns and 40 rows unless said otherwise. */
export class PtyProgram {
	readonly ended: Promise<number>;
	readonly #pty: Pty;
	readonly #screen: PtyScreen;
	#written = '';
	#hasEnded = false;

	/** `script`: of bash, which starts the program as `"$0" "$@"` on its terminal. */
	constructor(args: string[], { cwd, env, columns = 100, rows = 40, script }: PtyPlace) {
		this.#screen = new PtyScreen(columns, rows);
		const size = { cols: columns, rows, name: 'xterm-256color' };
		const own = [process.execPath, PROGRAM, ...args];
		const [file = '', ...rest] = script === undefined ? own : ['bash', '-c', script, ...own];
		this.#pty = startOnPty(file, rest, { ...size, cwd, env: { PAGER: 'cat', ...env } });
		this.#pty.onData((data) => {
			this.#written += data;
			this.#screen.write(data);
		});
		this.ended = new Promise((done) => {
			this.#pty.onExit(({ exitCode }) => {
				this.#hasEnded = true;
				done(exitCode);
			});
		});
	}

	/** Everything shown so far, as a person reads it. */
	text(): string {
		return this.#screen.text();
	}

	/** All bytes so far. */
	written(): string {
		return this.#written;
	}

	/** As `shows`, for bytes that no screen shows. */
	writes(bytes: RegExp): Promise<void> {
		return this.#until(() => bytes.test(this.#written), String(bytes));
	}

	/** What stands on the screen now. */
	screen(): string {
		return this.#screen.lines().join('\n');
	}

	/** A private mode of the terminal as last set (25: the cursor is shown, 2004: bracketed paste). */
	mode(number: number): boolean | undefined {
		return this.#screen.modes.get(number);
	}

	/** Whether the terminal keeps what is typed for whoever reads a line, and shows it. */
	isCooked(): boolean {
		const of = process.platform === 'darwin' ? '-f' : '-F';
		const modes = execFileSync('stty', [of, this.#pty.ptsName, '-a'], { encoding: 'utf8' });
		return / icanon\b/.test(modes) && / echo\b/.test(modes);
	}

	/** Fails after a minute with what is on the screen; the program is ended then. */
	shows(text: string): Promise<void> {
		return this.#until(() => this.text().includes(text), text);
	}

	/** As `shows`, also for what is drawn over at once, as the echo of a key is. */
	echoes(text: string): Promise<void> {
		return this.#until(() => this.#written.includes(text), text);
	}

	/** As `echoes`, for a text that is written again and again. */
	times(text: string, count: number): Promise<void> {
		return this.#until(() => this.#written.split(text).length > count, `${text} (${count} times)`);
	}

	/** Nothing once it has ended: its pid may be another's. */
	kill(signal: string): void {
		if (!this.#hasEnded) this.#pty.kill(signal);
	}

	async #until(isThere: () => boolean, text: string): Promise<void> {
		try {
			await until(isThere, JSON.stringify(text), () => `on the screen:\n${this.text()}`);
		} catch (error) {
			this.kill('SIGKILL');
			throw error;
		}
	}

	type(text: string): void {
		this.#pty.write(text);
	}
}
