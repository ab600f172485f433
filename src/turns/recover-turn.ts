/**
 * Recovers a turn found `running` whose relay is gone: ends the processes it left, reads its bytes again through the same parser,
 * and makes its files say what an uninterrupted reading of the same bytes would say. Its prompt is never sent again from here.
 */

import { createReadStream, existsSync } from 'node:fs';
import { join } from 'node:path';
import type { AgentAdapter, NativeFacts } from '../agents/agent-adapter.ts';
import type { TokenCounts } from '../agents/events.ts';
import { type Clock, fromIso, toIso } from '../core/clock.ts';
import { RelayError } from '../core/errors.ts';
import { isUnreadable, openToRead } from '../core/files/read-file.ts';
import { createExclusive } from '../core/files/write-file.ts';
import type { ProcessIdentity, ProcessTable } from '../core/processes/process-table.ts';
import type { FileChange, Snapshots } from '../git/repo-facts.ts';
import { turnFile } from '../sessions/files/session-paths.ts';
import type { OpenSession } from '../sessions/store/session-store.ts';
import { endTurn, lacksEnd } from '../sessions/transitions.ts';
import { standingPlan } from '../sessions/turns/standing-plan.ts';
import { participantOf, type TurnState } from '../sessions/turns/turn-state.ts';
import { warningOf } from './judge/describe-refused-model.ts';
import { judgeTurn } from './judge/judge-turn.ts';
import { readNativeFacts } from './judge/native-facts.ts';
import { endStrays } from './process/end-strays.ts';
import { RecordedQuestions, repeatQuestions } from './questions/recover-questions.ts';
import { unreadableOutput } from './record/guard-parser.ts';
import { type RecorderOptions, TurnRecorder } from './record/recorder.ts';
import { totalsFromDisk } from './record/token-counts.ts';

export interface RecoverDeps {
	session: OpenSession;
	clock: Clock;
	processes: ProcessTable;
	/** The snapshots of the folder where the turn worked; null when there are none. */
	snapshotsOf: (state: TurnState) => Snapshots | null;
	env: Readonly<Record<string, string>>;
	/** null when the agent is no longer known (removed from the config): the state is closed without reading its output. */
	adapter: (agent: string) => AgentAdapter | null;
	estimateCost: (model: string | null, tokens: TokenCounts) => number | null;
	/** Processes that the user chose to keep: then nothing of the turn is ended. */
	spared?: readonly ProcessIdentity[];
	/** Another relay, or somebody else, wrote the record: no process that it names is ended. */
	isForeign?: boolean;
	/** The turns of the session's parents, oldest first: a native session may have begun there. */
	ancestors?: readonly TurnState[];
}

export interface Recovered {
	state: TurnState;
	/** Processes of the dead turn that were still alive and were ended, as `PID COMMAND`. */
	ended: string[];
}

/**
 * Repairs every turn that is still `running`, and a record that lacks the end of the newest; the caller holds the session's lock.
 * Returns the repaired turns, oldest first.
 */
export async function recoverTurns(deps: RecoverDeps): Promise<Recovered[]> {
	const { session } = deps;
	const recovered: Recovered[] = [];
	for (const state of session.turns()) {
		if (state.status === 'running') recovered.push(await recoverTurn(state, deps));
	}
	const turns = session.turns();
	const newest = turns.at(-1);
	if (newest !== undefined && lacksEnd(session.meta, turns))
		session.apply(endTurn, { state: newest, earlier: turns });
	return recovered;
}

async function recoverTurn(state: TurnState, deps: RecoverDeps): Promise<Recovered> {
	const { spared = [], isForeign = false } = deps;
	const ended = spared.length > 0 || isForeign ? [] : endStrays(state, deps.processes);
	const judged = await replay(state, deps);
	const snapshots = deps.snapshotsOf(state);
	const after = (await snapshots?.take()) ?? null;
	const { before } = state.tree;
	const changes =
		before && after?.tree && snapshots ? await changesOrNull(snapshots, before, after.tree) : null;
	const files = changes?.map((change) => ({ ...change })) ?? judged.files ?? state.files;
	const final: TurnState = {
		...state,
		...judged,
		strays: [],
		files,
		tree: { before, after: after?.tree ?? null },
		ended_at: toIso(deps.clock.now()),
		duration_ms: Math.max(0, deps.clock.now() - (fromIso(state.started_at) ?? deps.clock.now())),
		warnings: [
			...(judged.warnings ?? state.warnings),
			...ended.map((stray) => `Left running by the interrupted turn and ended now: ${stray}`),
			...spared.map(({ pid, command }) => `Its agent continued after this was recorded: ${pid} ${command}`),
		],
	};
	deps.session.writeTurnState(final, { sync: true });
	deps.session.apply(endTurn, { state: final, earlier: deps.session.turns() });
	return { state: final, ended };
}

/** null: the trees no longer exist, and the reports of the agent's tools are used instead. */
async function changesOrNull(
	snapshots: Snapshots,
	before: string,
	after: string,
): Promise<FileChange[] | null> {
	try {
		return await snapshots.changes(before, after);
	} catch (error) {
		if (error instanceof RelayError) return null;
		throw error;
	}
}

/**
 * Reads raw and stderr again into fresh events and transcript; the raw bytes themselves stay untouched. What is asked and answered is
 * only among the old events: those stay until the fresh ones, which repeat it, are whole.
 */
