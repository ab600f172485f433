// One recording of a flood, alone in its process so that its memory can be told: terminal, recorder and parser of the
// relay, or with `raw` the terminal and the raw file alone. Prints milliseconds, bytes recorded and peak memory.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const [dist, folder, executable, mode] = process.argv.slice(2);
const load = (path) => import(pathToFileURL(join(dist, path)));
const [
	{ createStartPty },
	{ createProcessTable },
	{ systemClock },
	{ TurnRecorder },
	{ AppendFile },
	{ claudeAdapter },
] = await Promise.all([
	load('terminal/start-pty.js'),
	load('core/processes/create-process-table.js'),
	load('core/clock.js'),
	load('turns/record/recorder.js'),
	load('core/files/append-file.js'),
	load('agents/claude/adapter.js'),
]);

mkdirSync(join(folder, 'turns'), { recursive: true });
const promptPath = join(folder, 'turns/001-prompt.md');
const stderrPath = join(folder, 'turns/001-stderr.log');
writeFileSync(promptPath, 'flood');
writeFileSync(stderrPath, '');

const start = process.hrtime.bigint();
const sink = mode === 'raw' ? rawSink() : parsingSink();
const startProcess = createStartPty({ clock: systemClock, processes: createProcessTable() });
const agent = await startProcess(
	{ executable, args: ['-p'], env: process.env, cwd: folder, promptPath, stderrPath },
	{ onOutput: sink.output, onStderr: () => undefined },
);
const end = await agent.ended;
if (end.exitCode !== 0) throw new Error(`the flood ended with ${end.exitCode}`);
const bytes = sink.end({ ...end, stopRequested: null });
const ms = Number(process.hrtime.bigint() - start) / 1e6;
process.stdout.write(JSON.stringify({ ms, bytes, peakKiB: process.resourceUsage().maxRSS }));

function rawSink() {
	const file = new AppendFile(join(folder, 'turns/001-raw.jsonl'));
	return { output: (chunk) => file.append(chunk), end: () => file.bytes };
}

function parsingSink() {
	const parser = claudeAdapter.parser({
		requestedSessionId: null,
		resume: false,
		requestedModel: null,
		cumulativeBefore: null,
		now: () => systemClock.now(),
	});
	const recorder = new TurnRecorder({
		folder,
		turn: 1,
		prompt: Buffer.from('flood'),
		parser,
		now: () => systemClock.now(),
		onEvent: () => undefined,
		onError: (error) => {
			throw error;
		},
	});
	return {
		output: (chunk) => recorder.output(chunk),
		end: (exit) => {
			const turn = recorder.end(exit, null);
			if (turn.outcome !== 'completed') throw new Error(`the turn was judged ${turn.outcome}`);
			return recorder.bytes.raw;
		},
	};
}
