// What a user of the bare CLI sees of the same refusal: when the first word about it comes, and when the CLI gives up.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { beginInTurn, firstRefusalAt, openLimitScene } from './limits-table-stage.mjs';

/** Longer than that nobody is made to wait here; the table says `> 60 s`. */
export const CAP_MS = 60_000;

const TASK = 'Document the grammar of durations.';
const COMMANDS = {
	claude: ['claude', '-p', TASK],
	codex: ['codex', 'exec', TASK],
	gemini: ['gemini', '--skip-trust', '-m', 'gemini-2.5-pro', '-p', TASK],
	opencode: ['opencode', 'run', TASK],
};
/** A start's banner is no word about the refusal. */
const ABOUT_IT =
	/limit|quota|capacity|credit|billing|payment|overload|demand|retry|reconnect|error|\b[45]\d\d\b/i;

/** For each of `cases`: `{ saidMs, endedMs, asked }`, null where it had not happened after `CAP_MS`. */
export function measureBare(harness, cases) {
	return beginInTurn(cases, (each) => {
		let tellRefused = () => {};
		const refused = new Promise((resolve) => {
			tellRefused = resolve;
		});
		return { refused, ended: runBare(harness, each, tellRefused) };
	});
}

async function runBare(harness, { from, met }, tellRefused) {
	const scene = await openLimitScene(harness, { from, met });
	try {
		const [program, ...args] = COMMANDS[from];
		const child = spawn(join(harness.AGENTS_BIN, program), args, {
			cwd: scene.repo,
			env: scene.env,
			stdio: ['ignore', 'pipe', 'pipe'],
		});
		const words = [];
		for (const stream of [child.stdout, child.stderr])
			stream.on('data', (chunk) => words.push({ at: Date.now(), text: chunk.toString() }));
		const closed = new Promise((resolve) => child.once('close', () => resolve(Date.now())));
		const ended = closed.then(() => words.map(({ text }) => text).join(''));
		const refusedAt = await firstRefusalAt(harness, scene, { from, answered: 0 }, ended);
		tellRefused();
		const capped = new AbortController();
		const endedAt = await Promise.race([
			closed,
			sleep(CAP_MS, null, { signal: capped.signal }).catch(() => null),
		]);
		capped.abort();
		const first = words.find(({ at, text }) => at >= refusedAt && ABOUT_IT.test(text));
		return {
			saidMs: first ? first.at - refusedAt : null,
			said: first?.text.trim().slice(0, 200) ?? null,
			endedMs: endedAt === null ? null : endedAt - refusedAt,
			asked: scene.model.of(from).length,
		};
	} finally {
		harness.killAll(scene.processes());
		await scene.dispose();
	}
}
