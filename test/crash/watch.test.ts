/** `watch` against `kill -9` of the relay and of itself, at many instants: whoever continues by cursor has each record once. */

import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { CliHome } from '../helpers/cli-home.ts';
import { startProgram } from '../helpers/crash-program.ts';
import { claude } from '../helpers/fake-agent-lines.ts';
import { type FakeStep, installFakeAgent } from '../helpers/fake-agents.ts';
import { killCount } from '../helpers/kills.ts';
import { until } from '../helpers/patience.ts';
import { cursorOf, recordsIn, recordsOf, startWatch } from '../helpers/watched.ts';

/** Kills of each kind. */
const KILLS = killCount(6);
const LOGIN = { ANTHROPIC_API_KEY: 'fake-claude-key' };

let cli: CliHome | null = null;
afterEach(() => {
	cli?.remove();
	cli = null;
});

/** Many words, a tool and a line of 64 KB, over more than a second. */
const long: FakeStep[] = [
	{ emit: claude.init },
	...Array.from({ length: 25 }, (_, at): FakeStep => ({ emit: claude.text(`step ${at}`), sleep: 40 })),
	{ emit: claude.tool('t1', 'true') + claude.toolResult('t1', 'ok') + claude.text('x'.repeat(64 * 1024)) },
	{ emit: claude.result('done'), exit: 0 },
];
const quick: FakeStep[] = [
	{ emit: claude.init + claude.text('all done') + claude.result('all done'), exit: 0 },
];

function stage(turns: FakeStep[][]) {
	const home = new CliHome();
	cli = home;
	installFakeAgent(home.bin, 'claude', { turns });
	const place = { cwd: home.repo, env: { ...home.env, ...LOGIN, PATH: `${home.bin}:${home.env.PATH}` } };
	const sessions = join(home.repo, '.agent-relay/sessions');
	return {
		home,
		place,
		sessions,
		run: (...args: string[]) => startProgram(place, 'run', '-a', 'claude', ...args),
	};
}

/** Where in a span of `lengthMs` the kill `at` falls. */
const instant = (at: number, lengthMs: number) => Math.round((lengthMs * (at + 0.5)) / KILLS);
const pause = (ms: number) => new Promise((done) => setTimeout(done, ms));

describe('each record is printed once', () => {
	it.each(Array.from({ length: KILLS }, (_, at) => at))(
		'though the relay is killed in the middle of a turn, and another recovers it (instant %i)',
		async (at) => {
			const { home, place, sessions, run } = stage([long, quick]);
			const watching = startWatch(place, join(home.base, 'live'), ['--follow-new', '--json']);
			const first = run('Build the thing, in full, please.');
			await until(() => watching.lines().length > 3, 'the turn to begin');
			await pause(instant(at, 1100));
			first.kill('SIGKILL');
			await first.ended;
			// What the dead relay left is out before it is written anew.
			await until(() => watching.lines().length >= recordsIn(sessions).length, 'what it left to be printed');
			const before = watching.lines();
			expect(recordsOf(before)).toEqual(recordsIn(sessions));
			expect((await run('--session', 'latest', 'and now?').ended).code).toBe(0);
			const all = recordsIn(sessions);
			await until(() => watching.lines().length >= all.length, 'the rest to be printed');
			watching.kill('SIGINT');
			expect(await watching.ended).toEqual({ code: 130, stderr: '' });
			expect(recordsOf(watching.lines())).toEqual(all);
			expect(watching.lines().slice(0, before.length)).toEqual(before);
		},
		120_000,
	);

	it('though watch is killed again and again, and continues by its last cursor', async () => {
		const { home, place, sessions, run } = stage([long]);
		const relay = run('Build the thing, in full, please.');
		await until(() => relay.stdout().includes('step 0'), 'the agent to begin');
		const lines: string[] = [];
		for (let at = 0; at < KILLS; at++) {
			const since = cursorOf(lines.at(-1));
			const args = ['--json', ...(since === null ? [] : ['--since', since])];
			const watching = startWatch(place, join(home.base, `part-${at}`), args);
			let isOver = false;
			void watching.ended.then(() => {
				isOver = true;
			});
			// It ends by itself where the turn is over and all was printed before.
			if (at % 2 === 0) await until(() => isOver || watching.lines().length > 0, 'a line');
			await pause(instant(at, 300));
			watching.kill('SIGKILL');
			await watching.ended;
			lines.push(...watching.lines());
		}
		expect((await relay.ended).code).toBe(0);
		const since = cursorOf(lines.at(-1));
		const last = startWatch(place, join(home.base, 'last'), [
			'--json',
			...(since === null ? [] : ['--since', since]),
		]);
		expect((await last.ended).code).toBe(0);
		expect(recordsOf([...lines, ...last.lines()])).toEqual(recordsIn(sessions));
	}, 120_000);
});
