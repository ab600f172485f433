import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runProgram, startProgram } from '../../helpers/crash-program.ts';
import { EngineBench, leftovers, processes } from '../../helpers/engine-bench.ts';
import { claude, claudeAnswers, codexLimited } from '../../helpers/fake-agent-lines.ts';
import { type FakeStep, HANGS } from '../../helpers/fake-agents.ts';
import { until } from '../../helpers/patience.ts';

let bench: EngineBench;
beforeEach(() => {
	bench = new EngineBench({ startsAt: Date.now() });
});
afterEach(() => bench.dispose());

const place = (env: Record<string, string> = {}) => ({ cwd: bench.repo, env: { ...bench.env, ...env } });
const start = (...args: string[]) => startProgram(place(), ...args);
const run = (...args: string[]) => runProgram(place(), ...args);
const sessions = () => {
	const folder = join(bench.repo, '.agent-relay/sessions');
	return existsSync(folder)
		? readdirSync(folder)
				.sort()
				.map((id) => join(folder, id))
		: [];
};
const newest = () => sessions().at(-1) ?? '';
const metaOf = (folder: string) => JSON.parse(readFileSync(join(folder, 'meta.json'), 'utf8'));
const stateOf = (folder: string, turn = '001') =>
	JSON.parse(readFileSync(join(folder, `turns/${turn}-state.json`), 'utf8'));
const hangs: FakeStep[] = [{ emit: claude.init + claude.text('at work') }, HANGS];
const agentIsAtWork = () => until(() => bench.received('claude').length > 0, 'the agent to get its prompt');

describe('two relays', () => {
	it('on one session: the second is refused with exit 6 and told who holds it', async () => {
		bench.install('claude', { turns: [hangs] });
		const first = start('run', 'long work', '-a', 'claude');
		await agentIsAtWork();
		const second = await run('run', '--session', 'latest', 'more');
		expect(second.code).toBe(6);
		expect(second.stderr).toContain(String(first.pid));
		expect(bench.received('claude')).toHaveLength(1);
		first.kill('SIGTERM');
		expect((await first.ended).code).toBe(143);
	});

	it('in one repo work side by side', async () => {
		bench.install('claude', { turns: [[{ sleep: 300 }, ...claudeAnswers('done')]] });
		const ends = await Promise.all(['one', 'two', 'three'].map((task) => run('run', task, '-a', 'claude')));
		expect(ends.map(({ code }) => code)).toEqual([0, 0, 0]);
		expect(sessions().map((folder) => [metaOf(folder).status, stateOf(folder).status])).toEqual(
			Array(3).fill(['completed', 'completed']),
		);
		expect(new Set(sessions().map((folder) => metaOf(folder).objective))).toEqual(
			new Set(['one', 'two', 'three']),
		);
	});

	it('that start at once after a crash repair the same session without tripping over each other', async () => {
		bench.install('claude', { turns: [hangs, claudeAnswers('ok')] });
		const crashed = start('run', 'the crashed task', '-a', 'claude');
		await agentIsAtWork();
		crashed.kill('SIGKILL');
		await crashed.ended;
		const ends = await Promise.all(['a', 'b', 'c'].map((task) => run('run', task, '-a', 'claude')));
		expect(ends.map(({ code, stderr }) => [code, stderr.includes('Error')])).toEqual(
			Array(3).fill([0, false]),
		);
		expect(metaOf(sessions()[0] ?? '')).toMatchObject({
			status: 'checkpointed',
			checkpoint: { reason: 'outcome_unknown' },
		});
	});
});

describe('a relay inside an agent of a relay', () => {
	it('records whose turn started it, passes its depth on, and goes no deeper than two', async () => {
		bench.install('claude', { turns: [claudeAnswers('inner')] });
		const outer = {
			AGENT_RELAY_SESSION: '01K3ZZZZZZZZZZZZZZZZZZZZZZ',
			AGENT_RELAY_TURN: '4',
			AGENT_RELAY_DEPTH: '1',
		};
		const inner = await runProgram(place(outer), 'run', 'inner task');
		expect(inner.code).toBe(0);
		expect(metaOf(newest()).parent_turn).toBe('01K3ZZZZZZZZZZZZZZZZZZZZZZ/4');
		expect(bench.received('claude')[0]?.depth).toBe('2');
		const deeper = await runProgram(place({ ...outer, AGENT_RELAY_DEPTH: '2' }), 'run', 'too deep');
		expect(deeper.code).toBe(5);
		expect(bench.received('claude')).toHaveLength(1);
	});
});

