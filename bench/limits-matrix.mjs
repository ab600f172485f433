// Every recording in test/fixtures through its adapter: which limit was met and which was told, as a matrix of kinds.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { measure } from './figures.mjs';

const FIXTURES = resolve(import.meta.dirname, '../test/fixtures');
const AGENTS = ['claude', 'codex', 'gemini', 'opencode'];
/** Rows and columns; `none` is every other end of a turn. */
export const KINDS = ['window', 'rate', 'quota', 'billing', 'overloaded', 'none'];
/** When a recording without a time of its own was made; ends told as a delay or a local time are counted from here. */
const RECORDED_AT = Date.parse('2026-11-21T08:00:00.000Z');

/** The built modules; a test gives those of the source. */
async function builtModules() {
	const [{ BUILT_IN_ADAPTERS }, { parseRollout }] = await Promise.all([
		import('../dist/agents/registry.js'),
		import('../dist/agents/codex/native/rollout.js'),
	]);
	return { adapters: BUILT_IN_ADAPTERS, parseRollout };
}

/** Rows for the report; the matrix itself goes to stderr. */
export async function measureLimitsMatrix() {
	process.env.TZ = 'UTC';
	const figures = readMatrix(await builtModules());
	process.stderr.write(`${markdownOf(figures)}\n`);
	const { recordings, missed, falseHandOvers, wrongKind, resets } = figures;
	const none = { atMost: 0, runs: recordings };
	return [
		measure('limits-matrix: missed limits', 'recordings', missed.length, { ...none, details: { missed } }),
		measure('limits-matrix: false hand-overs', 'recordings', falseHandOvers.length, {
			...none,
			details: { falseHandOvers },
		}),
		measure('limits-matrix: limits of another kind', 'recordings', wrongKind.length, {
			...none,
			details: { wrongKind },
		}),
		measure('limits-matrix: wrong resets', 'recordings', resets.wrong.length, {
			...none,
			details: { wrong: resets.wrong },
		}),
		measure('limits-matrix: missing resets', 'recordings', resets.missing.length, {
			...none,
			details: { missing: resets.missing },
		}),
	];
}

/** What all recordings came to. `modules`: `adapters` and codex' `parseRollout`. */
export function readMatrix({ adapters, parseRollout }) {
	const figures = {
		recordings: 0,
		matrix: Object.fromEntries(KINDS.map((row) => [row, Object.fromEntries(KINDS.map((kind) => [kind, 0]))])),
		missed: [],
		falseHandOvers: [],
		wrongKind: [],
		resets: { right: [], wrong: [], missing: [] },
	};
	for (const agent of AGENTS) {
		const adapter = adapters.find(({ id }) => id === agent);
		for (const name of namesOf(agent))
			note(figures, `${agent}/${name}`, replay(adapter, agent, name, parseRollout));
	}
	return figures;
}

function namesOf(agent) {
	return readdirSync(join(FIXTURES, agent), { withFileTypes: true })
		.filter((entry) => entry.isDirectory())
		.map(({ name }) => name)
		.sort();
}

function note(figures, name, { expected, told, stops }) {
	const wanted = expected.limit?.kind ?? 'none';
	const got = told?.kind ?? 'none';
	figures.recordings++;
	figures.matrix[wanted][got]++;
	if (wanted !== 'none' && got === 'none') figures.missed.push(name);
	// The agent's own limit in mid-turn stops it as much as one at its end.
	if (wanted === 'none' && (got !== 'none' || stops)) figures.falseHandOvers.push(name);
	if (wanted !== 'none' && got !== 'none' && wanted !== got) figures.wrongKind.push(name);
	const reset = resetOf(expected.limit, told);
	if (reset !== null) figures.resets[reset].push(name);
}

/** `right`, `wrong` or `missing`; null where no end was told. */
function resetOf(expected, told) {
	if (expected == null) return null;
	const {
		reset_in_s: inS,
		reset_at: time = null,
		reset_text: text = null,
		reset_tolerance_s: toleranceS = 0,
	} = expected;
	// Told as a time, or as a wait that counts from when it was read.
	const times = [
		...(time === null ? [] : [Date.parse(time)]),
		...(inS === undefined ? [] : [RECORDED_AT + inS * 1000]),
	];
	if (times.length === 0 && text === null) return null;
	if (told?.resetAt == null) return 'missing';
	if (times.length === 0) return clockTime(told.resetAt) === text ? 'right' : 'wrong';
	return times.some((at) => Math.abs(told.resetAt - at) <= toleranceS * 1000) ? 'right' : 'wrong';
}

function clockTime(at) {
	return new Date(at).toLocaleTimeString('en-US', { timeStyle: 'short' }).replace(/\s/g, ' ');
}

/** As the tests replay it: stdout, stderr, the end, with codex' own record beside it. */
function replay(adapter, agent, name, parseRollout) {
	const folder = join(FIXTURES, agent, name);
	const json = (file) => JSON.parse(readFileSync(join(folder, file), 'utf8'));
	const [command, result] = [json('command.json'), json('result.json')];
	const after = (...flags) =>
		command.argv[command.argv.findIndex((word) => flags.includes(word)) + 1] ?? null;
	const isThere = (...flags) => command.argv.some((word) => flags.includes(word));
	const parser = adapter.parser({
		requestedSessionId: isThere('--session-id', '--resume', 'resume')
			? after('--session-id', '--resume', 'resume')
			: null,
		resume: isThere('--resume', 'resume'),
		requestedModel: isThere('--model', '-m') ? after('--model', '-m') : null,
		cumulativeBefore: null,
		now: () => RECORDED_AT,
	});
	const events = [
		...parser.push(readFileSync(join(folder, 'stdout.jsonl'))),
		...parser.stderr(readFileSync(join(folder, 'stderr.log'))),
	];
	const record = join(folder, 'native/rollout-tail.jsonl');
	const native = agent === 'codex' && existsSync(record) ? parseRollout(readFileSync(record, 'utf8')) : null;
	const { turn } = parser.end(exitOf(command, result), native);
	const stops = events.some(({ type, speaker }) => type === 'limit' && speaker === undefined);
	return { expected: result.expect, told: turn.limit, stops };
}

/** A killed recording that is not `outcome_unknown` was stopped on the relay's behalf, for the reason it ended with. */
function exitOf({ killed }, { exit_code: exitCode, signal, sent_signals: sent, expect: { status } }) {
	const signals = killed ?? sent;
	const wasKilled = signals !== undefined && !(Array.isArray(signals) && signals.length === 0);
	const isOwn = !wasKilled || status === 'outcome_unknown' || status === 'completed';
	return { exitCode, signal, stopRequested: isOwn ? null : status };
}

/** Met down, told across. */
export function markdownOf({ recordings, matrix, missed, falseHandOvers, resets }) {
	const rows = KINDS.map((kind) => [
		`**${kind}**`,
		...KINDS.map((told) => String(matrix[kind][told] || '·')),
	]);
	const table = [['actual \\ reported', ...KINDS], ['---', ...KINDS.map(() => '---:')], ...rows];
	const { right, wrong, missing } = resets;
	return [
		...table.map((cells) => `| ${cells.join(' | ')} |`),
		'',
		`${recordings} recordings: ${missed.length} missed, ${falseHandOvers.length} false hand-overs; resets ${right.length} right, ${wrong.length} wrong, ${missing.length} missing.`,
	].join('\n');
}
