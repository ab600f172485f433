/** One session through all four CLIs and round again: each goes on in its own conversation and gets what it missed. */
import { describe, expect, it } from 'vitest';
import { type Answer, callTools, say, TOOLS } from './harness/answers.ts';
import { type Agent, ASKED, FOUR, giveOpencodeItsPlugin } from './harness/four-agents.ts';
import { hasAgents } from './harness/installed-agents.ts';
import { scenes } from './harness/with-scene.ts';

/** Design 7: what a packet may have, with the prompt that goes with it. */
const BUDGET_BYTES = 24 * 1024;
const LAPS = [1, 2] as const;
type Lap = (typeof LAPS)[number];

/** A word that stands nowhere else, for what was asked, said and written in one turn. */
const asked = (agent: Agent, lap: Lap) => `Work on the ${lap === 1 ? 'inner' : 'outer'} ${agent} lock`;
const said = (agent: Agent, lap: Lap) =>
	`I decided that the ${lap === 1 ? 'inner' : 'outer'} ${agent} lock is of oak.`;
const file = (agent: Agent, lap: Lap) => `lock-${agent}-${lap}.txt`;

/** About 28 KB a turn on the first lap, of which no two lines are equal. */
function chatter(agent: Agent): string {
	return Array.from(
		{ length: 340 },
		(_, i) =>
			`Look ${i} at the ${agent} side: the water stands at ${i * 7} cm and the gate holds well so far.`,
	).join('\n');
}

function turnOf(agent: Agent, lap: Lap, repo: string): Answer[] {
	const text = lap === 1 ? `${chatter(agent)}\n\n${said(agent, lap)}` : said(agent, lap);
	const listing = TOOLS[agent].shell(`seq -f "${agent} gauge %g of ${lap}" 1 400`);
	return [
		callTools(TOOLS[agent].write(`${repo}/${file(agent, lap)}`, `oak ${agent} ${lap}\n`)),
		...(lap === 1 ? [callTools(listing)] : []),
		say(text),
	];
}

describe.skipIf(!hasAgents)('a tour of the four agents in one session', () => {
	const openScene = scenes();

	it('resumes each native session on its return, with exactly what that agent missed', async () => {
		const scene = await openScene();
		giveOpencodeItsPlugin(scene);
		const typed: string[] = [];
		for (const lap of LAPS) {
			for (const agent of FOUR) {
				scene.model.script(agent, ...turnOf(agent, lap, scene.repo));
				typed.push(`/use ${ASKED[agent]}`, asked(agent, lap));
			}
		}
		const shell = await scene.relay(['--order', Object.values(ASKED).join(','), '-p', 'full', '--trust'], {
			input: `${typed.join('\n')}\n/exit\n`,
		});

		expect(shell.exitCode, shell.stderr + shell.stdout.slice(-3000)).toBe(0);
		expect(scene.sessions()).toHaveLength(1);
		const turns = Array.from({ length: 8 }, (_, i) => scene.turn(i + 1));
		expect(turns.map(({ agent, status }) => `${agent} ${status}`)).toEqual(
			[...FOUR, ...FOUR].map((agent) => `${agent} completed`),
		);
		const recorded = turns.reduce((sum, { bytes }) => sum + bytes.output, 0);
		expect(recorded, 'history').toBeGreaterThan(100 * 1024);
		process.stderr.write(`tour: ${recorded} bytes of output recorded\n`);

		for (let turn = 1; turn <= turns.length; turn++)
			expect(Buffer.byteLength(scene.turnText(turn, 'prompt.md'))).toBeLessThanOrEqual(BUDGET_BYTES);

		for (const [at, agent] of FOUR.entries()) {
			const [first, again] = [turns[at], turns[at + 4]];
			expect(again, agent).toMatchObject({
				resumed: true,
				native_session_id: first?.native_session_id,
				trigger: 'switch',
			});
			const request = scene.model.of(agent)[3];
			expect(request?.raw, `${agent} has its own conversation`).toContain(said(agent, 1));
			const sent = scene.turnText(at + 5, 'prompt.md');
			process.stderr.write(`tour: ${agent} got ${Buffer.byteLength(sent)} bytes on its return\n`);
			expect(request?.userTexts.at(-1)?.trim()).toContain(sent.trim());
			expect(sent).toContain(asked(agent, 2));
			// What it missed: those behind it on the first lap, those before it on the second.
			const missed = [
				...FOUR.slice(at + 1).map((other) => [other, 1] as const),
				...FOUR.slice(0, at).map((other) => [other, 2] as const),
			];
			for (const [other, lap] of missed)
				for (const words of [asked(other, lap), said(other, lap), file(other, lap)])
					expect(sent, `${agent} is told`).toContain(words);
			// What it knew: its own first turn, and what its first packet told it.
			for (const known of FOUR.slice(0, at + 1))
				for (const words of [said(known, 1), file(known, 1)])
					expect(sent, `${agent} knew`).not.toContain(words);
		}
	});
});
