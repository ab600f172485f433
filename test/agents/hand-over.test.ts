/** A limit in mid-work: the other agent goes on in the same session, and the records tell why. */
import { basename } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Answer, callTools, REFUSALS, say, TOOLS } from './harness/answers.ts';
import { hasAgents } from './harness/installed-agents.ts';
import type { SceneOptions } from './harness/scene.ts';
import { LEFT_OUT, splitSome } from './harness/some-pairs.ts';
import { scenes } from './harness/with-scene.ts';

const IMPATIENT = { AGENT_RELAY_CFG_LIMITS__PATIENCE_S: '1' };
const OBJECTIVE = 'Make the parser accept "1h30m",\nand never touch `legacy/`.';
const INTERRUPTED = 'Now document the grammar; $HOME, @team and "quotes" stay as they are — ünïcode too.';
const OTHER = { claude: 'codex', codex: 'claude' } as const;
const inTwoHours = () => Math.floor(Date.now() / 1000) + 7200;

interface Refused {
	from: 'claude' | 'codex';
	by: string;
	kind: string;
	refusal: (reset: number) => Answer;
	/** Whether the agent is told when it may come back. */
	hasReset: boolean;
	login?: SceneOptions['claudeLogin'];
}

const CASES: Refused[] = [
	{ from: 'claude', by: 'a plan window', kind: 'window', refusal: REFUSALS.claude.window, hasReset: true },
	{ from: 'codex', by: 'a plan window', kind: 'window', refusal: REFUSALS.codex.window, hasReset: true },
	{
		from: 'claude',
		by: 'a storm of 429',
		kind: 'rate',
		refusal: () => REFUSALS.claude.tooMany(),
		hasReset: false,
		login: 'api_key',
	},
	{
		from: 'codex',
		by: 'a storm of 429',
		kind: 'rate',
		refusal: () => REFUSALS.codex.tooMany(),
		hasReset: false,
	},
	{
		from: 'claude',
		by: 'overload (529)',
		kind: 'overloaded',
		refusal: REFUSALS.claude.overload,
		hasReset: false,
	},
	{
		from: 'codex',
		by: 'overload (503)',
		kind: 'overloaded',
		refusal: REFUSALS.codex.overload,
		hasReset: false,
	},
	{
		from: 'claude',
		by: 'an empty balance',
		kind: 'billing',
		refusal: REFUSALS.claude.billing,
		hasReset: false,
		login: 'api_key',
	},
	{
		from: 'codex',
		by: 'a spent quota',
		kind: 'billing',
		refusal: REFUSALS.codex.billing,
		hasReset: false,
	},
];

