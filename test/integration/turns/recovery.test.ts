import { appendFileSync, cpSync, existsSync, mkdirSync, readFileSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readUsage } from '../../../src/agents/codex/stream/usage.ts';
import type { RelayDeps } from '../../../src/relay/ports.ts';
import { turnFile } from '../../../src/sessions/files/session-paths.ts';
import type { SessionMeta } from '../../../src/sessions/session-meta.ts';
import type { OpenSession } from '../../../src/sessions/store/session-store.ts';
import { beginTurn } from '../../../src/sessions/transitions.ts';
import type { TurnState } from '../../../src/sessions/turns/turn-state.ts';
import type { StartAgentProcess } from '../../../src/terminal/agent-process.ts';
import { parseEventLine } from '../../../src/turns/event-log.ts';
import {
	type LoggedQuestion,
	parseQuestionLine,
	serializeQuestion,
} from '../../../src/turns/questions/question-log.ts';
import { tokensToDisk } from '../../../src/turns/record/token-counts.ts';
import { recoverTurns } from '../../../src/turns/recover-turn.ts';
import { runTurn } from '../../../src/turns/run-turn.ts';
import { EngineBench, RECORDED_AT } from '../../helpers/engine-bench.ts';
import { fakeSessionMeta } from '../../helpers/fake-session-meta.ts';
import { fakeTurnState } from '../../helpers/fake-turn-state.ts';
import { Died, withFaults } from '../../helpers/faulty-disk.ts';
import { type Fixture, fixtureNames, loadFixture, splitAt } from '../../helpers/replay-fixture.ts';

type Agent = 'claude' | 'codex';
const recordings = (['claude', 'codex'] as const).flatMap((agent) =>
	fixtureNames(agent).map((name) => ({ agent, ...loadFixture(agent, name) })),
);
type Recording = Fixture & { agent: Agent };

let bench: EngineBench;
let deps: RelayDeps;

beforeAll(async () => {
	bench = new EngineBench({ kind: 'none' });
	const now = () => RECORDED_AT;
	const clock = { ...bench.clock, now, monotonic: () => 0, sleep: bench.clock.sleep.bind(bench.clock) };
	deps = { ...(await bench.deps()), clock };
});
afterAll(() => bench.dispose());

/** An agent without a terminal: says these bytes in these pieces, then is gone without a word about how. */
function bytesOf(
	stdout: Buffer[],
	stderr: Buffer,
	tell: { onLastByte: () => void; onStop: () => void },
): StartAgentProcess {
	return async (spec, handlers) => {
		appendFileSync(spec.stderrPath, stderr);
		for (const chunk of stdout) handlers.onOutput(chunk);
		if (stderr.length > 0) handlers.onStderr(stderr);
		tell.onLastByte();
		return {
			identity: { pid: 2 ** 30, start: 'never', command: 'nothing' },
			ended: Promise.resolve({ exitCode: null, signal: null, seen: 'hangup' }),
			write: async () => undefined,
			isTerminalRead: () => false,
			descendants: () => [],
			stop: async () => {
				tell.onStop();
				return { killed: [] };
			},
		};
	};
}

function nativeHome({ agent, name, folder, expect: wanted }: Recording): string {
	const home = join(bench.home, `${agent}-${name}`);
	const record = join(folder, 'native/rollout-tail.jsonl');
	if (existsSync(home) || !existsSync(record)) return home;
	const day = join(home, '.codex/sessions/2026/11/21');
	mkdirSync(day, { recursive: true });
	cpSync(record, join(day, `rollout-2026-11-21T08-00-00-${wanted.native_session_id}.jsonl`));
	return home;
}

function requested({ argv }: Fixture) {
	const after = (...flags: string[]) => {
		const at = argv.findIndex((arg) => flags.includes(arg));
		return at < 0 ? null : (argv[at + 1] ?? null);
	};
	const resume = argv.some((arg) => arg === '--resume' || arg === 'resume');
	return { id: after('--session-id', '--resume', 'resume'), resume, model: after('--model', '-m') };
}

interface Ended {
	session: OpenSession;
	/** As the state file stood before the last byte was read. */
	early: TurnState;
	/** True when the relay itself ended it, which the bytes alone do not tell. */
	wasStopped: boolean;
	final: TurnState;
	env: Record<string, string>;
	files: ReturnType<typeof files>;
}

