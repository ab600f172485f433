import { createRequire } from 'node:module';
import { until } from '../../helpers/patience.ts';
import { PtyScreen } from '../../helpers/pty-screen.ts';
import { RELAY, type Scene } from './scene.ts';

/** The part of node-pty's interface that is used here; its types are declared under another name. */
interface Pty {
	onData(listener: (data: string) => void): void;
	onExit(listener: (end: { exitCode: number; signal?: number }) => void): void;
	write(data: string): void;
	kill(signal: string): void;
}
type Spawn = (file: string, args: string[], options: object) => Pty;
// The relay's own node-pty: gemini brings another, without its compiled part.
const { spawn } = createRequire(RELAY)('node-pty') as { spawn: Spawn };

/** The relay on a terminal of 100 columns. */
export class PtyRelay {
	readonly ended: Promise<number>;
	readonly #pty: Pty;
	readonly #screen = new PtyScreen(100, 40);
	#seen = '';

	constructor(scene: Scene, args: string[], env: Record<string, string> = {}) {
		this.#pty = spawn(process.execPath, [RELAY, ...args], {
			cols: 100,
			rows: 40,
			cwd: scene.repo,
			name: 'xterm-256color',
			env: { ...scene.env, ...env },
		});
		this.#pty.onData((data) => {
			this.#seen += data;
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

	/** Until the shell waits for its first prompt. */
	ready(): Promise<true> {
		return this.shows('type a task');
	}

	shows(text: string): Promise<true> {
		return until(
			() => this.text().includes(text),
			JSON.stringify(text),
			() => `on the screen:\n${this.text()}\n${JSON.stringify(this.#seen.slice(-500))}`,
		);
	}

	type(text: string): void {
		this.#pty.write(text);
	}

	kill(signal: string): void {
		this.#pty.kill(signal);
	}
}
