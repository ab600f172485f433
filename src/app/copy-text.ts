/** The clipboard: a program of the desktop, else the terminal's own (OSC 52). No shell reads the text. */
import { runProcess } from '../core/processes/run-process.ts';
import type { App } from './create-app.ts';
import { findProgram } from './find-program.ts';
import { homeOf } from './home-of.ts';

interface Clipboard {
	program: string;
	args: readonly string[];
	/** A variable without which the program finds no desktop. */
	needs?: string;
	encode?: (text: string) => Buffer;
}

const CLIPBOARDS: readonly Clipboard[] = [
	{ program: 'wl-copy', args: [], needs: 'WAYLAND_DISPLAY' },
	{ program: 'xclip', args: ['-selection', 'clipboard'], needs: 'DISPLAY' },
	{ program: 'pbcopy', args: [] },
	// Takes bytes without a mark for the console's own encoding.
	{ program: 'clip.exe', args: [], encode: (text) => Buffer.from(`\ufeff${text}`, 'utf16le') },
];

const TIMEOUT_MS = 10_000;
/** Terminals take no more in one sequence: xterm drops what is longer. */
const MAX_SEQUENCE_BYTES = 100_000;

/** What took it: the name of a program, or `the terminal`; null: nothing did. */
export async function copyText(text: string, app: App): Promise<string | null> {
	const { env, folder } = app;
	const home = homeOf(env);
	for (const { program, args, needs, encode = Buffer.from } of CLIPBOARDS) {
		if (needs !== undefined && !env[needs]) continue;
		const path = await findProgram(program, app);
		if (path === null) continue;
		const { exitCode } = await runProcess(path, args, {
			cwd: home === '' ? folder : home,
			env: { ...env },
			input: encode(text),
			timeoutMs: TIMEOUT_MS,
		});
		if (exitCode === 0) return program;
	}
	return toTerminal(text, app);
}

function toTerminal(text: string, { streams, env }: App): string | null {
	const { output, errorOutput } = streams;
	const terminal = [errorOutput, output].find(({ isTTY }) => isTTY === true);
	const sequence = `\x1b]52;c;${Buffer.from(text).toString('base64')}\x07`;
	if (terminal === undefined || env.TERM === 'dumb' || sequence.length > MAX_SEQUENCE_BYTES) return null;
	terminal.write(sequence);
	return 'the terminal';
}