/** The turn read without interruption. A resumed one has its earlier turn on record. */
async function uninterrupted(recording: Recording, chunks: Buffer[]): Promise<Ended> {
	const { agent, cumulativeBefore } = recording;
	const adapter = deps.registry.find(agent);
	const { id, resume, model } = requested(recording);
	const session = deps.store.create({ kind: 'run', objective: 'x' });
	const totals = cumulativeBefore === null ? null : readUsage(cumulativeBefore);
	const planBefore = [{ text: 'a step of before', status: 'pending' as const }];
	if (resume) rememberEarlierTurn(session, agent, id, totals, planBefore);
	const number = session.meta.turn_count + 1;
	const env = { ...bench.env, HOME: nativeHome(recording) };
	const early: TurnState[] = [];
	let wasStopped = false;
	const final = await runTurn(
		{
			adapter,
			agentVersion: null,
			executable: '/bin/true',
			request: {
				nativeSessionId: id,
				resume,
				model,
				permissions: 'edit',
				allowCommands: [],
				isTrusted: true,
				folder: bench.repo,
				worktree: bench.repo,
				isGitRepo: false,
				isRoot: false,
				env,
			},
			prompt: 'work',
			userPrompt: { turn: number, start: 0, end: 4 },
			trigger: 'user',
			packet: null,
			cumulativeBefore: resume ? totals : null,
			planBefore: resume ? planBefore : null,
			before: null,
		},
		{
			...deps,
			knownVersion: () => null,
			session,
			snapshots: null,
			times: {
				idleMs: 0,
				timeoutMs: 0,
				lingerMs: 0,
				answerMs: 0,
				questionMs: 0,
				backgroundMs: 10_000,
				patienceMs: 1e9,
			},
			startProcess: bytesOf(chunks, recording.stderr, {
				onLastByte: () => {
					early.push(JSON.parse(readFileSync(turnFile(session.folder, number, 'state.json'), 'utf8')));
				},
				onStop: () => {
					wasStopped = true;
				},
			}),
		},
		{
			signal: new AbortController().signal,
			hardSignal: new AbortController().signal,
			onEvent: () => undefined,
			onIdle: () => undefined,
			onWarning: () => undefined,
		},
	);
	return { session, early: early[0] ?? final, wasStopped, final, env, files: files(session, number) };
}

function rememberEarlierTurn(
	session: OpenSession,
	agent: Agent,
	id: string | null,
	totals: ReturnType<typeof readUsage> | null,
	plan: TurnState['plan'],
): void {
	const cumulative = totals === null ? null : tokensToDisk(totals);
	const earlier = {
		session_id: session.id,
		agent,
		native_session_id: id,
		cumulative_tokens: cumulative,
		plan,
	};
	session.writeTurnState(fakeTurnState(earlier));
	const known = { native_session_id: id, model: null, permissions: 'edit' as const, turns: 1, last_turn: 1 };
	session.apply((meta) => ({ ...meta, turn_count: 1, agents: { [agent]: known } }), undefined);
}

function files(session: OpenSession, turn: number) {
	const read = (name: 'events.jsonl' | 'output.md' | 'raw.jsonl') =>
		readFileSync(turnFile(session.folder, turn, name), 'utf8');
	const events = read('events.jsonl').split('\n').filter(Boolean).map(parseEventLine);
	return { events, output: read('output.md'), raw: read('raw.jsonl') };
}

/** Takes the ended turn back to what a `kill -9` would have left, torn files included, and repairs it. */
async function interruptedAndRecovered(
	ended: Ended,
	how: { isLate: boolean; tear: number },
	meta: OpenSession['meta'],
) {
	const { session, final, early, env } = ended;
	const path = (name: Parameters<typeof turnFile>[2]) => turnFile(session.folder, final.turn, name);
	const running = { status: 'running' as const, stop_reason: null, limit: null, error: null };
	const late = {
		...final,
		...running,
		native_session_id: final.native_session_id ?? early.native_session_id,
	};
	session.writeTurnState(how.isLate ? late : early);
	for (const name of ['events.jsonl', 'output.md'] as const)
		truncateSync(path(name), Math.floor(readFileSync(path(name)).length * how.tear));
	session.apply(() => meta, undefined);
	const [recovered] = await recoverTurns({
		...deps,
		session,
		env,
		snapshotsOf: () => null,
		adapter: (agent) => deps.registry.find(agent),
	});
	return { state: recovered?.state, files: files(session, final.turn) };
}

/** What the bytes alone decide. */
function decided(state: TurnState | undefined) {
	if (state === undefined) return null;
	const { started_at, ended_at, duration_ms, first_output_ms, exit_code, signal, pid, pid_start, ...rest } =
		state;
	return rest;
}

describe('a turn that was cut off by a kill of the relay', () => {
	it('reads after recovery as its bytes read without interruption, wherever the stream was cut', async () => {
		const small = recordings.filter(({ stdout }) => stdout.length < 100_000);
		await fc.assert(
			fc.asyncProperty(
				fc.constantFrom(...small),
				fc.double({ min: 0, max: 1, noNaN: true }),
				fc.array(fc.nat(100_000), { maxLength: 4 }),
				fc.boolean(),
				fc.double({ min: 0, max: 1, noNaN: true }),
				async (recording, cut, pieces, isLate, tear) => {
					const stdout = recording.stdout.subarray(0, Math.round(recording.stdout.length * cut));
					await comparesAfterRecovery(recording, stdout, pieces, { isLate, tear });
				},
			),
			{ numRuns: 250, seed: 42 },
		);
	});

	it.each(recordings.map((recording) => [`${recording.agent} ${recording.name}`, recording] as const))(
		'%s: reads the same when all its bytes had arrived',
		async (_, recording) => {
			await comparesAfterRecovery(recording, recording.stdout, [100, 5000], { isLate: true, tear: 0.5 });
		},
	);
});

