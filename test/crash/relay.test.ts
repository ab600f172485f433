import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { parseLogLine } from '../../src/sessions/log/log-entry.ts';
import { parseEventLine } from '../../src/turns/event-log.ts';
import { runProgram, startProgram } from '../helpers/crash-program.ts';
import { EngineBench, leftovers, processes } from '../helpers/engine-bench.ts';
import { claude, codex } from '../helpers/fake-agent-lines.ts';
import type { FakeStep } from '../helpers/fake-agents.ts';
import { killCount } from '../helpers/kills.ts';
import { until } from '../helpers/patience.ts';

/** Kills a scenario. */
const KILLS = killCount(21);
/** What the kernel and the relay's own read may hold when it dies. */
const MAX_LOST_BYTES = 64 * 1024;
const TASK = 'Build the thing, in full, please.';
const MOST_LATER = 12;

interface Scenario {
	name: string;
	claude: FakeStep[][];
	codex: FakeStep[][];
	/** Run to their end before; the last list of arguments is the one that is killed. */
	runs: string[][];
}

const long = 'x'.repeat(64 * 1024);
const quick = (voice: 'claude' | 'codex'): FakeStep[] => [
	{
		emit:
			voice === 'claude'
				? claude.init + claude.text('all done') + claude.result('all done')
				: codex.init + codex.text('all done') + codex.result,
	},
	{ exit: 0 },
];

const SCENARIOS: Scenario[] = [
	{
		name: 'a turn with a tool in a session of its own and a line of 64 KB',
		claude: [
			[
				{ emit: claude.init },
				{ emit: claude.text(long) },
				{ tool: { seconds: 45, pidFile: 'PIDS' } },
				{ emit: claude.tool('t1', 'sleep 45') },
				...Array.from({ length: 8 }, (_, at): FakeStep => ({ emit: claude.text(`step ${at}`), sleep: 60 })),
				{ emit: claude.toolResult('t1', 'ok') + claude.result('done') },
				{ exit: 0 },
			],
			quick('claude'),
		],
		codex: [quick('codex')],
		runs: [['run', TASK]],
	},
	{
		name: 'a hand-over from a limit in mid-work',
		claude: [
			[{ emit: claude.init + claude.text('half') + claude.windowLimit(Date.now() + 3_600_000) }, { exit: 1 }],
			quick('claude'),
		],
		codex: [
			[
				{ emit: codex.init },
				{ emit: codex.text('going on'), sleep: 400 },
				{ emit: codex.result },
				{ exit: 0 },
			],
			quick('codex'),
		],
		runs: [['run', TASK]],
	},
	{
		name: 'a switch to another agent',
		claude: [quick('claude')],
		codex: [
			[
				{ emit: codex.init },
				{ emit: codex.text('switched'), sleep: 400 },
				{ emit: codex.result },
				{ exit: 0 },
			],
			quick('codex'),
		],
		runs: [
			['run', 'an earlier task', '-a', 'claude'],
			['run', '--session', 'latest', '-a', 'codex', TASK],
		],
	},
];

class Stage {
	readonly bench = new EngineBench({ startsAt: Date.now() });
	readonly pidFile = join(this.bench.root, 'tool-pids');
	readonly progress = join(this.bench.root, 'progress');

	constructor({ claude, codex }: Scenario) {
		const placed = (turns: FakeStep[][]) =>
			turns.map((steps) =>
				steps.map((step) => (step.tool ? { ...step, tool: { ...step.tool, pidFile: this.pidFile } } : step)),
			);
		const progressFile = this.progress;
		this.bench.install('claude', { turns: placed(claude), progressFile });
		this.bench.install('codex', { turns: placed(codex), progressFile, nativeSession: 'thread-1' });
	}

	start = (...args: string[]) => startProgram(this.place, ...args);
	run = (...args: string[]) => runProgram(this.place, ...args);

	get place() {
		return { cwd: this.bench.repo, env: this.bench.env };
	}

	get records() {
		return join(this.bench.repo, '.agent-relay');
	}

	files(pattern: RegExp): string[] {
		const all = [this.records, this.bench.home]
			.filter(existsSync)
			.flatMap((folder) =>
				readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((path) => join(folder, path)),
			);
		return all.filter((path) => pattern.test(path) && !path.includes('/snapshots/'));
	}

	tools(): number[] {
		if (!existsSync(this.pidFile)) return [];
		return readFileSync(this.pidFile, 'utf8').split('\n').filter(Boolean).map(Number);
	}

	received() {
		return (['claude', 'codex'] as const).map((agent) => this.bench.received(agent));
	}

	async dispose(): Promise<void> {
		for (const pid of this.tools()) {
			const identity = processes.identify(pid);
			if (identity?.command.startsWith('sleep')) processes.signal(identity, 'SIGKILL');
		}
		await this.bench.dispose();
	}
}

/** How long the last run of the scenario takes when nothing kills it. */
async function uninterruptedMs(scenario: Scenario): Promise<number> {
	const stage = new Stage(scenario);
	try {
		let tookMs = 0;
		for (const args of scenario.runs) {
			const end = await stage.run(...args, '--json');
			expect([end.code, end.stderr]).toEqual([0, expect.any(String)]);
			tookMs = end.tookMs;
		}
		return tookMs;
	} finally {
		await stage.dispose();
	}
}

