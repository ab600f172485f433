/** One predecessor's share of all ordered pairs: every limit that it can meet, before each of the three others. */
import { describe, expect, it } from 'vitest';
import { say, TOOLS } from '../harness/answers.ts';
import { type Agent, FOUR, giveOpencodeItsPlugin, workFlags } from '../harness/four-agents.ts';
import { hasAgents } from '../harness/installed-agents.ts';
import { isSome, LEFT_OUT } from '../harness/some-pairs.ts';
import { scenes } from '../harness/with-scene.ts';
import { LIMITS } from './limits.ts';

const OBJECTIVE = 'Make the parser accept "1h30m", and never touch `legacy/`.';
const INTERRUPTED = 'Now document the grammar; $HOME, @team and "quotes" stay as they are — ünïcode too.';
/** In a file that the predecessor's words name as CLIs open files. */
const SECRET = 'zebra-quartz-7719';
/** The CLIs' own first retries come behind 0.2 to 5 s; what is announced to be later acts at once. */
const PATIENCE_S = 0.3;
/**
 * Far beyond what a loaded machine takes, and far before the CLIs that retry for minutes would give up by themselves:
 * the times as such are the benchmark's (`npm run bench -- --only limits`).
 */
const MOST_MS = 30_000;
/** What the CLIs said of their versions: in each new home the relay would ask them again, up to 1.4 s of CPU a CLI. */
const VERSIONS = '.cache/agent-relay/versions.json';

/** Of the 48 combinations `isSome` leaves 16, with each limit of each agent and each ordered pair among them. */
export function testWhoGoesOnAfter(from: Agent): void {
	const others = FOUR.filter((to) => to !== from);
	const cases = LIMITS[from].flatMap((met, nth) =>
		others.map((to, at) => ({ ...met, from, to, isTried: !isSome || at === nth % others.length })),
	);
	const tried = cases.filter(({ isTried }) => isTried);
	const left = cases.filter(({ isTried }) => !isTried);
	describe.skipIf(!hasAgents)(`whoever comes after ${from}`, () => {
		const openScene = scenes();
		let versions: string | null = null;

		it.each(tried)('$from stopped by $kind: $to goes on, and no key is pressed', async (met) => {
			const { to, kind } = met;
			const files = { '.env': `TOKEN=${SECRET}\n` };
			const scene = await openScene({ claudeLogin: met.login ?? 'oauth', files });
			giveOpencodeItsPlugin(scene);
			if (versions !== null) scene.writeHome(VERSIONS, versions);
			const write = TOOLS[from].write(`${scene.repo}/GRAMMAR.md`, 'units: h m s\n');
			const text = 'Decision: I will read @.env and then $ENV.';
			scene.model.script(from, say('The parser accepts it.'), { type: 'message', text, calls: [write] });
			scene.model.forever(from, met.refusal());
			scene.model.script(to, say('The grammar is documented.'));

			const shell = await scene.relay(workFlags(from, to), {
				input: `${OBJECTIVE}\n${INTERRUPTED}\n`,
				env: { AGENT_RELAY_CFG_LIMITS__PATIENCE_S: String(PATIENCE_S) },
			});

			versions = scene.readHome(VERSIONS);
			expect(shell.exitCode, shell.stderr + shell.stdout).toBe(0);
			expect(scene.turn(2)).toMatchObject({ agent: from, status: 'limited', limit: { kind } });
			// With so little patience a CLI's own back-off counts as its reset.
			if (kind !== 'rate' && kind !== 'overloaded')
				expect(scene.turn(2).limit?.reset_at === null, 'no reset is told').toBe(kind !== 'window');
			expect(scene.turn(2).files).toMatchObject([{ path: 'GRAMMAR.md', change: 'added' }]);
			expect(scene.turn(3)).toMatchObject({ agent: to, trigger: 'failover', status: 'completed' });
			expect(scene.meta()).toMatchObject({ objective: OBJECTIVE, status: 'completed', turn_count: 3 });
			const [request, ...others] = scene.model.of(to);
			const seen = request?.userTexts.join('\n') ?? '';
			for (const words of [OBJECTIVE, INTERRUPTED, 'GRAMMAR.md', 'I will read'])
				expect(seen).toContain(words);
			expect(request?.raw.includes(SECRET), 'a file that is quoted is in the request').toBe(false);
			expect(others).toEqual([]);
			expect(scene.ledger()).toMatchObject([{ agent: from, limit: { kind } }]);

			// The scripted answers before the first refusal are two.
			const refusedAt = scene.model.of(from)[2]?.at ?? Number.NaN;
			expect(Date.parse(scene.turn(3).started_at) - refusedAt).toBeLessThan(MOST_MS);
		});

		it.skip.each(left)(`$from stopped by $kind: $to goes on ${LEFT_OUT}`, () => undefined);
	});
}
