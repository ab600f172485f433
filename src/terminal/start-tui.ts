/** Starts an agent's own TUI on a pseudo-terminal. The kernel hangs it up when the relay dies, and the TUI with it. */
import { randomBytes } from 'node:crypto';
import { closeSync, write } from 'node:fs';
import { ReadStream } from 'node:tty';
import { LineSplitter } from '../core/files/line-splitter.ts';
import type { ProcessIdentity } from './agent-process.ts';
import { EndMarkerScanner } from './end-marker.ts';
import { FileFollower } from './file-follower.ts';
import { defaultLaunch, type Launch, type Launched } from './launch.ts';
import { loadNativePty } from './native-pty.ts';
import { requireProgram, type TerminalDependencies } from './start-pty.ts';
import { TreeStop } from './tree-stop.ts';
import type { StartTui, TuiHandlers, TuiProcess } from './tui-process.ts';

/** How long what it left in its terminal may take to end by itself. */
const LEFT_GRACE_MS = 500;
const WORD = /^\x1e(?:(stopped)|ended (\d{1,3}))$/;

export function createStartTui(deps: TerminalDependencies, launch: Launch = defaultLaunch()): StartTui {
	return async ({ statusPath, ...spec }, handlers) => {
		requireProgram(spec.executable);
		const words = new WrapperWords(handlers);
		const status = new FileFollower(statusPath, deps.clock, (chunk) => words.push(chunk));
		try {
			const asked = { ...spec, stderrPath: statusPath, promptPath: null, isTui: true };
			const launched = await launch(asked, status.writeFd);
			return new RunningTui({ launched, status, words, handlers, ...deps });
		} catch (error) {
			await status.finish();
			throw error;
		}
	};
}

/** What the wrapper says, among the messages of its shell. */
class WrapperWords {
	exitCode: number | null = null;
	readonly #lines = new LineSplitter();
	readonly #handlers: Pick<TuiHandlers, 'onStopped'>;

	constructor(handlers: Pick<TuiHandlers, 'onStopped'>) {
		this.#handlers = handlers;
	}

	push(chunk: Buffer): void {
		for (const line of this.#lines.push(chunk)) {
			const [, stopped, code] = (line.kind === 'line' ? WORD.exec(line.text) : null) ?? [];
			if (stopped !== undefined) this.#handlers.onStopped();
			if (code !== undefined) this.exitCode = Number(code);
		}
	}
}

interface Parts extends TerminalDependencies {
	launched: Launched;
	status: FileFollower;
	words: WrapperWords;
	handlers: TuiHandlers;
}

class RunningTui implements TuiProcess {
	readonly identity: ProcessIdentity;
	readonly ended: Promise<{ exitCode: number | null }>;
	readonly #parts: Parts;
	readonly #terminal: ReadStream;
	readonly #nonce = randomBytes(16).toString('hex');
	readonly #scanner = new EndMarkerScanner(this.#nonce);
	readonly #stop: TreeStop;
	#sampled: ProcessIdentity[] = [];
	#finishing: Promise<void> | null = null;
	#tellEnd: (end: { exitCode: number | null }) => void = () => undefined;

	constructor(parts: Parts) {
		const { launched, processes, clock } = parts;
		this.#parts = parts;
		this.identity = processes.identify(launched.pid) ?? { pid: launched.pid, start: '', command: '' };
		this.ended = new Promise((resolve) => {
			this.#tellEnd = resolve;
		});
		const target = { root: this.identity, processes, clock, ended: this.ended, onSignal: () => undefined };
		this.#stop = new TreeStop(target);
		this.#terminal = new ReadStream(launched.masterFd);
		this.#terminal.on('data', (chunk: Buffer) => this.#read(chunk));
		// EIO: the system took the terminal away, which on macOS follows the end of its session leader.
		this.#terminal.on('error', () => this.#finish());
		this.#terminal.on('end', () => this.#finish());
		void launched.exited.then(() => this.#onWrapperExit());
	}

	write(bytes: Buffer): void {
		if (this.#finishing === null) this.#terminal.write(bytes);
	}

	resize(columns: number, rows: number): void {
		if (this.#finishing === null) loadNativePty().resize(this.#parts.launched.masterFd, columns, rows);
	}

	resume(): void {
		this.#parts.processes.signal(this.identity, 'SIGCONT');
	}

	descendants(): ProcessIdentity[] {
		this.#sampled = this.#parts.processes.descendants(this.identity);
		return this.#sampled;
	}

	async stop(terminateMs: number): Promise<void> {
		const { processes } = this.#parts;
		const stopping = this.#stop.stop({ interruptMs: 0, terminateMs }, this.descendants());
		// What was stopped hears no SIGTERM before it goes on.
		for (const one of [...this.#sampled, this.identity]) processes.signal(one, 'SIGCONT');
		await stopping;
	}

	#read(chunk: Buffer): void {
		const { output, exitCode } = this.#scanner.push(chunk);
		for (const bytes of output) this.#parts.handlers.onOutput(bytes);
		if (exitCode !== null) this.#finish();
	}

	/** Whatever it left in its terminal ends, then the terminal is read up to a marker of ours. */
	async #onWrapperExit(): Promise<void> {
		await this.#stop.endMembers({ interruptMs: 0, terminateMs: LEFT_GRACE_MS }, this.#sampled);
		if (this.#finishing !== null) return;
		write(this.#parts.launched.heldFd, `\x1e${this.#nonce} 0\n`, (error) => {
			if (error) this.#finish();
		});
	}

	#finish(): void {
		this.#finishing ??= this.#end();
	}

	async #end(): Promise<void> {
		const { handlers, launched, status, words } = this.#parts;
		const rest = this.#scanner.rest();
		if (rest.length > 0) handlers.onOutput(rest);
		await launched.exited;
		await status.finish();
		this.#terminal.destroy();
		closeSync(launched.heldFd);
		this.#tellEnd({ exitCode: words.exitCode });
	}
}
