// From a limit's evidence to the successor, with the real CLIs on a loopback mock, beside the bare CLI on the same answer.
import { measure, median } from './figures.mjs';
import { CAP_MS, measureBare } from './limits-table-bare.mjs';
import { beginInTurn, firstRefusalAt, openLimitScene, withHarness } from './limits-table-stage.mjs';

/** Limits that the CLI itself may outlive by asking again. The relay keeps its default patience. */
const WITH_PATIENCE = new Set(['rate', 'overloaded']);
/** Design 12: evidence -> predecessor gone, and from there to the successor. */
const MOST_MS = 1000 + 120;
const PATIENCE_MS = 20_000;

/** One row a CLI and kind. `isShort`: only each CLI's window before one successor, and no bare CLI. */
export async function measureLimits({ isShort }) {
	const result = await withHarness(async (harness) => {
		const cases = harness.FOUR.flatMap((from, at) =>
			harness.LIMITS[from]
				.filter(({ kind }) => !isShort || kind === 'window')
				.map((met, kindAt) => ({
					from,
					met,
					others: othersOf(harness.FOUR, from, isShort ? 0 : at + kindAt),
				})),
		);
		const relayed = await measureRelayed(harness, cases, isShort ? 1 : 3);
		const bare = isShort ? [] : await measureBare(harness, cases);
		const rows = cases.map((each, at) => rowOf(each, relayed[at], bare[at]));
		if (!isShort) process.stderr.write(`${markdownOf(rows)}\n`);
		return rows;
	});
	return Array.isArray(result) ? result : [{ name: 'limits', ...result }];
}

function othersOf(all, from, turnedBy) {
	const others = all.filter((agent) => agent !== from);
	return others.map((_, i) => others[(i + turnedBy) % others.length]);
}

/** Limits that act at once one by one, before `successors` of the others; those with patience side by side, before one. */
async function measureRelayed(harness, cases, successors) {
	const figures = cases.map(() => []);
	for (const [at, each] of cases.entries()) {
		if (WITH_PATIENCE.has(each.met.kind)) continue;
		for (const to of each.others.slice(0, successors))
			figures[at].push(await relayOnce(harness, each, to).ended);
	}
	const patient = cases.filter(({ met }) => WITH_PATIENCE.has(met.kind));
	const results = await beginInTurn(patient, (each) => relayOnce(harness, each, each.others[0]));
	for (const [at, each] of patient.entries()) figures[cases.indexOf(each)].push(results[at]);
	return figures;
}

function relayOnce(harness, { from, met }, to) {
	const { callTools, TOOLS, say, workFlags } = harness;
	let tellRefused = () => {};
	const refused = new Promise((resolve) => {
		tellRefused = resolve;
	});
	const run = async () => {
		const scene = await openLimitScene(harness, { from, met });
		try {
			scene.model.script(from, callTools(TOOLS[from].write(`${scene.repo}/GRAMMAR.md`, 'units: h m s\n')));
			scene.model.script(to, say('The grammar is documented.'));
			const running = scene.startRun('Document the grammar of durations.', workFlags(from, to));
			const ended = running.ended.then(({ stdout, stderr }) => stdout.slice(-2000) + stderr);
			const refusedAt = await firstRefusalAt(harness, scene, { from, answered: 1 }, ended);
			tellRefused();
			const { exitCode, stderr } = await running.ended;
			if (exitCode !== 0) throw new Error(`${from} (${met.kind}) -> ${to} ended with ${exitCode}: ${stderr}`);
			return {
				to,
				goneMs: Date.parse(scene.turn(1).ended_at) - refusedAt,
				startedMs: Date.parse(scene.turn(2).started_at) - refusedAt,
				askedMs: scene.model.of(to)[0].at - refusedAt,
			};
		} finally {
			await scene.dispose();
		}
	};
	return { refused, ended: run() };
}

function rowOf({ from, met }, relayed, bare) {
	const values = relayed.map(({ startedMs }) => startedMs);
	return measure(`limits: ${from} ${met.kind} -> successor started`, 'ms', median(values), {
		atMost: WITH_PATIENCE.has(met.kind) ? PATIENCE_MS + MOST_MS : MOST_MS,
		values,
		details: { agent: from, kind: met.kind, relayed, bare: bare ?? null, bare_cap_ms: CAP_MS },
	});
}

function markdownOf(rows) {
	const lines = rows.map(({ agent, kind, value, relayed, bare }) => {
		const gone = median(relayed.map(({ goneMs }) => goneMs));
		const cells = [
			agent,
			kind,
			Math.round(gone),
			Math.round(value),
			capped(bare.saidMs),
			capped(bare.endedMs),
		];
		return `| ${[...cells, bare.asked].join(' | ')} |`;
	});
	return [
		'| from | limit | predecessor gone | successor started | bare: first word | bare: ends | bare: asked |',
		'|---|---|---:|---:|---:|---:|---:|',
		...lines,
	].join('\n');
}

function capped(ms) {
	return ms === null ? `> ${CAP_MS / 1000} s` : String(ms);
}
