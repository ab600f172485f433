// How soon the shell is there, and how soon a typed character shows while an agent floods it with output.
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { FLOODING_ASKER, FLOODS, floodingClaude } from './agents.mjs';
import { inTurn, measure, median, quantile, timeProcess } from './figures.mjs';
import { RELAY, withScene } from './scene.mjs';

const require = createRequire(import.meta.url);
const WAIT_MS = 20_000;
/** Characters of one typed word; then the line is cleared. */
const WORD_LENGTH = 12;
const COLUMNS = 100;
/** Faster than anybody types, slow enough for each key to be on its own. */
const BETWEEN_KEYS_MS = 15;
const ENDLESS = 1_000_000;
const FILES = 10_000;
/** From one file that is typed to the next; it divides no power of ten, so that none comes twice. */
const FILES_STEP = 1237;
const CTRL_U = '\x15';

export async function measureShell({ rounds, keys }) {
	return withScene(async (scene) => {
		const folder = scene.makeFolder('folder');
		scene.addAgent('claude', floodingClaude(ENDLESS));
		const options = { cwd: folder, env: scene.env };
		const figures = await inTurn(
			{
				node: () => timeProcess(process.execPath, ['-e', '0'], options),
				prompt: () => promptMs(options),
			},
			rounds,
		);
		const echoes = [];
		for (const [name, flood] of Object.entries(FLOODS)) {
			writeFileSync(join(scene.notes, 'flood'), flood);
			const echo = await echoTimes(options, Math.ceil(keys / Object.keys(FLOODS).length));
			echoes.push(
				measure(`keystroke to echo while an agent floods ${name}, p99`, 'ms', quantile(echo, 0.99), {
					atMost: 16,
					values: echo,
				}),
			);
		}
		const asked = await askedEchoTimes(Math.ceil(keys / Object.keys(FLOODS).length));
		echoes.push(
			measure(
				'keystroke to echo while an agent floods a table and a question is open, p99',
				'ms',
				quantile(asked, 0.99),
				{
					atMost: 16,
					values: asked,
				},
			),
		);
		const menu = await menuTimes({ ...options, cwd: scene.makeRepo('files', FILES) }, keys);
		return [
			...echoes,
			measure(`keystroke to the files that fit it, of ${FILES}, p99`, 'ms', quantile(menu, 0.99), {
				atMost: 16,
				values: menu,
			}),
			measure(
				'shell start to first prompt',
				'bare node starts',
				median(figures.prompt) / median(figures.node),
				{
					values: figures.prompt.map((ms) => ms / median(figures.node)),
					details: { ms: median(figures.prompt), node_ms: median(figures.node) },
				},
			),
		];
	});
}

async function promptMs(options) {
	const start = performance.now();
	return withShell(options, async () => performance.now() - start);
}

export const PROMPT = /❯|› |> /;

/** Calls `act` with a shell that shows its first prompt, and ends it. */
async function withShell(options, act) {
	const terminal = openShell(options);
	try {
		await terminal.until((text) => PROMPT.test(text), 'the first prompt');
		return await act(terminal);
	} finally {
		terminal.close();
		await terminal.ended;
	}
}

/** Milliseconds until each character shows, for at least `keys` characters of the words `wordOf(0)`, `wordOf(1)`, …, each behind `before`. */
async function typedTimes(terminal, keys, wordOf, before = '') {
	const times = [];
	for (let number = 0; times.length < keys; number++) {
		if (before !== '') {
			terminal.write(before);
			await sleep(BETWEEN_KEYS_MS);
		}
		const word = wordOf(number);
		for (let length = 1; length <= word.length; length++) {
			times.push(await terminal.echoOf(before + word.slice(0, length)));
			await sleep(BETWEEN_KEYS_MS);
		}
		terminal.write(CTRL_U);
		await sleep(BETWEEN_KEYS_MS);
	}
	return times;
}

function echoTimes(options, keys, before = []) {
	return withShell(options, async (terminal) => {
		terminal.write('flood me\r');
		for (const shows of [...before, /fox|狐/]) await terminal.until((text) => shows.test(text), shows);
		return typedTimes(terminal, keys, floodWord);
	});
}

/** A scene of its own: which claude can ask is remembered by its version. */
function askedEchoTimes(keys) {
	return withScene((scene) => {
		scene.addAgent('claude', FLOODING_ASKER);
		writeFileSync(join(scene.notes, 'flood'), FLOODS['a table']);
		const env = { ...scene.env, BENCH_NODE: process.execPath };
		return echoTimes({ cwd: scene.makeRepo('asks', 10), env }, keys, [/denied in/]);
	});
}

/** From a letter behind `@` until the menu shows what fits it. */
function menuTimes(options, keys) {
	return withShell(options, async (terminal) => {
		terminal.write('@');
		await terminal.until((text) => text.includes('files and folders'), 'the menu of files');
		terminal.write(CTRL_U);
		return typedTimes(terminal, keys, (number) => `file-${(number * FILES_STEP) % FILES}.txt`, '@');
	});
}

/** Letters that the flood has nowhere in this order. */
function floodWord(number) {
	const digits = number.toString().padStart(4, '0');
	return `Z${digits}XJQVKZX`.slice(0, WORD_LENGTH);
}

export function openShell(options) {
	const { spawn } = require('node-pty');
	const pty = spawn(process.execPath, [RELAY], {
		cols: COLUMNS,
		rows: 30,
		name: 'xterm-256color',
		...options,
	});
	let seen = '';
	let onData = () => undefined;
	pty.onData((data) => {
		seen = (seen + data).slice(-4096);
		onData(seen);
	});
	const ended = new Promise((resolve) => pty.onExit(resolve));
	const until = (isThere, what) =>
		new Promise((resolve, reject) => {
			const timer = setTimeout(
				() => reject(new Error(`no ${what} in ${WAIT_MS} ms: ${JSON.stringify(seen)}`)),
				WAIT_MS,
			);
			onData = (text) => {
				if (!isThere(text)) return;
				clearTimeout(timer);
				onData = () => undefined;
				resolve();
			};
			onData(seen);
		});
	return {
		ended,
		until,
		write: (text) => pty.write(text),
		/** What was seen so far counts no more. */
		forget: () => {
			seen = '';
		},
		/** Types the last character of `text` and waits until `text` stands in what comes after. */
		echoOf: async (text) => {
			seen = '';
			const start = performance.now();
			pty.write(text.at(-1));
			await until((shown) => shown.includes(text), `echo of ${text}`);
			return performance.now() - start;
		},
		close: () => pty.kill('SIGTERM'),
	};
}
