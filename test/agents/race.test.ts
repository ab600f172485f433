/** The four real CLIs compete in worktrees of their own; facts rank them, and the winner's files are taken over. */
import { describe, expect, it } from 'vitest';
import type { EntrantRecord, RaceRecord } from '../../src/race/record/race-record.ts';
import { callTools, REFUSALS, say, TOOLS } from './harness/answers.ts';
import { type Agent, ASKED, FOUR, giveOpencodeItsPlugin } from './harness/four-agents.ts';
import { hasAgents } from './harness/installed-agents.ts';
import type { Scene } from './harness/scene.ts';
import { scenes } from './harness/with-scene.ts';

const TASK = 'Write the answer into answer.txt.';
const ENTRANTS = FOUR.map((agent) => ASKED[agent]).join(',');
/** Two are right, and two of each kind differ in the size of what they wrote. */
const WRITES: Record<Agent, string> = {
	claude: 'right\\nmore\\nand more\\n',
	codex: 'wrong\\n',
	gemini: 'right\\n',
	opencode: 'wrong\\nmore\\n',
};

describe.skipIf(!hasAgents)('a race of the four CLIs', () => {
	const openScene = scenes();

	it('ranks them by checks and size, and the winner is taken over beside a local change', async () => {
		const scene = await openScene({ files: { 'other.txt': 'as committed\n' } });
		giveOpencodeItsPlugin(scene);
		for (const agent of FOUR) {
			const write = `printf '${WRITES[agent]}' > answer.txt`;
			scene.model.script(agent, callTools(TOOLS[agent].shell(write)), say('It is written.'));
		}
		const before = sharedParts(scene);

		const race = await scene.relay([
			...['race', TASK, '--agents', ENTRANTS, '-p', 'full', '--trust', '--json'],
			...['--check', 'test -f answer.txt', '--check', 'grep -qx right answer.txt'],
		]);

		expect(race.exitCode, race.stderr + race.stdout).toBe(0);
		const record = showRace(await scene.relay(['race', 'show', '--json']));
		expect(record.ranking.map((id) => agentOf(record, id))).toEqual([
			'gemini',
			'claude',
			'codex',
			'opencode',
		]);
		expect(agentOf(record, record.winner)).toBe('gemini');
		for (const { agent, outcome, checks, session_id, notes } of record.entrants) {
			const isRight = agent === 'claude' || agent === 'gemini';
			expect({ agent, outcome, notes }).toEqual({ agent, outcome: 'completed', notes: [] });
			expect(checks.map(({ status }) => status)).toEqual(['passed', isRight ? 'passed' : 'failed']);
			const folder = scene.sessions().find((path) => path.endsWith(session_id ?? 'none'));
			expect(scene.turn(1, folder)).toMatchObject({ agent, trigger: 'race', status: 'completed' });
		}
		expect(record.shared_changes).toEqual([]);
		expect(sharedParts(scene)).toEqual(before);
		expect(scene.git('worktree', 'list').trim().split('\n')).toHaveLength(5);

		scene.write('other.txt', 'changed by me\n');
		const adopted = await scene.relay(['race', 'adopt']);
		expect(adopted.exitCode, adopted.stderr).toBe(0);
		expect(scene.read('answer.txt')).toBe('right\n');
		expect(scene.read('other.txt')).toBe('changed by me\n');
		expect(scene.git('diff', '--cached', '--name-only')).toBe('');

		const cleaned = await scene.relay(['race', 'clean', '--apply']);
		expect(cleaned.exitCode, cleaned.stderr + cleaned.stdout).toBe(0);
		expect(scene.git('worktree', 'list').trim().split('\n')).toHaveLength(1);
		expect(scene.git('for-each-ref', 'refs/agent-relay')).toBe('');
		expect(sharedParts(scene)).toEqual(before);
		expect(scene.sessions()).toHaveLength(5);
	});

	it('an entrant at its limit is marked so, and the other one wins', async () => {
		const scene = await openScene();
		scene.model.forever('claude', REFUSALS.claude.window(Math.floor(Date.now() / 1000) + 7200));
		const write = callTools(TOOLS.codex.shell("printf 'right\\n' > answer.txt"));
		scene.model.script('codex', write, say('It is written.'));
		const race = await scene.relay([
			...['race', TASK, '--agents', 'claude,codex', '-p', 'full', '--trust', '--json'],
		]);
		expect(race.exitCode, race.stderr + race.stdout).toBe(0);
		const record = showRace(await scene.relay(['race', 'show', '--json']));
		expect(agentOf(record, record.winner)).toBe('codex');
		expect(entrant(record, 'claude')).toMatchObject({
			outcome: 'limited',
			limited_until: expect.any(String),
		});
		expect(scene.ledger()).toMatchObject([{ agent: 'claude', limit: { kind: 'window' } }]);
	});
});

/** What all worktrees share, and what the user sees of the main checkout. */
function sharedParts(scene: Scene) {
	const refs = scene
		.git('for-each-ref')
		.split('\n')
		.filter((line) => !line.includes('refs/agent-relay/'));
	return { refs, config: scene.read('.git/config'), branches: scene.git('branch', '--list') };
}

function showRace({ stdout }: { stdout: string }): RaceRecord {
	const parsed = JSON.parse(stdout);
	return parsed.race ?? parsed;
}

function entrant(record: RaceRecord, agent: string): EntrantRecord | undefined {
	return record.entrants.find((one) => one.agent === agent);
}

const agentOf = (record: RaceRecord, id: string | null) =>
	record.entrants.find((one) => one.id === id)?.agent ?? null;
