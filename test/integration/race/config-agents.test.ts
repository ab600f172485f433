import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createApp } from '../../../src/app/create-app.ts';
import { openRace } from '../../../src/app/open-race.ts';
import { readSettings } from '../../../src/app/settings.ts';
import type { Given } from '../../../src/commands/options/option-table.ts';
import { systemClock } from '../../../src/core/clock.ts';
import { parseSessionId } from '../../../src/core/ids.ts';
import type { Race } from '../../../src/race/race-contract.ts';
import { resumeRace } from '../../../src/race/resume-race.ts';
import { startRace } from '../../../src/race/start-race.ts';
import { askedRace } from '../../helpers/asked-race.ts';
import { ConfigAgents, documentedAgent } from '../../helpers/config-agents.ts';
import { claudeAnswers } from '../../helpers/fake-agent-lines.ts';
import { installFakeAgent } from '../../helpers/fake-agents.ts';
import { entrantOf } from '../../helpers/race-bench.ts';

const HOUR_MS = 3_600_000;
const CHECK = 'grep -q 42 answer.txt';

let agents: ConfigAgents;
let races: Race[];
beforeEach(() => {
	races = [];
	agents = new ConfigAgents({ ANTHROPIC_API_KEY: 'fake-claude-key', OPENAI_API_KEY: 'fake-aider-key' });
	agents.install('aider', 'text-agent.mjs');
	agents.install('courier', 'json-lines-agent.mjs');
	agents.configure(`${documentedAgent('aider')}\n${documentedAgent('courier')}\n[limits]\npatience_s = 1\n`);
	writeFileSync(join(agents.repo, '.gitignore'), '.aider*\n');
	git('add', '-A');
	git('-c', 'user.name=A', '-c', 'user.email=a@example.org', 'commit', '-qm', 'ignore what aider keeps');
});
afterEach(async () => {
	for (const race of races) await race.close();
	await agents.dispose();
});

const git = (...args: string[]) =>
	execFileSync('git', args, { cwd: agents.repo, env: agents.env, encoding: 'utf8' });

/** `laterMs`: by how much the clock is ahead. */
async function deps(laterMs = 0) {
	const clock = { ...systemClock, now: () => Date.now() + laterMs };
	const app = { ...createApp({ folder: agents.repo, env: agents.env }), clock };
	const settings = await readSettings(app, { isTrusted: false, config: [] });
	return { deps: await openRace(app, settings), registry: settings.registry };
}

async function run(race: Race) {
	races.push(race);
	const record = await race.run({ signal: new AbortController().signal, onEvent: () => undefined });
	await race.close();
	return record;
}

async function raced(task: string, flags: Given) {
	const { deps: wired, registry } = await deps();
	const race = await startRace(askedRace(task, flags, registry), wired);
	return { id: race.id, deps: wired, record: await run(race) };
}

describe('agents from the config in a race', () => {
	it('work in worktrees of their own beside a built-in one, and are ranked by the same facts', async () => {
		installFakeAgent(agents.bin, 'claude', {
			turns: [[{ write: { path: 'answer.txt', text: '42\n43\n44\n' } }, ...claudeAnswers('done')]],
		});
		const { record, deps: wired } = await raced('Write the answer.\n!write answer.txt 42', {
			agents: 'aider,claude,courier,courier:large',
			check: [CHECK],
		});
		expect(record.entrants.map(({ id, outcome, reason, notes }) => [id, outcome, reason, notes])).toEqual(
			['aider', 'claude', 'courier', 'courier-large'].map((id) => [id, 'completed', null, []]),
		);
		expect(record.ranking.at(-1)).toBe('claude');
		expect(record.shared_changes).toEqual([]);
		expect(git('status', '--porcelain')).toBe('');
		for (const { id, ref, worktree } of record.entrants) {
			expect(existsSync(join(worktree, 'answer.txt')), id).toBe(true);
			expect(git('diff', '--name-only', record.base.commit, ref)).toBe('answer.txt\n');
		}
		expect(entrantOf(record, 'aider')).toMatchObject({
			agents: ['aider'],
			tokens: { input: null, output: null },
			cost_usd: null,
			cost_source: 'none',
			checks: [{ status: 'passed' }],
		});
		expect(entrantOf(record, 'courier')).toMatchObject({
			tokens: { input: 12, output: 3 },
			cost_usd: 0.01,
			cost_source: 'reported',
		});
		const session = parseSessionId(entrantOf(record, 'courier-large').session_id ?? '');
		if (session === null) throw new Error('courier-large has no session');
		expect(wired.relay.store.turns(session)).toMatchObject([
			{ agent: 'courier', model: 'large', trigger: 'race', files: [{ path: 'answer.txt' }] },
		]);
	});

	it('that meet their limit as configured end so, and go on in their own conversation once it has passed', async () => {
		const reset = new Date(Date.now() + HOUR_MS).toISOString();
		const { id, record } = await raced(`!limit ${reset}`, { agents: 'courier,aider' });
		expect(entrantOf(record, 'courier')).toMatchObject({ outcome: 'limited', limited_until: reset });
		expect(entrantOf(record, 'aider').outcome).toBe('completed');

		const resumed = await run(await resumeRace(id, (await deps(2 * HOUR_MS)).deps));
		expect(entrantOf(resumed, 'aider')).toEqual(entrantOf(record, 'aider'));
		expect(entrantOf(resumed, 'courier').agents).toEqual(['courier']);
		const threads = readThreads();
		expect(threads).toHaveLength(1);
		expect(threads[0]?.length).toBeGreaterThan(1);
	});

	it('hand over to a built-in one in the same worktree where that was asked for', async () => {
		installFakeAgent(agents.bin, 'claude', {
			turns: [[{ write: { path: 'answer.txt', text: '42\n' } }, ...claudeAnswers('done')]],
		});
		const { record } = await raced('Write the answer.\n!quota', {
			agents: 'aider',
			check: [CHECK],
			handover: true,
		});
		expect(record.entrants[0]).toMatchObject({
			outcome: 'completed',
			agents: ['aider', 'claude'],
			checks: [{ status: 'passed' }],
		});
		expect(record.winner).toBe('aider');
	});

	it('are no entrants of a race that may only read, where nothing says how they would', async () => {
		agents.configure(documentedAgent('courier').replace(/^read_only_args.*\n/m, ''));
		installFakeAgent(agents.bin, 'claude', { turns: [claudeAnswers('done')] });
		const { record } = await raced('Look around.', { agents: 'courier,claude', permissions: 'read-only' });
		expect(entrantOf(record, 'claude').outcome).toBe('completed');
		expect(entrantOf(record, 'courier')).toMatchObject({
			state: 'ended',
			outcome: 'not_started',
			reason: expect.stringContaining('read_only_args'),
		});
	});
});

/** What courier remembers of each of its conversations. */
function readThreads(): string[][] {
	const folder = join(agents.home, '.courier');
	return execFileSync('ls', [folder], { encoding: 'utf8' })
		.trim()
		.split('\n')
		.map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')));
}
