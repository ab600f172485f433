// `npm run bench`: measures what docs promise about speed and prints one JSON document on stdout, progress on stderr.
// `--short`: few rounds, for CI. `--strict`: a missed bar is a failure. `--only NAME,…`: some of the parts.
import { arch, cpus, loadavg, platform } from 'node:os';
import { parseArgs } from 'node:util';
import { measureFlood } from './flood.mjs';
import { measureHandOver } from './hand-over.mjs';
import { measureHistoryIndex } from './history-index.mjs';
import { measureHooks } from './hooks.mjs';
import { measureLimitsMatrix } from './limits-matrix.mjs';
import { measureLimits } from './limits-table.mjs';
import { measureLooks } from './looks.mjs';
import { measureTranscripts } from './packets/from-transcripts.mjs';
import { measurePackets } from './packets/measure.mjs';
import { measureQuestions } from './questions.mjs';
import { measureRace } from './race.mjs';
import { measureRedaction } from './redaction.mjs';
import { measureRunners } from './runners.mjs';
import { measureShell } from './shell.mjs';
import { measureStartUp } from './start-up.mjs';
import { measureTools } from './tools.mjs';
import { measureTurn } from './turn.mjs';
import { measureUndo } from './undo.mjs';

const PARTS = {
	'start-up': (isShort) => measureStartUp({ rounds: isShort ? 7 : 31 }),
	runners: (isShort) => measureRunners({ rounds: isShort ? 7 : 31 }),
	turn: (isShort) => measureTurn({ rounds: isShort ? 7 : 31 }),
	looks: (isShort) => measureLooks({ rounds: isShort ? 1 : 5 }),
	'hand-over': (isShort) => measureHandOver({ rounds: isShort ? 3 : 21 }),
	flood: (isShort) =>
		measureFlood(
			isShort ? { rounds: 3, chunks: 2, manyChunks: 5 } : { rounds: 5, chunks: 20, manyChunks: 100 },
		),
	shell: (isShort) => measureShell(isShort ? { rounds: 3, keys: 100 } : { rounds: 15, keys: 1000 }),
	questions: (isShort) => measureQuestions({ rounds: isShort ? 3 : 21 }),
	race: (isShort) => measureRace({ rounds: isShort ? 1 : 5 }),
	undo: (isShort) => measureUndo(isShort ? { rounds: 1, files: 500 } : { rounds: 11, files: 5_000 }),
	limits: (isShort) => measureLimits({ isShort }),
	'limits-matrix': () => measureLimitsMatrix(),
	packets: () => measurePackets(),
	transcripts: (isShort) => measureTranscripts(isShort ? { most: 1 } : {}),
	index: (isShort) =>
		measureHistoryIndex(
			isShort
				? { sizes: [20], rounds: 3, hasLarge: false }
				: { sizes: [20, 200, 800], rounds: 11, hasLarge: true },
		),
	hooks: (isShort) => measureHooks({ rounds: isShort ? 7 : 31 }),
	tools: (isShort) =>
		measureTools(isShort ? { rounds: 5, turns: 3, agents: ['claude'] } : { rounds: 21, turns: 9 }),
	redaction: (isShort) => measureRedaction({ rounds: isShort ? 1 : 5 }),
};

const { values: options } = parseArgs({
	options: { short: { type: 'boolean' }, strict: { type: 'boolean' }, only: { type: 'string' } },
});
const isShort = options.short === true;
const wanted = options.only?.split(',') ?? Object.keys(PARTS);
const started = performance.now();
const loadBefore = loadavg()[0];
const measures = [];
const failures = [];
/** By part. */
const seconds = {};
for (const name of wanted) {
	const part = PARTS[name];
	const began = performance.now();
	if (!part) throw new Error(`--only takes ${Object.keys(PARTS).join(', ')}, not ${name}`);
	try {
		for (const row of await part(isShort)) {
			measures.push(row);
			process.stderr.write(`${describe(row)}\n`);
		}
	} catch (error) {
		failures.push({ part: name, error: String(error?.message ?? error) });
		process.stderr.write(`!! ${name}: ${error?.stack ?? error}\n`);
	}
	seconds[name] = secondsSince(began);
}
const report = {
	node: process.version,
	machine: { platform: platform(), arch: arch(), cpus: cpus().length, load_before: loadBefore },
	mode: isShort ? 'short' : 'thorough',
	seconds: secondsSince(started),
	seconds_of: seconds,
	passed: failures.length === 0 && measures.every(({ passed }) => passed !== false),
	measures,
	failures,
};
process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
process.exitCode = failures.length > 0 || (options.strict && !report.passed) ? 1 : 0;

function secondsSince(start) {
	return Math.round((performance.now() - start) / 1000);
}

function describe({ name, value, unit, rule, bar, passed, skipped }) {
	if (skipped !== undefined) return `-- ${name}: skipped, ${skipped}`;
	const mark = passed === null ? '  ' : passed ? 'ok' : '!!';
	return `${mark} ${name}: ${value} ${unit}${bar === null ? '' : ` (bar: ${rule} ${bar})`}`;
}