describe('a relay that is killed between the last state of a turn and the record of its session', () => {
	it('leaves the end of the turn to the next one, once', async () => {
		const recording = recordings.find(({ expect: wanted }) => wanted.status === 'completed');
		if (recording === undefined) throw new Error('no recording of a turn that completed');
		const { session, final, env } = await uninterrupted(recording, [recording.stdout]);
		try {
			const whole = session.meta;
			const begun = beginTurn(session.meta, { state: final, words: null });
			const own = { ...begun.agents[recording.agent], native_session_id: null, turns: final.turn - 1 };
			const agents = { ...begun.agents, [recording.agent]: own } as SessionMeta['agents'];
			session.apply(() => ({ ...begun, usage: fakeSessionMeta().usage, agents }), undefined);
			const about = { ...deps, session, env, snapshotsOf: () => null, adapter: () => null };
			expect(await recoverTurns(about)).toEqual([]);
			expect(session.meta).toMatchObject({ usage: whole.usage, agents: whole.agents });
			const { updated_at } = session.meta;
			await recoverTurns(about);
			expect(session.meta.updated_at).toBe(updated_at);
		} finally {
			session.release();
		}
	});
});

describe('a recovery that is killed itself', () => {
	it('keeps what was asked and answered, at whatever step it dies', async () => {
		const recording = recordings.find(({ expect: wanted }) => wanted.status === 'completed');
		if (recording === undefined) throw new Error('no recording of a turn that completed');
		const { session, final, early, env } = await uninterrupted(recording, [recording.stdout]);
		const path = (name: Parameters<typeof turnFile>[2]) => turnFile(session.folder, final.turn, name);
		const asked = [asks('q1', 'npm test'), answers('q1', 'allow'), asks('q2', 'make')];
		const onRecord = () =>
			readFileSync(path('events.jsonl'), 'utf8')
				.split('\n')
				.flatMap((line) => parseQuestionLine(line) ?? []);
		try {
			appendFileSync(path('events.jsonl'), asked.map((one) => serializeQuestion(one, 9)).join(''));
			appendFileSync(path('questions.jsonl'), '');
			session.writeTurnState({ ...early, status: 'running' });
			const recover = () =>
				recoverTurns({
					...{ ...deps, session, env, snapshotsOf: () => null },
					adapter: (agent) => deps.registry.find(agent),
				});
			let deaths = 0;
			for (let isDone = false; !isDone; ) {
				const { error } = await withFaults({ diesAt: deaths }, recover);
				if (error !== null && !(error instanceof Died)) throw error;
				expect(onRecord()).toEqual(expect.arrayContaining(asked));
				if (error === null) isDone = true;
				else deaths++;
			}
			expect(deaths).toBeGreaterThan(8);
			expect(session.turns().at(-1)).toMatchObject({ status: 'completed' });
			expect(session.turns().at(-1)?.warnings).toContain('Asked, but not answered: run a command: make');
			const gone = { type: 'question_answered', id: 'q2', answer: null, by: 'relay_gone' };
			expect(onRecord().map(({ event }) => event)).toEqual([...asked.map(({ event }) => event), gone]);
		} finally {
			session.release();
		}
	});
});

const asks = (id: string, what: string): LoggedQuestion => ({
	ts: RECORDED_AT,
	event: {
		type: 'question_asked',
		question: {
			...{ id, kind: 'permission', title: 'run a command', detail: what, options: [] },
			wants: { action: 'run', what, folder: null, reason: null },
		},
	},
});
const answers = (id: string, option: string): LoggedQuestion => ({
	ts: RECORDED_AT,
	event: { type: 'question_answered', id, answer: { option, text: null }, by: 'user' },
});

async function comparesAfterRecovery(
	recording: Recording,
	stdout: Buffer,
	pieces: number[],
	how: { isLate: boolean; tear: number },
): Promise<void> {
	const ended = await uninterrupted(recording, splitAt(stdout, pieces));
	try {
		const { session, final, wasStopped } = ended;
		if (wasStopped) return expect(final.stop_reason).toBe('auth');
		const agents = { ...session.meta.agents };
		const asked = requested(recording);
		const own = agents[recording.agent];
		if (own) agents[recording.agent] = { ...own, native_session_id: asked.resume ? asked.id : null };
		const recovered = await interruptedAndRecovered(ended, how, { ...session.meta, agents });
		expect(recovered.files).toEqual(ended.files);
		expect(decided(recovered.state)).toEqual(decided(final));
	} finally {
		ended.session.release();
	}
}
