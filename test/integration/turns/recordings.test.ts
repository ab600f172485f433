import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readUsage } from '../../../src/agents/codex/stream/usage.ts';
import type { RelayDeps } from '../../../src/relay/ports.ts';
import { turnFile } from '../../../src/sessions/files/session-paths.ts';
import type { TurnState } from '../../../src/sessions/turns/turn-state.ts';
import { parseEventLine } from '../../../src/turns/event-log.ts';
import { runTurn } from '../../../src/turns/run-turn.ts';
import type { TurnSpec } from '../../../src/turns/turn-spec.ts';
import { EngineBench, RECORDED_AT, SteeredClock } from '../../helpers/engine-bench.ts';
import { type FakeStep, installFakeAgent, receivedBy } from '../../helpers/fake-agents.ts';
import { type Fixture, fixtureNames, loadFixture } from '../../helpers/replay-fixture.ts';

/** Longer than it takes to read a recording; where it is to run out, the clock is put on. */
const PATIENCE_MS = 20_000;
/** Refused before a turn exists. */
const NOT_RUN = new Set(['empty-prompt']);
/** The recorder's own signals; SIGKILL came from outside, and nobody asked for it. */
const isStopped = ({ exit, killedBy }: Recording) => killedBy !== null && exit.stopRequested !== null;

interface Recording extends Fixture {
	agent: 'claude' | 'codex';
	prompt: Buffer;
	killedBy: NodeJS.Signals | null;
	requested: { id: string | null; resume: boolean; model: string | null };
}

const all: Recording[] = (['claude', 'codex'] as const).flatMap((agent) =>
	fixtureNames(agent)
		.filter((name) => !NOT_RUN.has(name))
		.map((name) => load(agent, name)),
);

function load(agent: Recording['agent'], name: string): Recording {
	const fixture = loadFixture(agent, name);
	const command = JSON.parse(readFileSync(join(fixture.folder, 'command.json'), 'utf8'));
	const after = (...flags: string[]) => {
		const at = fixture.argv.findIndex((arg) => flags.includes(arg));
		return at < 0 ? null : (fixture.argv[at + 1] ?? null);
	};
	return {
		...fixture,
		agent,
		prompt: readFileSync(join(fixture.folder, 'prompt.md')),
		killedBy: command.killed?.signal ?? null,
		requested: {
			id: after('--session-id', '--resume', 'resume'),
			resume: fixture.argv.some((arg) => arg === '--resume' || arg === 'resume'),
			model: after('--model', '-m'),
		},
	};
}

let bench: EngineBench;
let deps: RelayDeps;

beforeAll(async () => {
	bench = new EngineBench();
	deps = await bench.deps();
});
afterAll(() => bench.dispose());

/**
 * Everything at once, then the recorded end; one that was stopped waits for it. One that ended by itself hears no stop: on a
 * busy machine its limit may be acted on before its last line is read.
 */
function steps(recording: Recording): FakeStep[] {
	const { folder, exit } = recording;
	const end = exit.signal === null ? { exit: exit.exitCode ?? 0 } : { signal: exit.signal };
	const bytes = { stderrFile: join(folder, 'stderr.log'), emitFile: join(folder, 'stdout.jsonl') };
	if (!isStopped(recording)) return [{ deafTo: ['SIGINT', 'SIGTERM', 'SIGHUP'] }, { ...bytes }, end];
	return [{ onStop: end }, bytes, { sleep: 30_000 }];
}

function placeNativeRecord({ folder, expect: wanted, agent }: Recording, home: string): void {
	const record = join(folder, 'native/rollout-tail.jsonl');
	if (agent !== 'codex' || !existsSync(record)) return;
	const day = join(home, '.codex/sessions/2026/11/21');
	mkdirSync(day, { recursive: true });
	cpSync(record, join(day, `rollout-2026-11-21T08-00-00-${wanted.native_session_id}.jsonl`));
}

async function replay(recording: Recording) {
	const name = `${recording.agent}-${recording.name}`;
	const bin = join(bench.bin, name);
	const home = join(bench.home, name);
	mkdirSync(home);
	placeNativeRecord(recording, home);
	installFakeAgent(bin, recording.agent, { turns: [steps(recording)] });
	const session = deps.store.create({ kind: 'run', objective: recording.name });
	const stop = new AbortController();
	const clock = new SteeredClock(RECORDED_AT);
	const seen = { raw: 0 };
	try {
		const turn = runTurn(
			spec(recording, join(bin, recording.agent), home),
			{
				session,
				clock,
				startProcess: (spec, handlers) =>
					deps.startProcess(spec, {
						...handlers,
						onOutput: (chunk) => {
							handlers.onOutput(chunk);
							seen.raw += chunk.length;
							if (!isStopped(recording) || seen.raw < recording.stdout.length) return;
							if (isUserStop(recording)) stop.abort();
							else clock.pass(PATIENCE_MS);
						},
					}),
				processes: deps.processes,
				snapshots: deps.snapshots,
				times: {
					idleMs: 0,
					timeoutMs: 0,
					lingerMs: 1000,
					answerMs: 0,
					questionMs: 0,
					backgroundMs: 10_000,
					patienceMs: PATIENCE_MS,
				},
				estimateCost: deps.estimateCost,
				knownVersion: () => null,
			},
			{
				signal: stop.signal,
				hardSignal: new AbortController().signal,
				onEvent: () => undefined,
				onIdle: () => undefined,
				onWarning: () => undefined,
			},
		);
		const state = await turn;
		return { state, folder: session.folder, received: receivedBy(bin, recording.agent) };
	} finally {
		session.release();
	}
}