async function replay(state: TurnState, deps: RecoverDeps): Promise<Partial<TurnState>> {
	const unknown = { status: 'outcome_unknown', stop_reason: null } as const;
	// It was read from a transcript of the agent: there are no raw bytes, and nothing else has its events.
	if (state.adopted_at !== undefined) return unknown;
	const adapter = deps.adapter(state.agent);
	if (adapter === null)
		return { ...unknown, error: { code: 'unknown_agent', message: `${state.agent} is not known here` } };
	const folder = deps.session.writableFolder();
	const at = (name: Parameters<typeof turnFile>[2]) => turnFile(folder, state.turn, name);
	const asked = new RecordedQuestions();
	// Only an agent that asked has this file; events may be many.
	if (existsSync(at('questions.jsonl'))) await feed(at('events.jsonl'), (chunk) => asked.push(chunk));
	const warnings = new Set(state.warnings);
	const recorder = createReplayRecorder(state, adapter, deps, {
		onEvent: (event, atMs) => {
			const warning = warningOf(event, atMs);
			if (warning !== null) warnings.add(warning);
		},
		onUnreadable: () => warnings.add(unreadableOutput(state.agent, at('raw.jsonl'))),
	});
	try {
		const unread = [
			await feed(at('raw.jsonl'), (chunk) => recorder.replayOutput(chunk)),
			await feed(at('stderr.log'), (chunk) => recorder.stderr(chunk)),
		];
		for (const problem of unread) if (problem !== null) warnings.add(`Not read: ${problem}`);
		for (const text of repeatQuestions(asked.found, recorder)) warnings.add(text);
		const native = await readNative(state, recorder.facts.nativeSessionId, adapter, deps);
		const parsed = recorder.end({ exitCode: null, signal: null, stopRequested: null }, native);
		recorder.replaceRecords();
		const judged = judgeTurn(parsed, recorder.facts, state.model, deps.estimateCost);
		const isKnown = judged.status === 'completed' || judged.status === 'limited';
		return {
			...judged,
			...(isKnown || recorder.facts.isFinal ? {} : unknown),
			files: recorder.facts.editedFiles(),
			bytes: recorder.bytes,
			hashes: { ...state.hashes, ...recorder.hashes },
			warnings: [...warnings],
		};
	} finally {
		recorder.close();
	}
}

function createReplayRecorder(
	state: TurnState,
	adapter: AgentAdapter,
	deps: RecoverDeps,
	listen: Pick<RecorderOptions, 'onEvent' | 'onUnreadable'>,
): TurnRecorder {
	const startedAt = fromIso(state.started_at) ?? deps.clock.now();
	const requested = requestedSession(state, adapter, deps);
	const earlier = earlierInNativeSession(state, requested, deps);
	const planBefore = state.resumed ? standingPlan(earlier) : null;
	const totals = earlier.findLast((turn) => turn.cumulative_tokens !== null)?.cumulative_tokens;
	const parser = adapter.parser({
		requestedSessionId: requested,
		resume: state.resumed,
		requestedModel: state.model,
		cumulativeBefore: totals ? totalsFromDisk(totals) : null,
		...(planBefore === null ? {} : { planBefore }),
		now: () => startedAt,
	});
	return new TurnRecorder({
		folder: deps.session.folder,
		turn: state.turn,
		prompt: Buffer.alloc(0),
		parser,
		now: () => deps.clock.now(),
		planBefore,
		...listen,
		onError: () => undefined,
		isReplay: true,
	});
}

/**
 * The session id that the CLI was asked for. The state soon holds the id that the CLI answered with, which may differ; the
 * session's meta keeps the old id until a turn ends.
 */
function requestedSession(state: TurnState, adapter: AgentAdapter, { session }: RecoverDeps): string | null {
	if (state.resumed)
		return session.meta.agents[participantOf(state)]?.native_session_id ?? state.native_session_id;
	return adapter.choosesSessionId ? state.native_session_id : null;
}

function earlierInNativeSession(
	state: TurnState,
	requested: string | null,
	{ session, ancestors = [] }: RecoverDeps,
): TurnState[] {
	if (!state.resumed) return [];
	return [...ancestors, ...session.turns().filter(({ turn }) => turn < state.turn)].filter(
		({ agent, native_session_id }) => agent === state.agent && native_session_id === requested,
	);
}

function readNative(
	state: TurnState,
	reportedSessionId: string | null,
	adapter: AgentAdapter,
	deps: RecoverDeps,
): Promise<NativeFacts | null> {
	return readNativeFacts(adapter, deps.clock, {
		nativeSessionId: reportedSessionId ?? state.native_session_id,
		folder: join(state.worktree ?? deps.session.meta.repo.worktree, state.folder ?? ''),
		env: deps.env,
		startedAt: fromIso(state.started_at) ?? 0,
	});
}

/** Returns why the file cannot be read, null when it was. A missing file is created empty. */
async function feed(path: string, take: (chunk: Buffer) => void): Promise<string | null> {
	try {
		createExclusive(path, '');
		const fd = openToRead(path);
		for await (const chunk of createReadStream(path, { fd }))
			take(Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk));
		return null;
	} catch (error) {
		if (isUnreadable(error)) return error.message;
		throw error;
	}
}
