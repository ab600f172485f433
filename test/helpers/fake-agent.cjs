/**
 * A coding agent that does what a script says: `node fake-agent.cjs SCRIPT.json ARGS…` with the prompt on stdin. Installed as
 * `claude` or `codex` by `fake-agents.ts`, which also says what a script may hold. It logs every prompt it receives, and its
 * own pid, before it does anything else. CommonJS: Node starts it without its module loader.
 */
const { execFileSync, spawn } = require('node:child_process');
const { connect } = require('node:net');
const { ReadStream } = require('node:tty');
const {
	appendFileSync,
	existsSync,
	mkdirSync,
	readFileSync,
	rmSync,
	writeFileSync,
	writeSync,
} = require('node:fs');
const { dirname, join } = require('node:path');

const [scriptPath = '', ...args] = process.argv.slice(2);
const script = JSON.parse(readFileSync(scriptPath, 'utf8'));

// A live stdin has no end.
const prompt = process.env.FAKE_ASK === '-' ? Buffer.from('') : readFileSync(0);
const log = `${scriptPath}.log`;
const earlier = existsSync(log) ? readFileSync(log, 'utf8').split('\n').length - 1 : 0;
const { AGENT_RELAY_SESSION: session, AGENT_RELAY_TURN: turn, AGENT_RELAY_DEPTH: depth } = process.env;
appendFileSync(
	log,
	`${JSON.stringify({ pid: process.pid, cwd: process.cwd(), args, session, turn, depth, prompt: prompt.toString() })}\n`,
);

const value = (flag) => (args.includes(flag) ? args[args.indexOf(flag) + 1] : undefined);
const nativeSession =
	value('--session-id') ?? value('--resume') ?? value('resume') ?? script.nativeSession ?? 'fake-session';
const filled = (text) =>
	text
		.replaceAll('{{session}}', nativeSession)
		.replaceAll('{{prompt}}', () => JSON.stringify(prompt.toString()).slice(1, -1));

let written = 0;

/** Waits where the terminal has no room, as a blocking program does. */
function writeAll(fd, bytes) {
	for (let at = 0; at < bytes.length; ) {
		try {
			const count = writeSync(fd, bytes, at);
			at += count;
			if (fd === 1 && script.progressFile) tellProgress(count);
		} catch (error) {
			if (error.code !== 'EAGAIN') throw error;
			Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2);
		}
	}
}

/** How much the terminal has taken so far, as `PID BYTES`. */
function tellProgress(count) {
	written += count;
	writeFileSync(`${script.progressFile}.${process.pid}`, String(written));
}

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

function endBy({ exit, signal }) {
	if (signal) process.kill(process.pid, signal);
	else process.exit(exit);
}

/** A program of the agent's own: in a session of its own it outlives the agent's group. */
function startTool({ seconds, pidFile }) {
	const tool = spawn('sleep', [String(seconds)], { detached: true, stdio: 'ignore' });
	tool.unref();
	appendFileSync(pidFile, `${tool.pid}\n`);
}

async function flood({ line, count }) {
	const batch = Math.max(1, Math.floor(262_144 / line.length));
	for (let left = count; left > 0; left -= batch)
		writeAll(1, Buffer.from(line.repeat(Math.min(batch, left))));
}

/** Resolves with the answer; anything else than a whole line of JSON is a denial. */
function askOnSocket({ raw, rawBytes, withdrawAfter, outcome: _, ...question }) {
	return new Promise((resolve) => {
		const socket = connect(process.env.FAKE_ASK ?? '/nowhere');
		let said = '';
		const line = rawBytes === undefined ? (raw ?? JSON.stringify({ ask: question })) : 'x'.repeat(rawBytes);
		socket.on('connect', () => socket.write(`${line}\n`));
		socket.on('data', (chunk) => {
			said += chunk;
		});
		socket.on('error', () => undefined);
		socket.on('close', () => resolve(parsed(said)));
		if (withdrawAfter !== undefined) setTimeout(() => socket.destroy(), withdrawAfter);
	});
}

/** The same by a line of stdout and one of stdin. */
function askOnStdio({ outcome: _, ...question }) {
	writeAll(1, Buffer.from(`${JSON.stringify({ ask: question })}\n`));
	return new Promise((resolve) => {
		const tty = new ReadStream(0);
		let said = '';
		tty.on('data', (chunk) => {
			said += chunk;
			if (!said.includes('\n')) return;
			tty.destroy();
			resolve(parsed(said));
		});
	});
}

function parsed(text) {
	try {
		return JSON.parse(text);
	} catch {
		return { denied: 'no answer' };
	}
}

function carryOut({ run, outcome }, { allowed, option, words, denied }) {
	if (allowed === true && run !== undefined) execFileSync('/bin/sh', ['-c', run], { stdio: 'ignore' });
	const what = [allowed === true ? 'allowed' : 'denied', option, words, denied].filter(Boolean).join(' ');
	appendFileSync(outcome, `${what}\n`);
}

async function follow(step) {
	if (step.emit !== undefined) writeAll(1, Buffer.from(filled(step.emit)));
	if (step.emitFile !== undefined) await replay(step);
	if (step.stderr !== undefined) writeAll(2, Buffer.from(step.stderr));
	if (step.stderrFile !== undefined) writeAll(2, readFileSync(step.stderrFile));
	if (step.flood !== undefined) await flood(step.flood);
	if (step.sleep !== undefined) await sleep(step.sleep);
	if (step.tool !== undefined) startTool(step.tool);
	if (step.write !== undefined) {
		mkdirSync(dirname(step.write.path), { recursive: true });
		writeFileSync(step.write.path, step.write.text);
	}
	if (step.deafTo !== undefined)
		for (const signal of step.deafTo)
			process.on(signal, () => step.heardFile && appendFileSync(step.heardFile, `${signal}\n`));
	if (step.onStop !== undefined)
		for (const signal of ['SIGINT', 'SIGTERM']) {
			process.on(signal, () => {
				process.removeAllListeners('SIGINT').removeAllListeners('SIGTERM');
				endBy(step.onStop);
			});
		}
	if (step.ask !== undefined) {
		const ask = process.env.FAKE_ASK === '-' ? askOnStdio : askOnSocket;
		await Promise.all(step.ask.map(async (asked) => carryOut(asked, await ask(asked))));
	}
	if (step.run !== undefined) execFileSync('/bin/sh', ['-c', step.run], { stdio: 'ignore' });
	if (step.clean) execFileSync('git', ['clean', '-fdxq'], { stdio: 'ignore' });
	if (step.removeRecords) rmSync(join(process.cwd(), '.agent-relay'), { recursive: true, force: true });
	if (step.exit !== undefined || step.signal !== undefined) endBy(step);
}

/** A recording's bytes, all at once or with `linePauseMs` between its lines. */
async function replay({ emitFile, linePauseMs }) {
	const bytes = readFileSync(emitFile);
	if (!linePauseMs) return writeAll(1, bytes);
	for (let from = 0; from < bytes.length; ) {
		const at = bytes.indexOf(10, from);
		const to = at < 0 ? bytes.length : at + 1;
		writeAll(1, bytes.subarray(from, to));
		from = to;
		await sleep(linePauseMs);
	}
}

const turns = script.turnsOfModel?.[value('--model') ?? value('-m')] ?? script.turns;
const steps = turns[Math.min(earlier, turns.length - 1)] ?? [];
void (async () => {
	for (const step of steps) await follow(step);
})();