describe.skipIf(!hasAgents)('a limit in mid-work', () => {
	const openScene = scenes();

	/** `some`: each kind with one of both. */
	const cases = splitSome(CASES, (_, at) => at % 4 === 0 || at % 4 === 3);
	const GOES_ON = '$from stopped by $by: the other goes on by itself';
	it.skip.each(cases.left)(`${GOES_ON} ${LEFT_OUT}`, () => undefined);
	it.each(cases.tried)(GOES_ON, async (refused) => {
		const { from, kind, hasReset } = refused;
		const to = OTHER[from];
		const reset = inTwoHours();
		const scene = await openScene({ claudeLogin: refused.login ?? 'oauth' });
		const order = ['--order', `${from},${to}`, '-p', 'full'];
		scene.model.script(
			from,
			say('The parser accepts it.'),
			callTools(TOOLS[from].write(`${scene.repo}/GRAMMAR.md`, 'units: h m s\n')),
		);
		scene.model.forever(from, refused.refusal(reset));
		scene.model.script(to, say('The grammar is documented.'));

		await scene.run(OBJECTIVE, order);
		const before = scene.sessions().length;
		const run = await scene.run(INTERRUPTED, [...order, '--session', 'latest'], { env: IMPATIENT });

		expect({ exitCode: run.exitCode, outcome: run.result.outcome }, run.stderr).toEqual({
			exitCode: 0,
			outcome: 'completed',
		});
		// One session directory holds both turns.
		expect(scene.sessions()).toHaveLength(before + 1);
		const [limited, done] = [scene.turn(1), scene.turn(2)];
		expect(limited).toMatchObject({ agent: from, status: 'limited', stop_reason: 'limit' });
		expect(limited.limit).toMatchObject({
			kind,
			reset_at: hasReset ? new Date(reset * 1000).toISOString() : null,
		});
		expect(limited.files).toMatchObject([{ path: 'GRAMMAR.md', change: 'added' }]);
		expect(done).toMatchObject({ agent: to, trigger: 'failover', status: 'completed' });
		expect(done.packet).toMatch(/^resume\/\d{3}-/);

		// What the successor's model saw.
		const seen = scene.model.of(to)[0]?.userTexts.join('\n') ?? '';
		expect(seen).toContain(OBJECTIVE);
		expect(seen).toContain(INTERRUPTED);
		expect(seen).toContain('GRAMMAR.md');
		expect(seen).toContain(scene.turnText(2, 'prompt.md').trim());

		// The records tell the story.
		const handedOver = run.events.find(({ type }) => type === 'handed_over');
		expect(handedOver).toMatchObject({ from, to, reason: 'limit', limit: { kind } });
		expect(scene.meta()).toMatchObject({
			id: basename(scene.session()),
			objective: OBJECTIVE,
			status: 'completed',
			active_agent: to,
			turn_count: 2,
			checkpoint: null,
			agents: { [from]: { last_turn: 1 }, [to]: { last_turn: 2 } },
		});
		const [entry] = scene.ledger();
		expect(entry).toMatchObject({ agent: from, estimated: !hasReset, limit: { kind } });
		const until = Date.parse(entry?.until ?? '');
		if (hasReset) expect(until).toBe(reset * 1000);
		else expect(until).toBeGreaterThan(Date.now());

		// The next prompt begins with the agent that is not limited.
		const asked = scene.model.of(from).length;
		const next = await scene.run('And now?', order);
		expect(next.events.find(({ type }) => type === 'turn_started')).toMatchObject({ agent: to });
		expect(scene.model.of(from)).toHaveLength(asked);
	});

	it.each(['claude', 'codex'] as const)('a 429 that clears within patience is none (%s)', async (agent) => {
		const scene = await openScene({ claudeLogin: 'api_key' });
		scene.model.script(agent, REFUSALS[agent].tooMany(), REFUSALS[agent].tooMany(), say('Here I am again.'));

		const { exitCode, stderr } = await scene.run('Say hello', ['-a', agent]);

		expect(exitCode, stderr).toBe(0);
		expect(scene.model.of(agent)).toHaveLength(3);
		expect(scene.turn(1)).toMatchObject({ agent, status: 'completed', limit: null });
		expect(scene.meta().turn_count).toBe(1);
		expect(scene.ledger()).toEqual([]);
	});

	it('nobody left: exit 2, a packet, the earliest reset, and the prompt is kept for --continue', async () => {
		const scene = await openScene();
		const reset = inTwoHours();
		scene.model.forever('claude', REFUSALS.claude.window(reset));
		scene.model.forever('codex', REFUSALS.codex.window(reset + 3600));
		const run = await scene.run('Do the work');
		expect(run.exitCode, run.stderr).toBe(2);
		expect(run.result).toMatchObject({
			outcome: 'nobody_left',
			earliest_reset: new Date(reset * 1000).toISOString(),
		});
		expect(scene.meta()).toMatchObject({ status: 'checkpointed', checkpoint: { reason: 'limit' } });

		scene.model.forever('claude', say('Done now.'));
		await scene.relay(['limits', 'clear', 'claude']);
		const asked = scene.model.requests.length;
		const again = await scene.relay(['run', '--json', '--order', 'claude,codex', '--continue']);
		expect(again.exitCode, again.stderr).toBe(0);
		expect(scene.model.requests.slice(asked).map(({ agent }) => agent)).toEqual(['claude']);
		expect(scene.model.requests.at(-1)?.userTexts.join('\n')).toContain('Do the work');
		expect(scene.sessions()).toHaveLength(1);
		expect(scene.meta().status).toBe('completed');
	});
});
