import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { rolldown } from 'rolldown';
import type { RelayCall } from './fake-relay.ts';
import { until } from './patience.ts';
import { refuseWarnings } from './process-warnings.ts';
import { PtyScreen } from './pty-screen.ts';
import { type Pty, startOnPty } from './start-on-pty.ts';
import { wholeLines } from './whole-lines.ts';

const ROOT = resolve(import.meta.dirname, '../..');

/**
 * The test's shell program as one file, as the build joins what the product starts with: a start that loads each module of the shell
 * on its own takes three times as long. Below `node_modules`, where its imports resolve. Remove the folder after the tests.
 */
export async function buildShellProgram(): Promise<{ program: string; folder: string }> {
	const cache = join(ROOT, 'node_modules/.cache');
	mkdirSync(cache, { recursive: true });
	const folder = mkdtempSync(join(cache, 'shell-program-'));
	writeFileSync(join(folder, 'package.json'), '{"type":"commonjs"}');
	const built = await rolldown({
		input: join(ROOT, 'test/helpers/pty-shell-program.ts'),
		platform: 'node',
		external: /^(?:node:|node-pty|@lydell\/|smol-toml|libsql)/,
		logLevel: 'warn',
		checks: { pluginTimings: false, ineffectiveDynamicImport: false },
	});
	const { output } = await built.generate({
		format: 'cjs',
		entryFileNames: '[name].cjs',
		chunkFileNames: '[name].cjs',
	});
	// Node prints the line that threw, and a screen would show its tabs.
	for (const file of output)
		if (file.type === 'chunk')
			writeFileSync(
				join(folder, file.fileName),
				file.code.replace(/^\t+/gm, (tabs) => ' '.repeat(tabs.length)),
			);
	await built.close();
	return { program: join(folder, 'pty-shell-program.cjs'), folder };
}

export interface PtyShellOptions {
	program: string;
	/** 0: the terminal does not tell its size; the screen has 80 x 24 then. */
	columns?: number;
	rows?: number;
	env?: Record<string, string>;
	/** Runs the program from an interactive bash, so that there is job control. */
	inBash?: boolean;
	/** Runs the program below a bash that outlives the terminal and writes the exit code to `code` in the home folder. */
	outlivesTerminal?: boolean;
}

/** The shell program on a PTY, with what it shows, what it wrote and what its relay was asked. */
export class PtyShell {
	raw = '';
	exitCode: number | null = null;
	readonly home: string;
	readonly #pty: Pty;
	readonly #screen: PtyScreen;
	#shown = 0;