/** A limited or refused one must be stopped by the relay's own patience. */
const isUserStop = (recording: Recording) =>
	isStopped(recording) && recording.expect.status !== 'limited' && recording.expect.stop_reason !== 'auth';

function spec(recording: Recording, executable: string, home: string): TurnSpec {
	const { agent, requested, cumulativeBefore, prompt } = recording;
	const adapter = deps.registry.find(agent);
	return {
		adapter,
		agentVersion: null,
		executable,
		request: {
			nativeSessionId: requested.id,
			resume: requested.resume,
			model: requested.model,
			permissions: 'edit',
			allowCommands: [],
			isTrusted: true,
			folder: bench.repo,
			worktree: bench.repo,
			isGitRepo: true,
			isRoot: false,
			env: { ...bench.env, HOME: home },
		},
		prompt: prompt.toString(),
		userPrompt: { turn: 1, start: 0, end: prompt.length },
		trigger: 'user',
		packet: null,
		cumulativeBefore: cumulativeBefore === null ? null : readUsage(cumulativeBefore),
		planBefore: null,
		before: null,
	};
}

/** `state.json` in the words of `expect`. */
function asExpectation(state: TurnState, output: string, { expect: wanted }: Recording) {
	// Recordings say what the CLI counted, not how the counts lie in one another.
	const { reasoning_in_output: _, ...tokens } = state.tokens;
	const isTold = Object.values(tokens).some((count) => count !== null) || state.cost_source === 'reported';
	const text = wanted.final_text_contains;
	return {
		...wanted,
		status: state.status,
		stop_reason: state.stop_reason,
		native_session_id: state.native_session_id,
		model: state.model,
		final_text_contains: text === null || output.includes(text) ? text : output.slice(-300),
		tools: state.tools.map(({ name, kind, status }, at) => ({
			...wanted.tools[at],
			name,
			kind,
			ok: OK[status],
		})),
		usage: isTold ? { ...tokens, cost_usd: state.cost_source === 'reported' ? state.cost_usd : null } : null,
		limit: state.limit && {
			...wanted.limit,
			kind: state.limit.kind,
			reset_at: resetOf(state, wanted.limit),
			...(state.limit.window === null ? {} : { window: state.limit.window }),
		},
	};
}

const OK = { ok: true, error: false, denied: false, unknown: null, running: 'still running' } as const;

/** The recorded reset where the state's is as near as the recording itself is exact. */
function resetOf({ limit }: TurnState, wanted: Recording['expect']['limit']): string | null {
	const reset = limit?.reset_at ?? null;
	if (reset === null) return null;
	if (wanted?.reset_at == null) return wanted !== null && 'reset_text' in wanted ? null : reset;
	const isNear =
		Math.abs(Date.parse(reset) - Date.parse(wanted.reset_at)) <= (wanted.reset_tolerance_s ?? 0) * 1000;
	return isNear ? wanted.reset_at : reset;
}

describe('a recording through the whole turn engine', () => {
	it.concurrent.each(all.map((recording) => [`${recording.agent} ${recording.name}`, recording] as const))(
		'%s leaves the state and the six files that a person would expect',
		async (_, recording) => {
			const { state, folder, received } = await replay(recording);
			const bytes = (name: Parameters<typeof turnFile>[2]) => readFileSync(turnFile(folder, 1, name));
			const output = bytes('output.md').toString();

			expect(asExpectation(state, output, recording)).toEqual(recording.expect);
			expect(JSON.parse(bytes('state.json').toString())).toEqual(state);

			expect(received.map(({ prompt }) => prompt)).toEqual([recording.prompt.toString()]);
			expect(bytes('prompt.md').equals(recording.prompt)).toBe(true);
			expect(bytes('raw.jsonl').equals(recording.stdout)).toBe(true);
			expect(bytes('stderr.log').equals(recording.stderr)).toBe(true);
			expect(output).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/);

			const lines = bytes('events.jsonl').toString().split('\n');
			expect(lines.pop()).toBe('');
			const logged = lines.map(parseEventLine);
			expect(logged.map((event) => event?.seq)).toEqual(lines.map((_, at) => at + 1));
			const count = (type: string) => logged.filter((event) => event?.event.type === type).length;
			expect(count('turn_ended')).toBe(1 + (count('interim_answer') > 0 ? 0 : count('continued')));
			const sha = (name: Parameters<typeof turnFile>[2]) =>
				createHash('sha256').update(bytes(name)).digest('hex');
			expect(state.hashes).toEqual({
				prompt: sha('prompt.md'),
				events: sha('events.jsonl'),
				output: sha('output.md'),
			});
			expect(state.bytes).toEqual({
				raw: recording.stdout.length,
				output: bytes('output.md').length,
				stderr: recording.stderr.length,
			});
		},
	);
});
