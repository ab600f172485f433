// Rows of `npm run bench:packets` for the report of `npm run bench`: what reaches the next agent at the default budget.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { measure, timeProcess } from '../figures.mjs';

const BUDGET_KB = 24;
/** How `bench/packets.mjs` ends when something leaked; what ends with 1 has crashed. */
const LEAKED = 3;
const PROGRAM = resolve(import.meta.dirname, '../packets.mjs');

/** Throws with what `program` wrote to stderr where it measured nothing. */
export async function measurePackets({ program = PROGRAM } = {}) {
	const folder = mkdtempSync(join(tmpdir(), 'agent-relay-packets-'));
	try {
		const file = join(folder, 'figures.json');
		// A leak is a row of its own here.
		timeProcess(process.execPath, [program, '--json', file], { exitCodes: [0, LEAKED] });
		return rowsOf(JSON.parse(readFileSync(file, 'utf8')));
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
}

function rowsOf({ rows, by_agent: byAgent, lineages }) {
	const first = [...rows, ...byAgent.flatMap(({ measured }) => measured)];
	const later = lineages.flat();
	const leaks = new Set([...first, ...later].flatMap(({ scores }) => scores.flatMap((score) => score.leaks)));
	return [
		shareRow('packets: planted facts that reach the next agent', first),
		shareRow('packets: planted facts that reach one who returns', later),
		measure('packets: leaks', 'texts', leaks.size, { atMost: 0, runs: first.length + later.length }),
	];
}

function shareRow(name, measured) {
	const kinds = measured.flatMap(({ scores }) =>
		Object.values(scores.find(({ budget }) => budget === BUDGET_KB).kinds),
	);
	const found = kinds.reduce((sum, kind) => sum + kind.found, 0);
	const planted = kinds.reduce((sum, kind) => sum + kind.total, 0);
	return measure(name, '%', (100 * found) / planted, {
		atLeast: 95,
		runs: measured.length,
		details: { found, planted, budget_kb: BUDGET_KB },
	});
}
