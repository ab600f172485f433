// What it costs that an agent can ask while it works: the start of each turn, and the way of a question and its answer.
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ASKING_CLAUDE } from './agents.mjs';
import { inTurn, measure, median, timeProcess } from './figures.mjs';
import { withScene } from './scene.mjs';
import { openShell, PROMPT } from './shell.mjs';

const WAIT_MS = 20_000;
/** The shell takes no key for an answer in a question's first half second. */
const PERSON_MS = 700;
/** Behind the end of a turn's record the relay still tidies up. */
const SETTLE_MS = 500;

export async function measureQuestions({ rounds }) {
	return withScene(async (scene) => {
		scene.addAgent('claude', ASKING_CLAUDE);
		const shells = { without: await openTurns(scene, false), with: await openTurns(scene, true) };
		try {
			const figures = await inTurn(
				{
					node: () => timeProcess(process.execPath, ['-e', '0'], { cwd: scene.folder, env: scene.env }),
					without: () => shells.without.startMs(),
					with: () => shells.with.startMs(),
					question: () => shells.with.questionMs(),
				},
				rounds,
			);
			const { node, without, question } = figures;
			return [
				measure(
					'start of a turn that may ask',
					'times one that may not',
					median(figures.with) / median(without),
					{
						values: figures.with.map((ms) => ms / median(without)),
						details: { ms: median(figures.with), ms_without: median(without) },
					},
				),
				measure('a question and its answer', 'bare node starts', median(question) / median(node), {
					values: question.map((ms) => ms / median(node)),
					details: { ms: median(question), node_ms: median(node) },
				}),
			];
		} finally {
			for (const { close } of Object.values(shells)) await close();
		}
	});
}

/** A shell in a repo of its own, and its turns. */
async function openTurns(scene, mayAsk) {
	const repo = scene.makeRepo(`asks-${mayAsk}`, 50);
	const notes = scene.makeFolder(`notes-${mayAsk}`);
	const env = {
		...scene.env,
		BENCH_NOTES: notes,
		BENCH_NODE: process.execPath,
		AGENT_RELAY_CFG_PERMISSIONS__ASK: String(mayAsk),
	};
	const shell = openShell({ cwd: repo, env });
	await shell.until((text) => PROMPT.test(text), 'the first prompt');
	let turns = 0;
	const over = async () => {
		turns++;
		await waitFor(() => countEnded(repo) >= turns, 'the end of a turn');
		return JSON.parse(readFileSync(join(notes, 'times'), 'utf8'));
	};
	return {
		/** From Enter to the agent's first line. */
		async startMs() {
			await sleep(SETTLE_MS);
			const enteredAt = Date.now();
			shell.write('go on\r');
			const { began } = await over();
			return began - enteredAt;
		},
		/** From the agent's call to the question on the screen, and from the key to the agent's answer. */
		async questionMs() {
			writeFileSync(join(notes, 'ask'), '');
			shell.write('ask me\r');
			await shell.until((text) => text.includes('make push'), 'the question');
			const shownAt = Date.now();
			await sleep(PERSON_MS);
			rmSync(join(notes, 'ask'));
			const keyAt = Date.now();
			shell.write('y');
			const { asked, answered } = await over();
			shell.forget();
			return shownAt - asked + (answered - keyAt);
		},
		async close() {
			shell.close();
			await shell.ended;
		},
	};
}

function countEnded(repo) {
	const sessions = join(repo, '.agent-relay/sessions');
	if (!existsSync(sessions)) return 0;
	const states = readdirSync(sessions, { recursive: true }).filter((path) =>
		/\/turns\/\d+-state\.json$/.test(path),
	);
	return states.filter((path) => JSON.parse(readFileSync(join(sessions, path), 'utf8')).status !== 'running')
		.length;
}

async function waitFor(isSo, what) {
	const start = performance.now();
	while (!isSo()) {
		if (performance.now() - start > WAIT_MS) throw new Error(`no ${what} in ${WAIT_MS} ms`);
		await sleep(5);
	}
}