	constructor({
		program,
		columns = 80,
		rows = 24,
		env = {},
		inBash = false,
		outlivesTerminal = false,
	}: PtyShellOptions) {
		this.home = mkdtempSync(join(tmpdir(), 'agent-relay-shell-'));
		this.#screen = new PtyScreen(columns || 80, rows || 24);
		const [file, args] = outlivesTerminal
			? ['bash', ['-c', `trap : HUP; '${process.execPath}' '${program}'; echo $? >'${this.home}/code'`]]
			: inBash
				? ['bash', ['--norc', '--noprofile', '-i']]
				: [process.execPath, [program]];
		this.#pty = startOnPty(file, args as string[], {
			cols: columns,
			rows,
			cwd: this.home,
			name: 'xterm-256color',
			env: {
				PATH: process.env.PATH ?? '',
				HOME: this.home,
				TERM: 'xterm-256color',
				PS1: '$ ',
				LANG: 'C.UTF-8',
				FAKE_LOG: join(this.home, 'calls.jsonl'),
				FAKE_HISTORY: join(this.home, 'state/history'),
				FAKE_WORKTREE: this.home,
				...env,
			},
		});
		this.#pty.onData((data) => {
			this.raw += data;
		});
		this.#pty.onExit(({ exitCode, signal }) => {
			this.exitCode = signal ? 128 + signal : exitCode;
		});
		if (inBash) this.type(`'${process.execPath}' '${program}'\r`);
	}

	/** What the terminal shows now. Interpreted only when asked for, so that a flood costs the test nothing. */
	get screen(): PtyScreen {
		if (this.#shown < this.raw.length) {
			const unseen = this.raw.slice(this.#shown);
			this.#shown = this.raw.length;
			this.#screen.write(unseen);
		}
		return this.#screen;
	}

	/** Forgets what came so far, unseen: searching a long output takes the time that is to be measured. */
	discard(): void {
		this.raw = '';
		this.#shown = 0;
	}

	get pid(): number {
		return this.#pty.pid;
	}

	type(keys: string): void {
		this.#pty.write(keys);
	}

	/** Enters one line after the other, as a hand would: lines in one piece would be a paste (Ctrl+E keeps them apart). */
	enter(...lines: readonly string[]): void {
		this.type(lines.map((line) => `${line}\x05\r`).join(''));
	}

	resize(columns: number, rows: number): void {
		this.screen.columns = columns;
		this.#pty.resize(columns, rows);
	}

	hangUp(): void {
		this.#pty.destroy();
	}

	signal(signal: NodeJS.Signals): void {
		process.kill(this.#pty.pid, signal);
	}

	calls(): RelayCall[] {
		return wholeLines(join(this.home, 'calls.jsonl')).map((line) => JSON.parse(line) as RelayCall);
	}

	/** Ends a turn that waits for it. */
	goOn(name: string): void {
		writeFileSync(join(this.home, name), '');
	}

	prompts(): string[] {
		return this.calls().flatMap((call) => (call.call === 'send' ? [call.text] : []));
	}

	/** Until the screen (with what scrolled off) holds the text, or the condition is true. */
	async until(condition: string | RegExp | (() => boolean), what = String(condition)): Promise<void> {
		const isTrue = () => {
			if (typeof condition === 'function') return condition();
			return typeof condition === 'string'
				? this.screen.text().includes(condition)
				: condition.test(this.screen.text());
		};
		const last = () => `last bytes: ${JSON.stringify(this.raw.slice(-400))}`;
		await until(isTrue, what, () => `; the screen:\n${this.screen.text()}\n${last()}`);
	}

	/** Until the edit line is there and nothing runs. */
	async ready(): Promise<void> {
		await this.until(
			() => /› *(?:type a task)?$/.test(this.screen.lines().at(-1) ?? ''),
			'an empty edit line',
		);
	}

	/** Until it has shown a hint, which stands for two seconds only. */
	async hinted(text: string): Promise<void> {
		await this.until(() => this.#countOf(text) > 0, text);
	}

	/** Presses Ctrl+C on an empty line until it has left: two that a busy machine takes too far apart are no pair. */
	async leaveByCtrlC(): Promise<number> {
		const HINT = 'Ctrl+C again to exit';
		for (let before = this.#countOf(HINT); this.exitCode === null; before = this.#countOf(HINT)) {
			this.type('\x03');
			await this.until(() => this.exitCode !== null || this.#countOf(HINT) > before, HINT);
		}
		return this.exitCode;
	}

	/** How often it was printed, whatever stands on the screen now. */
	#countOf(text: string): number {
		return withoutColours(this.raw).split(text).length - 1;
	}

	async exited(): Promise<number> {
		await this.until(() => this.exitCode !== null, 'the end of the program');
		return this.exitCode ?? -1;
	}

	/** Ends the program if it still runs, and removes its folder. Fails when it printed a process warning. */
	async dispose(): Promise<void> {
		refuseWarnings(withoutColours(this.raw.replaceAll('\r', '')));
		if (this.exitCode === null) {
			this.#pty.kill('SIGKILL');
			await this.until(() => this.exitCode !== null, 'the killed program');
		}
		rmSync(this.home, { recursive: true, force: true });
	}
}

const withoutColours = (text: string) => text.replace(/\x1b\[[\d;?]*[A-Za-z]/g, '');
