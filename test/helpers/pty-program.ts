import { createRequire } from 'node:module';
import { PROGRAM } from './cli-home.ts';
import { until } from './patience.ts';
import { PtyScreen } from './pty-screen.ts';

interface Pty {
	onData(listener: (data: string) => void): void;
	onExit(listener: (end: { exitCode: number }) => void): void;
	write(data: string): void;
	kill(signal: string): void;
}
type Spawn = (file: string, args: string[], options: object) => Pty;
// The package's types are declared under another name.
const { spawn } = createRequire(import.meta.url)('node-pty') as { spawn: Spawn };

/** The built program on a terminal of 100 columns. */
export class PtyProgram {
	readonly ended: Promise<number>;
	readonly #pty: Pty;
	readonly #screen = new PtyScreen(100, 40);
	#written = '';

	constructor(args: string[], { cwd, env }: { cwd: string; env: Record<string, string> }) {
		const size = { cols: 100, rows: 40, name: 'xterm-256color' };
		this.#pty = spawn(process.execPath, [PROGRAM, ...args], { ...size, cwd, env: { PAGER: 'cat', ...env } });
		this.#pty.onData((data) => {
			this.#written += data;
			this.#screen.write(data);
		});
		this.ended = new Promise((done) => this.#pty.onExit(({ exitCode }) => done(exitCode)));
	}

	/** Everything shown so far, as a person reads it. */
	text(): string {
		return this.#screen.text();
	}

	/** What stands on the screen now. */
	screen(): string {
		return this.#screen.lines().join('\n');
	}

	/** A private mode of the terminal as last set (25: the cursor is shown, 2004: bracketed paste). */
	mode(number: number): boolean | undefined {
		return this.#screen.modes.get(number);
	}

	/** Fails after 20 s with what is on the screen; the program is ended then. */
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

	kill(signal: string): void {
		this.#pty.kill(signal);
	}

	async #until(isThere: () => boolean, text: string): Promise<void> {
		try {
			await until(isThere, JSON.stringify(text), () => `on the screen:\n${this.text()}`);
		} catch (error) {
			this.#pty.kill('SIGKILL');
			throw error;
		}
	}

	type(text: string): void {
		this.#pty.write(text);
	}
}
