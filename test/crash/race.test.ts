import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { EntrantRecord, RaceRecord } from '../../src/race/record/race-record.ts';
import { runProgram, startProgram } from '../helpers/crash-program.ts';
import { EngineBench, leftovers } from '../helpers/engine-bench.ts';
import { claude, claudeAnswers, codexAnswers } from '../helpers/fake-agent-lines.ts';
import { killCount } from '../helpers/kills.ts';
import { until } from '../helpers/patience.ts';

/** Kills. */
const KILLS = killCount(15);
const TASK = 'Write the answer, please.';
const RACE = [
	'race',
	TASK,
	...['--agents', 'claude,codex,claude:opus,claude:late'],
	...['--jobs', '3', '--setup', 'sleep 0.1; echo ready > setup.out'],
	...['--check', 'sleep 0.2; grep -q 42 answer.txt', '--check', 'sleep 0.1; test -f setup.out', '--json'],
];

/** Both make the same files; cost and time decide. */
const SMALLEST = expect.stringMatching(/^claude(?:-opus)?$/);

class Stage {
	readonly bench = new EngineBench({ startsAt: Date.now() });

	/** Entrants of the campaign; a test may install others. */
	constructor() {
		const works = (text: string) => [
			{ emit: claude.init },
			{ write: { path: 'answer.txt', text } },
			{ emit: claude.text('begun'), sleep: 400 },
			{ emit: claude.text('going on'), sleep: 200 },
			{ emit: claude.result('done') },
			{ exit: 0 },
		];
		this.bench.install('claude', {
			turns: [works('42\n')],
			turnsOfModel: { late: [[{ write: { path: 'answer.txt', text: '41\n' } }, ...claudeAnswers('done')]] },
		});
		this.bench.install('codex', {
			turns: [[{ write: { path: 'answer.txt', text: '42\n\n' } }, ...codexAnswers('done')]],
			nativeSession: 'thread-1',
		});
	}

	get place() {
		return { cwd: this.bench.repo, env: this.bench.env };
	}

	get sessions() {
		return join(this.bench.repo, '.agent-relay/sessions');
	}

	ids(): string[] {
		return existsSync(this.sessions) ? readdirSync(this.sessions) : [];
	}

	/** null before the race was on record. */
	record(): RaceRecord | null {
		const path = this.ids()
			.map((id) => join(this.sessions, id, 'race.json'))
			.find(existsSync);
		return path === undefined ? null : JSON.parse(readFileSync(path, 'utf8'));
	}

	raw(entrant: EntrantRecord): string {
		const path = join(this.sessions, entrant.session_id ?? 'none', 'turns/001-raw.jsonl');
		return existsSync(path) ? readFileSync(path, 'utf8') : '';
	}

	states(entrant: EntrantRecord): Array<{ status: string }> {
		const folder = join(this.sessions, entrant.session_id ?? 'none', 'turns');
		if (!existsSync(folder)) return [];
		return readdirSync(folder)
			.filter((name) => name.endsWith('-state.json'))
			.map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')));
	}

	outside() {
		const { git } = this.bench;
		const ask = (...args: string[]) => git.call(this.bench, ...args);
		return [
			ask('for-each-ref', 'refs/heads', 'refs/tags', 'refs/stash'),
			ask('status', '--porcelain'),
			ask('config', '--list', '--local'),
		];
	}
}

async function onStage<T>(act: (stage: Stage) => Promise<T>): Promise<T> {
	const stage = new Stage();
	try {
		return await act(stage);
	} finally {
		await stage.bench.dispose();
	}
}

const uninterrupted = () =>
	onStage(async (stage) => {
		const { code, stderr, tookMs } = await runProgram(stage.place, ...RACE);
		expect({ code, stderr }).toMatchObject({ code: 0 });
		expect(stage.record()).toMatchObject({ state: 'ended', winner: SMALLEST });
		return tookMs;
	});

/** When the relay is killed: so long after its start, or after the record first names that state. */
interface Instant {
	afterMs: number;
	state?: EntrantRecord['state'];
}