describe('a signal to the relay in mid-turn', () => {
	it.each([
		['SIGTERM', 143],
		['SIGHUP', 129],
	] as const)(
		'%s ends it with %i, an agent and a tool that ignore signals too, and leaves a packet',
		async (signal, code) => {
			const pidFile = join(bench.root, 'pids');
			const stubborn: FakeStep[] = [
				{ deafTo: ['SIGINT', 'SIGTERM', 'SIGHUP'], tool: { seconds: 600, pidFile } },
				{ emit: claude.init + claude.tool('t', 'sleep 600') },
				HANGS,
			];
			bench.install('claude', { turns: [stubborn, claudeAnswers('went on')] });
			const relay = start('run', 'the signalled task', '-a', 'claude');
			await until(() => existsSync(pidFile), 'the tool');
			await until(() => existsSync(join(newest(), 'turns/001-raw.jsonl')), 'the record');
			relay.kill(signal);
			expect((await relay.ended).code).toBe(code);
			expect(processes.identify(Number(readFileSync(pidFile, 'utf8')))).toBeNull();
			expect(leftovers(bench.root)).toEqual([]);
			const { status, checkpoint } = metaOf(newest());
			expect([status, checkpoint.reason]).toEqual(['checkpointed', 'interrupted']);
			expect(readFileSync(join(newest(), checkpoint.packet), 'utf8')).toContain('the signalled task');
			expect((await run('run', '--continue')).code).toBe(0);
		},
	);
});

describe('exit codes of what is left', () => {
	it('are 2 for work that waits for a limit, 3 for a timeout, 1 for a failure', async () => {
		const inTwoHours = new Date(Date.now() + 2 * 3_600_000);
		const time = { hour: 'numeric', minute: '2-digit', timeZone: 'UTC' } as const;
		bench.install('codex', { turns: [codexLimited(inTwoHours.toLocaleTimeString('en-US', time))] });
		expect((await run('run', 'limited', '--order', 'codex')).code).toBe(2);
		bench.install('claude', { turns: [hangs, [{ emit: claude.init }, { exit: 9 }]] });
		expect((await run('run', 'slow', '-a', 'claude', '--timeout', '1s')).code).toBe(3);
		expect((await run('run', 'broken', '-a', 'claude')).code).toBe(1);
	});
});

// A flood, and the memory it takes, in test/crash/flood.test.ts.
describe('much to read', () => {
	it('one line of 40 MB is recorded whole and the turn still judged right', async () => {
		const big = claude.text('z'.repeat(40_000_000));
		writeFileSync(join(bench.root, 'big'), big.replaceAll('{{session}}', 'x'));
		const steps = [{ emit: claude.init }, { emitFile: join(bench.root, 'big') }];
		bench.install('claude', { turns: [[...steps, { emit: claude.result('the end') }, { exit: 0 }]] });
		expect((await run('run', 'big line', '-a', 'claude', '-q')).code).toBe(0);
		const state = stateOf(newest());
		expect(state).toMatchObject({ status: 'completed', stop_reason: 'end_turn' });
		expect(state.bytes.raw).toBeGreaterThan(40_000_000);
		const raw = readFileSync(join(newest(), 'turns/001-raw.jsonl'));
		expect(raw.includes(readFileSync(join(bench.root, 'big')))).toBe(true);
	});

	it('a prompt of 500 KB arrives whole', async () => {
		const prompt = Array.from(
			{ length: 10_000 },
			(_, at) => `${at} “ünïcödé” $(not run) \`nor this\` é 語\n`,
		).join('');
		expect(Buffer.byteLength(prompt)).toBeGreaterThan(500_000);
		writeFileSync(join(bench.root, 'task.md'), prompt);
		bench.install('claude', { turns: [claudeAnswers('read it')] });
		expect((await run('run', '-f', join(bench.root, 'task.md'), '-a', 'claude')).code).toBe(0);
		expect(bench.received('claude')[0]?.prompt === prompt).toBe(true);
	});
});
