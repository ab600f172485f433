/** Every ordered pair of the four CLIs: what each can meet as a limit, and whoever comes next goes on by itself. */
import { afterAll, describe, expect, it } from 'vitest';
import { type Answer, callTools, REFUSALS, say, TOOLS } from './harness/answers.ts';
import { type Agent, giveOpencodeItsPlugin, workFlags } from './harness/four-agents.ts';
import { hasAgents } from './harness/installed-agents.ts';
import type { Scene, SceneOptions } from './harness/scene.ts';
import { scenes } from './harness/with-scene.ts';

const OBJECTIVE = 'Make the parser accept "1h30m", and never touch `legacy/`.';
const INTERRUPTED = 'Now document the grammar; $HOME, @team and "quotes" stay as they are — ünïcode too.';
const PATIENCE_MS = 1000;
/** Beyond patience; 1 s is the bar of a hard limit, alone on the machine. */
const MOST_MS = 6000;
const inTwoHours = () => Math.floor(Date.now() / 1000) + 7200;

interface Case {
	from: Agent;
	to: Agent;
	kind: 'window' | 'rate' | 'overloaded' | 'quota' | 'billing';
	refusal: () => Answer;
	login?: SceneOptions['claudeLogin'];
}

const CASES: Case[] = [
	{ from: 'claude', to: 'codex', kind: 'window', refusal: () => REFUSALS.claude.window(inTwoHours()) },
	{ from: 'claude', to: 'gemini', kind: 'rate', refusal: REFUSALS.claude.tooMany, login: 'api_key' },
	{ from: 'claude', to: 'opencode', kind: 'overloaded', refusal: REFUSALS.claude.overload },
	{ from: 'claude', to: 'opencode', kind: 'billing', refusal: REFUSALS.claude.billing, login: 'api_key' },
	{ from: 'codex', to: 'gemini', kind: 'window', refusal: () => REFUSALS.codex.window(inTwoHours()) },
	{ from: 'codex', to: 'opencode', kind: 'rate', refusal: REFUSALS.codex.tooMany },
	{ from: 'codex', to: 'claude', kind: 'overloaded', refusal: REFUSALS.codex.overload },
	{ from: 'codex', to: 'gemini', kind: 'billing', refusal: REFUSALS.codex.billing },
	{ from: 'gemini', to: 'opencode', kind: 'window', refusal: REFUSALS.gemini.window },
	{ from: 'gemini', to: 'claude', kind: 'rate', refusal: REFUSALS.gemini.tooMany },
	{ from: 'gemini', to: 'codex', kind: 'overloaded', refusal: REFUSALS.gemini.overload },
	{ from: 'gemini', to: 'claude', kind: 'quota', refusal: REFUSALS.gemini.quota },
	{ from: 'opencode', to: 'claude', kind: 'window', refusal: () => REFUSALS.opencode.window(7200) },
	{ from: 'opencode', to: 'codex', kind: 'rate', refusal: () => REFUSALS.opencode.tooMany(1) },
	{ from: 'opencode', to: 'gemini', kind: 'overloaded', refusal: REFUSALS.opencode.overload },
	{ from: 'opencode', to: 'codex', kind: 'billing', refusal: REFUSALS.opencode.billing },
];
const WITH_PATIENCE = new Set(['rate', 'overloaded']);

describe.skipIf(!hasAgents)('every pair of agents', () => {
	const openScene = scenes();
	const times: string[] = [];
	afterAll(() => void process.stderr.write(`${times.join('\n')}\n`));

	it.each(CASES)('$from stopped by $kind: $to goes on, and no key is pressed', async (met) => {
		const { from, to, kind } = met;
		const scene = await openScene({ claudeLogin: met.login ?? 'oauth' });
		giveOpencodeItsPlugin(scene);
		scene.model.script(
			from,
			say('The parser accepts it.'),
			callTools(TOOLS[from].write(`${scene.repo}/GRAMMAR.md`, 'units: h m s\n')),
		);
		scene.model.forever(from, met.refusal());
		scene.model.script(to, say('The grammar is documented.'));

		const shell = await scene.relay(workFlags(from, to), {
			input: `${OBJECTIVE}\n${INTERRUPTED}\n`,
			env: { AGENT_RELAY_CFG_LIMITS__PATIENCE_S: String(PATIENCE_MS / 1000) },
		});

		expect(shell.exitCode, shell.stderr + shell.stdout).toBe(0);
		expect(scene.turn(2)).toMatchObject({ agent: from, status: 'limited', limit: { kind } });
		expect(scene.turn(2).files).toMatchObject([{ path: 'GRAMMAR.md', change: 'added' }]);
		expect(scene.turn(3)).toMatchObject({ agent: to, trigger: 'failover', status: 'completed' });
		expect(scene.meta()).toMatchObject({ objective: OBJECTIVE, status: 'completed', turn_count: 3 });
		const seen = scene.model.of(to)[0]?.userTexts.join('\n') ?? '';
		for (const words of [OBJECTIVE, INTERRUPTED, 'GRAMMAR.md']) expect(seen).toContain(words);
		expect(scene.model.of(to)).toHaveLength(1);
		expect(scene.ledger()).toMatchObject([{ agent: from, limit: { kind } }]);

		const { seenMs, startedMs, askedMs } = timesOf(scene, from, to);
		times.push(
			`${from} -> ${to} (${kind}): predecessor ended ${seenMs} ms, successor started ${startedMs} ms, asked its model ${askedMs} ms after the first refusal`,
		);
		const patience = WITH_PATIENCE.has(kind) ? PATIENCE_MS : 0;
		expect(startedMs).toBeLessThan(patience + MOST_MS);
	});
});

/** From the first refused request on; the scripted answers before it are two. */
function timesOf(scene: Scene, from: Agent, to: Agent) {
	const refusedAt = scene.model.of(from)[2]?.at ?? Number.NaN;
	const since = (at: number) => Math.round(at - refusedAt);
	return {
		seenMs: since(Date.parse(scene.turn(2).ended_at ?? '')),
		startedMs: since(Date.parse(scene.turn(3).started_at)),
		askedMs: since(scene.model.of(to)[0]?.at ?? Number.NaN),
	};
}
