import { closeSync, write } from 'node:fs';
import { ReadStream } from 'node:tty';
import type { Clock } from '../core/clock.ts';
import type { ProcessTable } from '../core/processes/process-table.ts';
import { isTerminalRead } from '../core/processes/terminal-readers.ts';
import type {
	AgentProcess,
	ProcessEnd,
	ProcessHandlers,
	ProcessIdentity,
	ProcessSpec,
	StopGraces,
} from './agent-process.ts';
import { EndMarkerScanner } from './end-marker.ts';
import { exitSignal } from './exit-signal.ts';
import type { FileFollower } from './file-follower.ts';
import type { Launched } from './launch.ts';
import { TreeStop } from './tree-stop.ts';
import { READY } from './wrapper.ts';

export interface PtyProcessParts {
	launched: Launched;
	nonce: string;
	stderr: FileFollower;
	spec: ProcessSpec;
	handlers: ProcessHandlers;
	clock: Clock;
	processes: ProcessTable;
}

/** How long processes that a dead wrapper left in its terminal may take to end by themselves. The kernel has hung it up already. */
const ORPHAN_GRACE_MS = 500;
/** The wrapper exits well under 1 ms after its marker is acknowledged. */
const WRAPPER_EXIT_MS = 1_000;

/** An agent on a terminal, from the wrapper's first byte to the end marker. */
export class PtyProcess implements AgentProcess {
	readonly identity: ProcessIdentity;
	readonly ended: Promise<ProcessEnd>;
	/** True once the wrapper waits for `begin`, false if it ended before. */
	readonly ready: Promise<boolean>;
	readonly #parts: PtyProcessParts;
	readonly #terminal: ReadStream;
	readonly #scanner: EndMarkerScanner;
	readonly #stop: TreeStop;
	readonly #sent = new Set<NodeJS.Signals>();
	#isReady = false;
	#isStopping = false;
	#isHungUp = false;
	#sampled: ProcessIdentity[] = [];
	#tellEnd: (end: ProcessEnd) => void = () => undefined;
	#tellReady: (isReady: boolean) => void = () => undefined;
	#finishing: Promise<void> | null = null;

	constructor(parts: PtyProcessParts) {
		const { clock, launched, nonce, processes } = parts;
		this.#parts = parts;
		this.identity = processes.identify(launched.pid) ?? { pid: launched.pid, start: '', command: '' };
		this.ended = new Promise((resolve) => {
			this.#tellEnd = resolve;
		});
		this.ready = new Promise((resolve) => {
			this.#tellReady = resolve;
		});
		this.#scanner = new EndMarkerScanner(nonce);
		const onSignal = (signal: NodeJS.Signals) => this.#sent.add(signal);
		this.#stop = new TreeStop({ root: this.identity, processes, clock, ended: this.ended, onSignal });
		this.#terminal = new ReadStream(launched.masterFd);
		this.#terminal.on('data', (chunk: Buffer) => this.#read(chunk));
		// EIO: the system took the terminal away, which on macOS follows the end of its session leader.
		this.#terminal.on('error', () => this.#finish(null));
		this.#terminal.on('end', () => this.#finish(null));
		void launched.exited.then(() => this.#onWrapperExit());
	}

	/** Lets the wrapper start the agent. To be called once, when it is `ready`. */
	begin(): void {
		if (this.#finishing === null) this.#terminal.write(`${this.#parts.nonce}\n`);
	}

	/** Ends the wrapper instead. */
	async abandon(): Promise<void> {
		this.#parts.processes.signal(this.identity, 'SIGKILL');
		await this.ended;
	}

	async write(bytes: Buffer): Promise<void> {
		// After the end marker the wrapper itself reads.
		if (!this.#isReady || this.#finishing !== null) return;
		const written = new Promise<void>((resolve) => this.#terminal.write(bytes, () => resolve()));
		await Promise.race([written, this.ended]);
	}

	isTerminalRead(): boolean {
		const pids = this.descendants().map(({ pid }) => pid);
		return isTerminalRead(pids, this.#parts.launched.terminalPath);
	}

	descendants(): ProcessIdentity[] {
		this.#sampled = this.#parts.processes.descendants(this.identity);
		return this.#sampled;
	}

	stop(graces: StopGraces, known: readonly ProcessIdentity[] = []): Promise<{ killed: ProcessIdentity[] }> {
		this.#isStopping = true;
		return this.#stop.stop(graces, known);
	}

	#read(chunk: Buffer): void {
		if (!this.#isReady) {
			if (!chunk.includes(READY)) return;
			this.#isReady = true;
			this.#tellReady(true);
			return;
		}
		const { output, exitCode } = this.#scanner.push(chunk);
		for (const bytes of output) this.#parts.handlers.onOutput(bytes);
		if (exitCode !== null) this.#finish(exitCode);
	}

	/** Without a marker the wrapper itself was killed. The processes it left end, then the terminal is read to its end. */
	async #onWrapperExit(): Promise<void> {
		if (!this.#isReady) this.#finish(null);
		if (this.#finishing !== null) return;
		this.#isHungUp = true;
		await this.#stop.endMembers({ interruptMs: 0, terminateMs: ORPHAN_GRACE_MS }, this.#sampled);
		// Our own end marker follows everything written before it; the wrapper's may still be among that.
		write(this.#parts.launched.heldFd, `\x1e${this.#parts.nonce} 0\n`, (error) => {
			if (error) this.#finish(null);
		});
	}

	#finish(exitCode: number | null): void {
		this.#finishing ??= this.#end(exitCode);
	}

	async #end(exitCode: number | null): Promise<void> {
		const { clock, handlers, launched, processes, spec, stderr } = this.#parts;
		const rest = this.#scanner.rest();
		if (rest.length > 0) handlers.onOutput(rest);
		// The agent's unread input may lack its newline.
		this.#terminal.write(`\n${this.#parts.nonce}\n`);
		await stderr.finish();
		await this.#wrapperExit(clock);
		processes.signal(this.identity, 'SIGKILL');
		this.#terminal.destroy();
		closeSync(launched.heldFd);
		const isTold = exitCode !== null && !this.#isHungUp;
		this.#tellReady(false);
		this.#tellEnd(
			isTold
				? { exitCode, signal: exitSignal(exitCode, this.#sent, spec.claimsExitCode), seen: 'marker' }
				: { exitCode: null, signal: this.#lastSent(), seen: 'hangup' },
		);
	}

	async #wrapperExit(clock: Clock): Promise<void> {
		const patience = new AbortController();
		void this.#parts.launched.exited.then(() => patience.abort());
		await clock.sleep(WRAPPER_EXIT_MS, patience.signal);
	}

	/** The hardest signal that a stop has sent; a killed wrapper cannot report what ended the agent. */
	#lastSent(): NodeJS.Signals | null {
		if (!this.#isStopping) return null;
		const order = ['SIGKILL', 'SIGTERM', 'SIGINT'] as const;
		return order.find((signal) => this.#sent.has(signal)) ?? null;
	}
}
