/** The shell without a terminal: each input line is a prompt or a command, taken one after the other, and nothing is drawn. */
import { StringDecoder } from 'node:string_decoder';
import { safeLine } from '../core/text.ts';
import { EXIT } from '../relay/exit-codes.ts';
import type { TerminalInput } from '../ui/terminal-modes.ts';
import { columnsFor } from '../ui/terminal-size.ts';
import { createPlainSink } from '../view/live/plain-view.ts';
import { Transcript } from '../view/transcript.ts';
import { readPrompt } from './editor/prompt-text.ts';
import { createDeferred } from './input/deferred.ts';
import type { ShellOptions } from './shell-options.ts';
import { needsAgent, noAgentLines, noLoginLines } from './welcome.ts';
import { WaitingPrompts } from './work/waiting-prompts.ts';
import { Work } from './work/work.ts';

const PLAIN_COLUMNS = 100;

/** `run` resolves with the exit code; `close` stops what runs. */
export function openPipedShell(options: ShellOptions): { run(): Promise<number>; close(): Promise<void> } {
	const { relay, theme, clock, worktree, signals } = options;
	const sink = createPlainSink(options, theme);
	const transcript = new Transcript({
		sink,
		theme,
		clock,
		worktree,
		thinking: options.thinking,
		retry: '/retry',
		namesReceiver: true,
	});
	const ended = createDeferred<number>();
	const columns = () => columnsFor(options.output, PLAIN_COLUMNS);
	const waiting = new WaitingPrompts();
	/** Set by `/exit` and by signals: the rest of the input is not read. */
	let isLeaving = false;
	const leave = (exitCode: number) => {
		isLeaving = true;
		ended.resolve(exitCode);
	};
	let exitCode = 0;
	const work = new Work({
		shell: options,
		transcript,
		sink,
		waiting,
		columns,
		pick: null,
		exit: () => leave(exitCode),
		prompt: (text) => waiting.add(text),
	});
	const describeAgents = async () => {
		const agents = await relay.agents.all();
		const shown = { theme, columns: columns() };
		if (needsAgent(agents)) transcript.lines(noAgentLines(agents, shown));
		else if ((await relay.agents.upcoming()).lacksLogins) transcript.lines(noLoginLines(agents, shown));
	};
	let wasInterrupted = false;
	const workOff = async (): Promise<number> => {
		const repaired = await relay.repairAbandoned();
		transcript.lines(repaired.map((line) => theme.warn(safeLine(line, 300))));
		let isAsked = false;
		for await (const prompt of promptsOf(options.input)) {
			if (isLeaving) break;
			if (prompt.trim() === '') continue;
			isAsked = true;
			const result = await work.run(prompt);
			if (wasInterrupted) return EXIT.interrupted;
			if (isLeaving) break;
			exitCode = result.exitCode;
			if (exitCode === EXIT.checkpointed && result.isBroken) {
				transcript.lines([theme.warn(`Nothing after this prompt was read or sent: ${safeLine(prompt, 60)}`)]);
				return exitCode;
			}
		}
		// A prompt that no agent can take reports that itself.
		if (!isAsked && !isLeaving) await describeAgents();
		return exitCode;
	};
	const run = async (): Promise<number> => {
		// The work continues when the reader is gone (EPIPE).
		options.output.on?.('error', () => undefined);
		options.errorOutput.on?.('error', () => undefined);
		const off = [
			signals.on('SIGINT', () => {
				wasInterrupted = true;
				if (work.running.isInterruptible) work.running.interrupt();
				else leave(EXIT.interrupted);
			}),
			signals.on('SIGTERM', () => leave(143)),
			signals.on('SIGHUP', () => leave(129)),
		];
		try {
			return await Promise.race([workOff(), ended.promise]);
		} finally {
			for (const stop of off) stop();
		}
	};
	return { run, close: () => work.running.end() };
}

/** Whole prompts of a stream of lines; an unfinished last one counts. */
async function* promptsOf(input: TerminalInput): AsyncGenerator<string> {
	let text = '';
	for await (const line of linesOf(input)) {
		const read = readPrompt(text + line);
		if (read.isComplete) {
			text = '';
			yield read.prompt;
		} else text = `${read.text}\n`;
	}
	if (text.trim() !== '') yield text.replace(/^\s*"""/, '').trimEnd();
}

async function* linesOf(input: TerminalInput): AsyncGenerator<string> {
	const decoder = new StringDecoder('utf8');
	let rest = '';
	for await (const chunk of chunksOf(input)) {
		const lines = (rest + decoder.write(chunk)).split('\n');
		rest = lines.pop() ?? '';
		for (const line of lines) yield line.replace(/\r$/, '');
	}
	rest += decoder.end();
	if (rest !== '') yield rest;
}

async function* chunksOf(input: TerminalInput): AsyncGenerator<Buffer> {
	const chunks: Buffer[] = [];
	let isOver = false;
	let wake = () => {};
	const onData = (chunk: Buffer) => {
		chunks.push(chunk);
		input.pause();
		wake();
	};
	const onEnd = () => {
		isOver = true;
		wake();
	};
	input.on('data', onData);
	input.on('end', onEnd);
	input.on('close', onEnd);
	input.on('error', onEnd);
	try {
		for (;;) {
			const chunk = chunks.shift();
			if (chunk !== undefined) yield chunk;
			else if (isOver) return;
			else {
				const woken = new Promise<void>((resolve) => {
					wake = resolve;
				});
				input.resume();
				await woken;
			}
		}
	} finally {
		input.off('data', onData);
		input.off('end', onEnd);
		input.off('close', onEnd);
		input.off('error', onEnd);
	}
}
