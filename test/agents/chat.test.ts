/** Chats of the real CLIs: each hears the others word for word and once, in a native session of its own. */
import { describe, expect, it } from 'vitest';
import { REFUSALS, say } from './harness/answers.ts';
import { hasAgents } from './harness/installed-agents.ts';
import type { ModelRequest } from './harness/model-server.ts';
import { scenes } from './harness/with-scene.ts';

const TOPIC = 'Is the cache worth its bugs?\nThink of `$HOME`, @team and "quotes" — ünïcode too.';
const times = (text: string, needle: string) => text.split(needle).length - 1;
/** What the user's side of the newest request of a conversation holds: all that the agent was ever told. */
const toldTo = (requests: readonly ModelRequest[]) => requests.at(-1)?.userTexts.join('\n') ?? '';

describe.skipIf(!hasAgents)('a chat of real CLIs', () => {
	const openScene = scenes();

	it('claude and codex take six turns; each gets the words of the other verbatim and exactly once', async () => {
		const scene = await openScene();
		const words = (who: string, i: number) =>
			`${who} says number ${i}: "a  b" \\ 100% of <tags> & ünïcode —\n\tand a second line ${who}-${i}.`;
		for (const agent of ['claude', 'codex'] as const)
			scene.model.script(
				agent,
				...[1, 2, 3].map((i) => say(`${words(agent, i)}\n\nRELAY: ${i === 3 ? 'DONE' : 'CONTINUE'}`)),
			);

		const run = await scene.relay(['chat', '--agents', 'claude,codex', '--json', TOPIC]);

		expect({ exitCode: run.exitCode, result: run.result }, run.stderr).toMatchObject({
			exitCode: 0,
			result: { outcome: 'agreed', turns: 6, exit_code: 0, packet: null },
		});
		expect(scene.meta()).toMatchObject({
			kind: 'chat',
			status: 'completed',
			turn_count: 6,
			objective: TOPIC,
			agents: { claude: { turns: 3 }, codex: { turns: 3 } },
		});
		const turns = [1, 2, 3, 4, 5, 6].map((number) => scene.turn(number));
		expect(turns.map(({ participant, trigger, verdict }) => [participant, trigger, verdict])).toEqual([
			['claude', 'chat', 'continue'],
			['codex', 'chat', 'continue'],
			['claude', 'chat', 'continue'],
			['codex', 'chat', 'continue'],
			['claude', 'chat', 'done'],
			['codex', 'chat', 'done'],
		]);
		for (const agent of ['claude', 'codex'])
			expect(
				new Set(turns.filter((turn) => turn.agent === agent).map((turn) => turn.native_session_id)).size,
			).toBe(1);
		const heard = { claude: [1, 2], codex: [1, 2, 3] };
		for (const agent of ['claude', 'codex'] as const) {
			const other = agent === 'claude' ? 'codex' : 'claude';
			const told = toldTo(scene.model.of(agent));
			expect(times(told, TOPIC)).toBe(1);
			for (const i of heard[agent])
				for (const line of words(other, i).split('\n')) expect(times(told, `> ${line}\n`), line).toBe(1);
			expect(told).not.toContain(`${agent} says number`);
		}
	});

	it('gemini and opencode talk as well, twice the same agent too', async () => {
		const scene = await openScene();
		scene.model.script(
			'gemini',
			say('gemini one.\n\nRELAY: CONTINUE'),
			say('gemini two.\n\nRELAY: CONTINUE'),
			say('gemini three.\n\n**RELAY: DONE**'),
			say('gemini four.\n\nRELAY: DONE'),
		);
		scene.model.script(
			'opencode',
			say('opencode one.\n\nRELAY: CONTINUE'),
			say('opencode two.\n\nRELAY: DONE'),
		);

		const run = await scene.relay([
			...['chat', '--agents', 'gemini,opencode,gemini', '--role', '3=find the holes'],
			...['--json', 'Which parser?'],
		]);

		expect(
			{ exitCode: run.exitCode, outcome: run.result.outcome },
			run.stderr + run.stdout.slice(-2000),
		).toEqual({
			exitCode: 0,
			outcome: 'agreed',
		});
		const turns = [1, 2, 3, 4, 5, 6].map((number) => scene.turn(number));
		expect(turns.map(({ participant }) => participant)).toEqual([
			...['gemini', 'opencode', 'gemini-2', 'gemini', 'opencode', 'gemini-2'],
		]);
		const natives = turns.map(({ native_session_id }) => native_session_id);
		expect(natives.slice(3)).toEqual(natives.slice(0, 3));
		expect(new Set(natives).size).toBe(3);
		const toOpencode = toldTo(scene.model.of('opencode'));
		for (const text of ['gemini one.', 'gemini two.', 'gemini three.'])
			expect(times(toOpencode, text)).toBe(1);
		const toSecond = toldTo(scene.model.of('gemini'));
		for (const text of ['gemini one.', 'opencode one.', 'gemini three.', 'opencode two.'])
			expect(times(toSecond, text), text).toBe(1);
		expect(times(toSecond, '> gemini two.')).toBe(0);
		expect(toSecond).toContain('find the holes');
	});

	it('claude at its limit in mid-chat leaves with its reset; the other two go on to the end', async () => {
		const reset = Math.floor(Date.now() / 1000) + 7200;
		const scene = await openScene();
		scene.model.script('claude', say('claude one.\n\nRELAY: CONTINUE'));
		scene.model.forever('claude', REFUSALS.claude.window(reset));
		const words = ['one.\n\nRELAY: CONTINUE', 'two.\n\nRELAY: DONE'];
		for (const text of words) scene.model.script('codex', say(`codex ${text}`), say(`the other ${text}`));

		const run = await scene.relay([
			'chat',
			'--agents',
			'claude,codex,codex',
			'--role',
			'3=find the holes',
			'-n',
			'8',
			'--json',
			'Which way?',
		]);

		expect({ exitCode: run.exitCode, outcome: run.result.outcome }, run.stderr).toEqual({
			exitCode: 0,
			outcome: 'agreed',
		});
		expect(run.events.find(({ type }) => type === 'participant_left')).toMatchObject({
			participant: 'claude',
			reason: 'limit',
			until: new Date(reset * 1000).toISOString(),
		});
		expect(scene.ledger()).toMatchObject([{ agent: 'claude', until: new Date(reset * 1000).toISOString() }]);
		expect(
			[4, 5, 6].map((number) => scene.turn(number)).map(({ participant, status }) => [participant, status]),
		).toEqual([
			['claude', 'limited'],
			['codex', 'completed'],
			['codex-2', 'completed'],
		]);
		expect(scene.meta()).toMatchObject({
			status: 'completed',
			chat: { agreed: true, participants: [{ left: 'limit' }, { left: null }, { left: null }] },
		});
	});
});