async function killAt(scenario: Scenario, ms: number): Promise<'nothing to continue' | 'went on'> {
	const stage = new Stage(scenario);
	try {
		for (const args of scenario.runs.slice(0, -1)) await stage.run(...args);
		const relay = stage.start(...(scenario.runs.at(-1) ?? []), '--json');
		await Promise.race([sleep(ms), relay.ended]);
		relay.kill('SIGKILL');
		const { code } = await relay.ended;
		await until(() => leftovers(stage.bench.root).length === 0, 'the agents to be gone');

		everyByteIsThere(stage);
		everyFileParses(stage);
		const sent = stage.received().map((prompts) => prompts.length);
		const before = stage
			.received()
			.flat()
			.filter(({ prompt }) => prompt.includes(TASK)).length;
		expect(before).toBeLessThanOrEqual(scenario.name.startsWith('a hand-over') ? 2 : 1);

		const listed = await stage.run('sessions', '--json');
		expect([listed.code, listed.stderr]).toEqual([0, '']);
		expect(stage.received().map((prompts) => prompts.length)).toEqual(sent);

		const tools = stage.tools();
		const next = await stage.run('run', '--continue');
		everyFileParses(stage);
		// A turn that had ended by itself may leave what it likes.
		if (next.code !== 4 || next.stderr.includes('was cut off')) areEndedOrTold(tools, next.stderr);
		if (next.code === 4) {
			// Either no prompt had got anywhere yet, or the work was done.
			expect(sent.at(-1) === 0 || code === 0 || isDone(stage), next.stderr).toBe(true);
			expect(stage.received().map((prompts) => prompts.length)).toEqual(sent);
			return 'nothing to continue';
		}
		expect(next.code, `${next.stderr}\n${next.stdout}`).toBe(0);
		expect(isDone(stage)).toBe(true);
		const after = stage
			.received()
			.flat()
			.filter(({ prompt }) => prompt.includes(TASK)).length;
		expect(after).toBe(before + 1 + limitsMetAfter(stage, sent));
		return 'went on';
	} finally {
		await stage.dispose();
	}
}

/** Turns of the continued run that met the limit again before one could finish. */
function limitsMetAfter(stage: Stage, sent: number[]): number {
	const earlier = sent.reduce((sum, count) => sum + count, 0);
	const states = stage.files(/-state\.json$/).map((path) => JSON.parse(readFileSync(path, 'utf8')));
	return states
		.sort((a, b) => (a.started_at < b.started_at ? -1 : 1))
		.slice(earlier)
		.filter(({ status }) => status === 'limited').length;
}

function isDone(stage: Stage): boolean {
	const metas = stage.files(/meta\.json$/).map((path) => JSON.parse(readFileSync(path, 'utf8')));
	return metas.every(({ status }) => status === 'completed' || status === 'active');
}

/** What was recorded is what the agent said, and at most the end of it is missing. */
function everyByteIsThere(stage: Stage): void {
	for (const path of stage.files(/-raw\.jsonl$/)) {
		const state = JSON.parse(readFileSync(path.replace('raw.jsonl', 'state.json'), 'utf8'));
		const agent = stage.bench
			.received(state.agent)
			.find(({ session, turn }) => session === state.session_id && turn === String(state.turn));
		const raw = readFileSync(path);
		const progress = `${stage.progress}.${agent?.pid}`;
		const written = agent && existsSync(progress) ? Number(readFileSync(progress, 'utf8')) : 0;
		expect(raw.length).toBeGreaterThanOrEqual(written - MAX_LOST_BYTES);
		for (const line of raw.toString().split('\n').slice(0, -1)) JSON.parse(line);
	}
}

function everyFileParses(stage: Stage): void {
	for (const path of stage.files(/\.json$/))
		expect(() => JSON.parse(readFileSync(path, 'utf8')), path).not.toThrow();
	for (const path of stage.files(/-events\.jsonl$/)) {
		const lines = readFileSync(path, 'utf8').split('\n').slice(0, -1);
		expect(lines.map((line) => parseEventLine(line)?.seq)).toEqual(lines.map((_, at) => at + 1));
	}
	for (const path of stage.files(/\/log\.jsonl$/)) {
		const lines = readFileSync(path, 'utf8').split('\n').slice(0, -1);
		const numbers = lines.flatMap((line) => parseLogLine(line)?.seq ?? []);
		// Where a relay died in mid-line, the next one ends that line before its own.
		expect(lines.length - numbers.length).toBeLessThanOrEqual(1);
		expect(numbers).toEqual(numbers.map((_, at) => at + 1));
	}
}

function areEndedOrTold(tools: readonly number[], said: string): void {
	for (const pid of tools)
		if (processes.identify(pid) !== null) expect(said).toMatch(new RegExp(`left running: ${pid} `));
}

describe('a relay that is killed', () => {
	it.each(SCENARIOS.map((scenario) => [scenario.name, scenario] as const))(
		'in %s, at any moment, loses nothing it had read and goes on without sending a prompt twice by itself',
		async (_, scenario) => {
			const tookMs = await uninterruptedMs(scenario);
			const instants = Array.from({ length: KILLS }, (_, at) => (0.15 + (0.9 * at) / KILLS) * tookMs);
			const outcomes: string[] = [];
			const work = async () => {
				for (let ms = instants.pop(); ms !== undefined; ms = instants.pop())
					outcomes.push(await killAt(scenario, ms));
			};
			// Both to their end, so that a failure of one leaves nothing of the other behind.
			for (const end of await Promise.allSettled([work(), work()]))
				if (end.status === 'rejected') throw end.reason;
			expect(outcomes).toHaveLength(KILLS);
			// Where the machine has become busier since the first run, all of these may have come before the prompt was sent.
			const isTooFew = () => outcomes.filter((outcome) => outcome === 'went on').length <= KILLS / 8;
			for (let later = 1; later <= MOST_LATER && isTooFew(); later++)
				outcomes.push(await killAt(scenario, tookMs * (1 + later / 4)));
			expect(isTooFew(), outcomes.join(', ')).toBe(false);
		},
		600_000,
	);
});