async function killAndResume({ afterMs, state }: Instant): Promise<void> {
	return onStage(async (stage) => {
		const before = stage.outside();
		const run = startProgram(stage.place, ...RACE);
		let isOver = false;
		const ended = run.ended.finally(() => {
			isOver = true;
		});
		// A state is short: a look every few milliseconds may miss it.
		if (state !== undefined)
			await until(
				() => isOver || stage.record()?.entrants.some((entrant) => entrant.state === state),
				`an entrant to be ${state}`,
			);
		await sleep(afterMs);
		run.kill('SIGKILL');
		await ended;
		await until(() => leftovers(stage.bench.root).length === 0, 'agents and commands to be gone');

		const cut = stage.record();
		const raws = new Map(cut?.entrants.map((entrant) => [entrant.id, stage.raw(entrant)]));
		const resumed = await runProgram(stage.place, 'race', 'resume', '--json');
		const record = stage.record();
		const when = `${Math.round(afterMs)} ms after ${state ?? 'the start'}`;
		const said = `killed ${when} as ${describeRecord(cut)}:\n${resumed.stderr}${ends(record)}`;
		if (cut === null || cut.state === 'ended') {
			expect(resumed.code, said).toBe(4);
			return;
		}
		expect(resumed.code, said).toBe(0);
		expect(record, said).toMatchObject({ state: 'ended', winner: SMALLEST });
		if (record === null) throw new Error(said);
		for (const entrant of record.entrants) checkEntrant(entrant, cut, raws, stage, said);
		expect(record.shared_changes, said).toEqual([]);
		expect(stage.outside(), said).toEqual(before);

		const cleaned = await runProgram(stage.place, 'race', 'clean', '--apply');
		expect({ code: cleaned.code, stderr: cleaned.stderr }, said).toMatchObject({ code: 0 });
		expect(stage.bench.git('worktree', 'list').trim().split('\n'), said).toHaveLength(1);
		expect(stage.bench.git('for-each-ref', 'refs/agent-relay'), said).toBe('');
	});
}

function checkEntrant(
	entrant: EntrantRecord,
	cut: RaceRecord,
	raws: ReadonlyMap<string, string>,
	stage: Stage,
	said: string,
): void {
	const { id } = entrant;
	const earlier = cut.entrants.find((one) => one.id === id);
	const turns = JSON.stringify(stage.states(entrant));
	expect(entrant, `${said}${entrant.reason}\n${turns}`).toMatchObject({
		state: 'ended',
		outcome: 'completed',
	});
	expect(
		entrant.checks.map(({ status }) => status),
		said,
	).toEqual([id === 'claude-late' ? 'failed' : 'passed', 'passed']);
	if (earlier?.state === 'ended') expect(entrant, said).toEqual(earlier);
	if (earlier?.session_id) expect(entrant.session_id, said).toBe(earlier.session_id);
	expect(stage.raw(entrant).startsWith(raws.get(id) ?? ''), said).toBe(true);
	const statuses = stage.states(entrant).map(({ status }) => status);
	expect(statuses, said).not.toContain('running');
	expect(statuses.at(-1), said).toBe('completed');
	expect(stage.bench.git('cat-file', '-t', entrant.ref).trim(), said).toBe('commit');
}

function ends(record: RaceRecord | null): string {
	const all = record?.entrants.map(({ id, outcome, reason }) => `${id} ${outcome} ${reason ?? ''}`) ?? [];
	return [record?.verdict, ...all].join('\n');
}

function describeRecord(record: RaceRecord | null): string {
	if (record === null) return 'not on record';
	return `${record.state}: ${record.entrants.map(({ id, state }) => `${id} ${state}`).join(', ')}`;
}

describe('kill -9 of a relay in mid-race', () => {
	it(`at ${KILLS} instants ends the agents, loses nothing, and is gone on with`, async () => {
		const wholeMs = await uninterrupted();
		const states: Instant[] = (['preparing', 'working', 'checking', 'ended'] as const).flatMap((state) => [
			{ state, afterMs: 0 },
			{ state, afterMs: 150 },
		]);
		const times = Math.max(1, KILLS - states.length);
		for (const instant of states) await killAndResume(instant);
		for (let at = 0; at < times; at++) await killAndResume({ afterMs: (wholeMs * (at + 0.5)) / times });
	}, 600_000);

	/** One entrant that prints `lines` and hangs; killed when they are on record, then gone on with. */
	const cutOff = (lines: string) =>
		onStage(async (stage) => {
			stage.bench.install('claude', {
				turns: [[{ emit: lines }, { sleep: 60_000 }], claudeAnswers('gone on')],
			});
			const run = startProgram(stage.place, 'race', TASK, '--agents', 'claude');
			const entrant = () => stage.record()?.entrants[0];
			const isRead = () => {
				const found = entrant();
				return found !== undefined && stage.raw(found).length >= lines.length;
			};
			await until(isRead, 'the lines to be on record');
			run.kill('SIGKILL');
			await run.ended;
			await until(() => leftovers(stage.bench.root).length === 0, 'the agent to be gone');
			const { stderr } = await runProgram(stage.place, 'race', 'resume');
			expect(entrant(), stderr).toMatchObject({ state: 'ended', outcome: 'completed' });
			return stage.bench.received('claude');
		});

	it('does not ask again where the answer was on record already', async () => {
		expect(await cutOff(claude.init + claude.text('whole') + claude.result('whole'))).toHaveLength(1);
	});

	it('goes on with a turn that was cut off in the same session, and says that it was', async () => {
		const [first, second, ...more] = await cutOff(claude.init + claude.text('half'));
		expect(more).toEqual([]);
		expect(second?.session).toBe(first?.session);
		expect(second?.turn).toBe('2');
		expect(second?.prompt).toContain(TASK);
		expect(second?.prompt).not.toBe(first?.prompt);
	});
});
