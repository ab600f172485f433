/** The readers of our own files, as a newer relay, a power cut, an agent or a repo may have left them. */
import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import fc from 'fast-check';
import { expect } from 'vitest';
import { codexAdapter } from '../../../src/agents/codex/adapter.ts';
import { createVersionCache } from '../../../src/app/version-cache.ts';
import { logLines } from '../../../src/commands/show/log-lines.ts';
import { createTrustStore } from '../../../src/config/trust/trust-store.ts';
import { RelayError, type RelayErrorCode } from '../../../src/core/errors.ts';
import type { LockHolder as FileLockHolder } from '../../../src/core/files/file-lock.ts';
import { createSessionIds, type SessionId } from '../../../src/core/ids.ts';
import type { ProcessPlace } from '../../../src/core/processes/process-place.ts';
import { readEmbedded } from '../../../src/git/snapshots/embedded-repos.ts';
import { knownTree } from '../../../src/git/snapshots/known-tree.ts';
import { readLarge } from '../../../src/git/snapshots/large-files.ts';
import { isInUse } from '../../../src/git/snapshots/snapshot-users.ts';
import { createLedger } from '../../../src/limits/ledger.ts';
import { parseLedger, serializeLedger } from '../../../src/limits/ledger-file.ts';
import { adoptPlace, readJournal } from '../../../src/race/adopt/adoption-journal.ts';
import { readOwner } from '../../../src/race/record/owner-file.ts';
import { readRace } from '../../../src/race/record/race-store.ts';
import {
	parseMeta,
	parseTurnState,
	readMeta,
	readTurnState,
	serializeMeta,
	serializeTurnState,
} from '../../../src/sessions/files/json-record.ts';
import { locateStore, orphanedStores, stateStores } from '../../../src/sessions/files/store-location.ts';
import { createNativeConversations } from '../../../src/sessions/lineage/native-conversations.ts';
import { readLog } from '../../../src/sessions/log/read-log.ts';
import { SessionLog } from '../../../src/sessions/log/session-log.ts';
import { readLock } from '../../../src/sessions/store/lock-record.ts';
import { acquireLock } from '../../../src/sessions/store/session-lock.ts';
import { createSessionStore, type SessionStore } from '../../../src/sessions/store/session-store.ts';
import { newestTurnTime, readNewestTurns, readTurns } from '../../../src/sessions/turns/turn-states.ts';
import {
	saidAsNotes,
	saidAsObjective,
	saidAsPending,
	saidInTurn,
} from '../../../src/sessions/witness/said-words.ts';
import { createWitnesses, Witness } from '../../../src/sessions/witness/witness.ts';
import { parseWitness, serializeWitness } from '../../../src/sessions/witness/witness-file.ts';
import { openHistory } from '../../../src/shell/editor/history.ts';
import { parseEventLine, serializeEvent } from '../../../src/turns/event-log.ts';
import { createRunningAgents } from '../../../src/turns/process/running-agents.ts';
import { readTurnRecords } from '../../../src/turns/turn-records.ts';
import { createTheme } from '../../../src/ui/theme.ts';
import { fakeCheckpoint, fakeSessionMeta } from '../../helpers/fake-session-meta.ts';
import { fakeTurnState } from '../../helpers/fake-turn-state.ts';
import { fakeWitness } from '../../helpers/fake-witness.ts';
import { raceRecord } from '../../helpers/race-record.ts';
import { changes, damaged, damages, oddJson, oddText, withChanges } from '../odd.ts';
import { withFolder } from '../scratch.ts';
import { type FuzzTarget, target } from '../target.ts';
import { FORBIDDEN } from './text.ts';

const ID = '01JD0000000000000000000000';
const NOW = Date.parse('2026-11-28T09:00:00Z');
const HEX = 'a'.repeat(64);
const COMMIT = 'c'.repeat(40);

const PLACE: ProcessPlace = { host: 'here', boot_id: 'b1', pid_namespace: 'n1' };
const identity = { pid: 10, start: 's10', command: 'agent' };
const processes = {
	identify: () => identity,
	isAlive: ({ start }: { pid: number; start: string }) => start === identity.start,
	place: () => PLACE,
	uptime: () => 1000,
	snapshot: () => [],
	withEnvironment: () => [],
};
const clock = { now: () => NOW };
const SELF: FileLockHolder = { pid: 10, start: 's10', place: 'here b1 n1' };
const locking = { self: SELF, isAlive: () => true, now: () => NOW, timeoutMs: 50 };

const META = fakeSessionMeta({
	id: ID,
	agents: {
		claude: {
			native_session_id: 'n',
			model: 'opus',
			permissions: 'edit',
			turns: 1,
			last_turn: 1,
			account: { profile: null, hash: 'h' },
		},
	},
	checkpoint: fakeCheckpoint({ pending_prompt: 'turns/001-prompt.md' }),
	notes: [{ at: '2026-01-01T00:00:00.000Z', kind: 'note', text: 'careful', after_turn: 1 }],
	chat: {
		participants: [{ id: 'claude', agent: 'claude', model: null, role: null, left: null }],
		until: null,
		max_turns: 3,
		permissions: 'edit',
		agreed: false,
	},
});
const LIMIT = {
	kind: 'window' as const,
	reset_at: '2026-11-28T12:00:00.000Z',
	window: 'five_hour',
	scope: null,
	source: { channel: 'event' as const, rule: 'r', excerpt: 'e' },
	confidence: 'exact' as const,
};
const STATE = fakeTurnState({
	session_id: ID,
	limit: LIMIT,
	process_place: { ...PLACE },
	strays: [{ pid: 5, start: 's5', command: 'sleep' }],
	tools: [
		{
			id: 't',
			name: 'Bash',
			kind: 'execute',
			title: 'ls',
			command: 'ls',
			status: 'ok',
			exit_code: 0,
			duration_ms: 3,
			paths: [],
		},
	],
	validation: [{ kind: 'test', command: 'npm test', status: 'passed', exit_code: 0 }],
	plan: [{ text: 'Look', status: 'pending', id: '1' }],
	utilization: [{ window: 'five_hour', ratio: 0.5, reset_at: null }],
	refused_models: [{ model: 'm', limit: LIMIT }],
	user_prompt: { turn: 1, start: 0, end: 2 },
});
const RACE = raceRecord(ID, COMMIT, {
	entrants: [
		{
			id: 'claude',
			agent: 'claude',
			model: null,
			session_id: null,
			worktree: '/w/claude',
			ref: `refs/agent-relay/race/${ID}/claude`,
			state: 'ended',
			outcome: 'completed',
			reason: null,
			started_at: null,
			ended_at: null,
			work_ms: 5,
			agents: ['claude'],
			tokens: { input: 1, output: 2 },
			cost_usd: null,
			cost_source: 'none',
			limited_until: null,
			setup: null,
			checks: [
				{
					command: 'true',
					status: 'passed',
					exit_code: 0,
					duration_ms: 1,
					failing_tests: null,
					output: null,
				},
			],
			commit: COMMIT,
			tree: COMMIT,
			diff: { files: 1, added: 1, removed: 0 },
			notes: [],
		},
	],
});
const OWNER = {
	schema_version: 1,
	race: ID,
	repo_root: '/r',
	common_dir: '/r/.git',
	store: '/s',
	created_at: 'x',
};
const JOURNAL = {
	schema_version: 1,
	entrant: 'claude',
	worktree: '/r',
	phase: 'writing',
	commit: null,
	made_folders: ['a'],
	steps: [{ path: 'a/b', stamp: null, digest: HEX }],
};
const LOCK = {
	schema_version: 1,
	token: '0123456789abcdef',
	pid: 10,
	pid_start: 's10',
	boot_id: 'b1',
	pid_namespace: 'n1',
	host: 'here',
	acquired_at: '2026-11-28T08:59:00.000Z',
};
const LEDGER = {
	schema_version: 1,
	entries: [
		{
			agent: 'claude',
			account: 'default',
			model: '*',
			recorded_at: '2026-11-28T08:00:00.000Z',
			until: '2026-11-28T14:00:00.000Z',
			estimated: false,
			strikes: 1,
			mark: 'm',
			limit: LIMIT,
		},
	],
	refused_logins: [
		{
			agent: 'codex',
			account: 'default',
			mark: null,
			recorded_at: '2026-11-28T08:00:00.000Z',
			until: '2026-11-28T14:00:00.000Z',
			reason: 'no',
		},
	],
};
const TRUST = {
	schema_version: 1,
	repos: [{ path: '/r', trusted_at: '2026-11-28T08:00:00.000Z', files: { '.agent-relay/config.toml': HEX } }],
	declined: [
		{ path: '/d', declined_at: '2026-11-28T08:00:00.000Z', files: { '.claude/settings.json': HEX } },
	],
};
const NATIVE = {
	schema_version: 1,
	agent: 'claude',
	native_session_id: 'n',
	holder: { session_id: ID, pid: 10, pid_start: 's10', ...PLACE, since: '2026-11-28T08:59:00.000Z' },
	users: [{ session_id: ID, at: '2026-11-28T08:59:00.000Z' }],
};
const RUNNING = {
	schema_version: 1,
	session_id: ID,
	folder: '/s',
	turn: 1,
	agent: 'claude',
	executable: '/bin/claude',
	worktree: '/r',
	started_at: '2026-11-28T08:59:00.000Z',
	wrapper: { pid: 11, start: 's11' },
	relay: { pid: 12, start: 's12' },
	...PLACE,
};
const WITNESS = [
	{ kind: 'session', schema_version: 1, session_id: ID, folder: '/s', at: '2026-11-28T08:59:00.000Z' },
	{ kind: 'objective', at: '2026-11-28T08:59:00.000Z', turn: 1, sha256: HEX, bytes: 2, words: 'go' },
	{
		kind: 'prompt',
		at: '2026-11-28T08:59:00.000Z',
		turn: 1,
		sha256: HEX,
		bytes: 2,
		in_turn: 1,
		start: 0,
		end: 2,
	},
	{ kind: 'note', at: '2026-11-28T08:59:00.000Z', turn: 1, sha256: HEX, bytes: 9, words: 'careful' },
	{ kind: 'pending', at: '2026-11-28T08:59:00.000Z', turn: 1, sha256: HEX, bytes: 4, words: 'wait' },
] as const;

const at = { ts: '2026-11-28T08:59:00.000Z', seq: 1 };
const EVENTS = [
	{ ...at, type: 'session_started', native_session_id: 'n', model: 'opus', mcp_servers: ['x'] },
	{ ...at, type: 'agent_message_chunk', message_id: 'm', text: 'Hello' },
	{ ...at, type: 'agent_message_chunk', message_id: 'm', text: ' you\ud83d' },
	{ ...at, type: 'agent_thought_chunk', message_id: 'm', text: 'Hm' },
	{ ...at, type: 'tool_call', id: 't', name: 'Bash', kind: 'execute', title: 'ls', command: 'ls', paths: [] },
	{
		...at,
		type: 'tool_result',
		id: 't',
		ok: true,
		denied: false,
		exit_code: 0,
		output: 'a',
		output_bytes: 1,
	},
	{ ...at, type: 'plan', items: [{ text: 'Look', status: 'pending', id: '1' }] },
	{ ...at, type: 'usage', scope: 'turn', tokens: STATE.tokens, cost_usd: 0.1 },
	{ ...at, type: 'retry', reason: 'rate', attempt: 1, max_attempts: 3, delay_ms: 5, source: LIMIT.source },
	{ ...at, type: 'limit', limit: LIMIT },
	{ ...at, type: 'utilization', windows: [{ window: 'w', ratio: 0.5, reset_at: null }] },
	{ ...at, type: 'error', code: null, message: 'no' },
	{ ...at, type: 'background_tasks', tasks: [{ id: 'b', title: 'sleep' }] },
	{ ...at, type: 'turn_ended', outcome: 'completed', stop_reason: 'end_turn' },
];

/** The record as JSON, changed, and sometimes its bytes damaged. */
function recordOf(seed: unknown): fc.Arbitrary<Buffer> {
	return fc.oneof(
		{
			weight: 8,
			arbitrary: fc
				.tuple(changes, damages, fc.constantFrom(undefined, 2, '\t'))
				.map(([all, harm, indent]) =>
					damaged(Buffer.from(`${JSON.stringify(withChanges(seed, all), null, indent)}\n`), harm),
				),
		},
		{ weight: 1, arbitrary: oddJson.map((value) => Buffer.from(JSON.stringify(value))) },
		{ weight: 1, arbitrary: fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes)) },
	);
}

/** Lines of a log, changed, in any order, the last one perhaps torn. */
const CANDIDATES = [{ agent: 'codex', model: null, verdict: 'chosen', reason: 'can work', reset_at: null }];
const MOVE = { ...at, from: 'claude', to: 'codex', losses: ['sub-agents'], packet: 'resume/001-a-b.md' };
const ENTRIES = [
	{ ...at, type: 'session_reopened', found: ['took over the lock'] },
	{ ...at, type: 'agent_chosen', agent: 'codex', model: 'o3', why: 'w', candidates: CANDIDATES },
	{ ...MOVE, type: 'agent_switched', model: null },
	{ ...MOVE, type: 'handed_over', reason: 'limit', failure: null, limit: LIMIT, candidates: CANDIDATES },
	{
		...at,
		type: 'turn_started',
		turn: 1,
		agent: 'codex',
		model: null,
		permissions: 'edit',
		trigger: 'user',
		resumed: true,
		packet: null,
	},
	{
		...at,
		type: 'turn_finished',
		turn: 1,
		agent: 'codex',
		status: 'failed',
		stop_reason: 'crashed',
		duration_ms: 12,
		limit: null,
		error: { code: 'x', message: 'no' },
	},
	{ ...at, type: 'waiting', agent: 'codex', until: '2026-11-28T10:00:00.000Z' },
	{
		...at,
		type: 'checkpointed',
		reason: 'limit',
		packet: null,
		next_agent: 'a',
		reset_at: null,
		pending: true,
	},
	{ ...at, type: 'utilization_warning', agent: 'codex', window: 'w', ratio: 0.9, reset_at: null },
	{ ...at, type: 'notice', level: 'info', text: 'hello' },
];

function logOf(seeds: readonly unknown[]): fc.Arbitrary<Buffer> {
	const line = fc.oneof(
		{
			weight: 4,
			arbitrary: fc
				.tuple(fc.constantFrom(...seeds), changes)
				.map(([seed, all]) => JSON.stringify(withChanges(seed, all))),
		},
		{ weight: 1, arbitrary: oddText },
	);
	return fc
		.tuple(fc.array(line, { maxLength: 12 }), damages)
		.map(([lines, harm]) => damaged(Buffer.from(`${lines.join('\n')}\n`), harm));
}

/** The value, or undefined where the reader refuses the file with one of `codes` and its name. */
function readOrRefusal<T>(path: string, codes: readonly RelayErrorCode[], read: () => T): T | undefined {
	try {
		return read();
	} catch (error) {
		if (!(error instanceof RelayError)) throw error;
		expect(codes).toContain(error.code);
		expect(error.message).toContain(basename(path));
		return undefined;
	}
}

/** Without the names that mean something to JavaScript itself: no reader keeps those. */
const plain = (value: unknown): unknown =>
	JSON.parse(JSON.stringify(value), (key: string, child: unknown) =>
		['__proto__', 'constructor', 'prototype'].includes(key) ? undefined : child,
	);

const DAMAGED = ['damaged_record', 'newer_version'] as const;

const sessionTargets: FuzzTarget[] = [
	target(
		'meta.json',
		'is read, or refused by name; what is read is written back whole, unknown keys too',
		150,
		recordOf(META),
		(bytes) =>
			withFolder((root) => {
				const folder = join(root, ID);
				const path = join(folder, 'meta.json');
				put(path, bytes);
				const meta = readOrRefusal(path, DAMAGED, () => readMeta(path));
				if (meta === undefined || meta === null || meta.schema_version > 1) return;
				expect(meta.id).toBe(ID);
				const written = serializeMeta(meta, path);
				expect(parseMeta(written, path)).toEqual(meta);
				expect(plain(JSON.parse(written))).toEqual(plain(JSON.parse(bytes.toString('utf8'))));
			}),
	),
	target(
		'state.json',
		'is read, or refused by name; what is read is written back whole, unknown keys too',
		150,
		recordOf(STATE),
		(bytes) =>
			withFolder((folder) => {
				const path = join(folder, 'turns/001-state.json');
				put(path, bytes);
				readTurns(folder);
				readNewestTurns(folder);
				const at = newestTurnTime(folder);
				if (at !== null) expect(Number.isFinite(at)).toBe(true);
				const state = readOrRefusal(path, DAMAGED, () => readTurnState(path));
				if (state === undefined || state === null || state.schema_version > 1) return;
				const written = serializeTurnState(state, path);
				expect(parseTurnState(written, path)).toEqual(state);
				expect(plain(JSON.parse(written))).toEqual(plain(JSON.parse(bytes.toString('utf8'))));
			}),
	),
	target(
		'turn records',
		'of any state, prompt and log are read; what is wrong with them is said, and every event could be logged again',
		80,
		fc.tuple(recordOf(STATE), logOf(EVENTS), fc.oneof(oddText, fc.constant('go'))),
		([state, log, prompt]) =>
			withFolder((folder) => {
				put(join(folder, 'turns/001-state.json'), state);
				put(join(folder, 'turns/001-events.jsonl'), log);
				put(join(folder, 'turns/001-prompt.md'), Buffer.from(prompt));
				const read = readTurns(folder).turns.filter(({ turn }) => turn === 1);
				const [record] = readTurnRecords(read.map((one) => ({ folder, state: one, witness: fakeWitness() })));
				for (const event of record?.events ?? []) {
					const line = serializeEvent({ ts: NOW, seq: 1, event });
					expect(parseEventLine(line)?.event).toEqual(JSON.parse(JSON.stringify(event)));
				}
			}),
	),
	target(
		'session log',
		'tells each entry in rows that hold nothing a terminal obeys, and is added to with a higher number',
		80,
		logOf(ENTRIES),
		(bytes) =>
			withFolder((folder) => {
				put(join(folder, 'log.jsonl'), bytes);
				const before = readLog(folder);
				for (const columns of [40, 100])
					for (const row of logLines(before, { now: NOW, theme: createTheme(false), columns }))
						expect(FORBIDDEN.test(row) || row.includes('\n')).toBe(false);
				const log = new SessionLog({
					place: () => ({ path: folder, ref: folder, wayTo: (path) => path }),
					clock: { ...clock, monotonic: () => 0, sleep: async () => undefined },
					onNotice: (text) => expect.fail(text),
				});
				log.add({ type: 'notice', level: 'info', text: 'one more' });
				log.close();
				const after = readLog(folder);
				expect(after.slice(0, -1)).toEqual(before);
				expect(after.at(-1)?.event).toMatchObject({ text: 'one more' });
				const size = bytes.length;
				const honest = before.filter(({ seq }) => seq <= size).map(({ seq }) => seq);
				expect(after.at(-1)?.seq).toBeGreaterThan(honest.at(-1) ?? 0);
			}),
	),
	target(
		'lock',
		'is judged, or taken for one of an unknown holder; whoever takes it has it',
		80,
		recordOf(LOCK),
		(bytes) =>
			withFolder((root) => {
				const folder = join(root, ID);
				put(join(folder, 'lock'), bytes);
				const context = { clock, processes };
				const holder = readLock(folder, context);
				expect(['held', 'gone', 'stale']).toContain(holder?.judged);
				const lock = readOrRefusal(folder, ['session_locked'], () => {
					try {
						return acquireLock(folder, context);
					} catch (error) {
						// Its message names the holder, not the file.
						if (error instanceof RelayError && error.code === 'session_locked') return undefined;
						throw error;
					}
				});
				if (holder?.judged === 'held') expect(lock).toBeUndefined();
				else expect(lock?.check()).toBe('ours');
			}),
	),
	target(
		'witness',
		'is read as far as its lines are whole, says nothing that they do not say, and judges any words',
		120,
		fc.tuple(logOf(WITNESS), oddText, fc.nat(40), fc.nat(40)),
		([bytes, words, start, end]) =>
			withFolder((folder) => {
				const path = join(folder, 'w.jsonl');
				put(path, bytes);
				const lines = parseWitness(bytes.toString('utf8'));
				for (const { line } of lines)
					expect(parseWitness(serializeWitness(line))[0]?.line).toEqual(JSON.parse(JSON.stringify(line)));
				const witness = new Witness(path, ID as SessionId, clock);
				witness.read();
				const recorded = { prompt: Buffer.from(words), range: { start, end } };
				for (const turn of [1, 2]) {
					const said = saidInTurn(witness, turn, recorded);
					if (said.words !== null) expect(lines.length).toBeGreaterThan(0);
				}
				saidAsObjective([witness], words);
				saidAsPending([witness], words);
				saidAsNotes(witness, [witness], [{ kind: 'note', at: 'x', text: words, after_turn: 1 }]);
			}),
	),
];

const stateTargets: FuzzTarget[] = [
	target(
		'ledger',
		'is read or set aside; what it forbids ends at a time, and it is written back whole',
		120,
		recordOf(LEDGER),
		(bytes) =>
			withFolder((folder) => {
				const file = join(folder, 'limits.json');
				put(file, bytes);
				const content = parseLedger(bytes.toString('utf8'));
				if (content !== null) {
					const again = parseLedger(serializeLedger(content));
					if (content.version === 1) expect(again).toEqual(content);
				}
				const notices: string[] = [];
				const ledger = createLedger({ file, clock, locking, onNotice: (text) => notices.push(text) });
				for (const { until } of ledger.entries()) expect(new Date(until).toISOString()).toBeTypeOf('string');
				const limit = {
					kind: 'window' as const,
					resetAt: null,
					window: null,
					scope: null,
					source: LIMIT.source,
					confidence: 'estimated' as const,
				};
				const met = ledger.record({ agent: 'claude', account: 'default', model: null, limit });
				expect(met.until).toBeGreaterThan(NOW);
				ledger.refusedLogins();
				expect(ledger.isLimited({ agent: 'claude', account: 'default', model: null })).not.toBeNull();
			}),
	),
	target(
		'trust.json',
		'trusts only what it names with these very files, whatever else it holds',
		120,
		fc.tuple(recordOf(TRUST), fc.boolean()),
		([bytes, isChanged]) =>
			withFolder((folder) => {
				const file = join(folder, 'trust.json');
				put(file, bytes);
				const notices: string[] = [];
				const trust = createTrustStore({ file, locking, onNotice: (text) => notices.push(text) });
				const place = { folder: '/r', worktree: '/r', root: '/r', home: '/home/u' };
				const digests = new Map([['.agent-relay/config.toml', isChanged ? 'b'.repeat(64) : HEX]]);
				trust.changedSince(place, digests);
				trust.isDeclined(place, digests);
				const named = JSON.stringify(trust.list());
				if (trust.isTrusted(place, digests)) expect(named).toContain(digests.get('.agent-relay/config.toml'));
				readOrRefusal(file, ['newer_version', 'not_writable'], () => {
					trust.trust({ ...place, folder: folder, worktree: folder, root: folder }, digests);
					expect(trust.isTrusted({ ...place, folder, worktree: folder, root: folder }, digests)).toBe(true);
				});
			}),
	),
	target(
		'conversations',
		'that cannot be read begin anew, and are taken by one session',
		80,
		recordOf(NATIVE),
		(bytes) =>
			withFolder((folder) => {
				const conversation = { agent: 'claude', nativeId: 'n' };
				const all = createNativeConversations({ folder, clock, locking, processes });
				all.begin(conversation, ID as SessionId).end(conversation);
				const [name = ''] = namesOf(folder);
				put(join(folder, name), bytes);
				const other = '01JD0000000000000000000001' as SessionId;
				const use = all.begin(conversation, other);
				if (use.busyBy === null) expect(all.begin(conversation, ID as SessionId).busyBy).toBe(other);
				use.othersSince([other]);
				use.end(conversation);
			}),
	),
	target('running agents', 'of notes that cannot be read are none', 80, recordOf(RUNNING), (bytes) =>
		withFolder((folder) => {
			const running = createRunningAgents(folder, processes);
			const { schema_version: _v, relay: _r, host: _h, boot_id: _b, pid_namespace: _p, ...note } = RUNNING;
			running.began(note);
			const [inner = ''] = namesOf(folder);
			for (const name of namesOf(join(folder, inner))) put(join(folder, inner, name), bytes);
			expect(running.survivors('/r')).toEqual([]);
		}),
	),
	target(
		'repo.json',
		'that cannot be read names no repo',
		60,
		recordOf({ schema_version: 1, root: '/gone', common_dir: null, head: COMMIT }),
		(bytes) =>
			withFolder((folder) => {
				put(join(folder, 'repos/x/repo.json'), bytes);
				for (const { head } of orphanedStores(folder)) expect(head).toBeTypeOf('string');
				for (const { root, isGone } of stateStores(folder)) if (isGone) expect(root).toBeTypeOf('string');
			}),
	),
	target(
		'history',
		'gives back texts alone, and goes on',
		60,
		logOf(['one', 'two\nlines', 7, null, ['x']]),
		(bytes) =>
			withFolder((folder) => {
				const path = join(folder, 'history');
				put(path, bytes);
				const history = openHistory(path);
				for (const entry of history.entries()) expect(entry).toBeTypeOf('string');
				history.add('newest');
				expect(openHistory(path).entries().at(-1)).toBe('newest');
			}),
	),
];

const raceTargets: FuzzTarget[] = [
	target(
		'race.json',
		'is read, or refused by name; nothing in it can be an option or a revision for git',
		120,
		recordOf(RACE),
		(bytes) =>
			withFolder((root) => {
				const folder = join(root, ID);
				const path = join(folder, 'race.json');
				put(path, bytes);
				const race = readOrRefusal(path, DAMAGED, () =>
					readRace(ID as SessionId, { folderOf: () => folder }),
				);
				if (race === undefined) return;
				const ids = [race.base.commit, ...race.entrants.flatMap(({ commit }) => commit ?? [])];
				for (const id of ids) expect(id).toMatch(/^[0-9a-f]{40,64}$/);
				for (const { id } of race.entrants) expect(id).toMatch(/^[\w-]+$/);
				expect(plain(race)).toEqual(plain(JSON.parse(bytes.toString('utf8'))));
			}),
	),
	target('owner.json', 'is read, or refused by name', 60, recordOf(OWNER), (bytes) =>
		withFolder((folder) => {
			const path = join(folder, 'owner.json');
			put(path, bytes);
			const owner = readOrRefusal(path, DAMAGED, () => readOwner(folder));
			if (owner !== undefined) expect(plain(owner)).toEqual(plain(JSON.parse(bytes.toString('utf8'))));
		}),
	),
	target('journal.json', 'is read, or refused by name', 60, recordOf(JOURNAL), (bytes) =>
		withFolder((folder) => {
			const place = adoptPlace(folder);
			put(place.journal, bytes);
			const journal = readOrRefusal(place.journal, DAMAGED, () => readJournal(place));
			if (journal !== undefined) expect(plain(journal)).toEqual(plain(JSON.parse(bytes.toString('utf8'))));
		}),
	),
];

/** What stands in place of a file. `link`: to one elsewhere. `loop`: a link to itself. */
type Found = Buffer | 'folder' | 'link' | 'loop';

const found = (seed: unknown): fc.Arbitrary<Found> =>
	fc.oneof(
		{ weight: 6, arbitrary: recordOf(seed) },
		{ weight: 1, arbitrary: fc.constantFrom<Found>('folder', 'link', 'loop', Buffer.alloc(0)) },
	);

const sessionFiles: fc.Arbitrary<Record<string, Found>> = fc
	.record(
		{
			'meta.json': fc.oneof(found(META), found({ ...META, parent: ID })),
			'turns/001-state.json': found(STATE),
			'turns/002-state.json': found({ ...STATE, turn: 2, status: 'running' }),
			'turns/002-prompt.md': found('go'),
			lock: found(LOCK),
			'race.json': found(RACE),
			'adopt/journal.json': found(JOURNAL),
		},
		{ requiredKeys: [] },
	)
	.map((files) => ({ ...files }));

function putOdd(path: string, found: Found): void {
	if (Buffer.isBuffer(found)) {
		put(path, found);
		return;
	}
	mkdirSync(found === 'folder' ? path : dirname(path), { recursive: true });
	if (found === 'link') symlinkSync('/etc/passwd', path);
	if (found === 'loop') symlinkSync(basename(path), path);
}

/** A store with a whole session and one in which each file may be anything. */
function storeWith(root: string, files: Readonly<Record<string, Found>>): SessionStore {
	const facts = {
		kind: 'worktree',
		root,
		worktree: root,
		folder: root,
		commonDir: join(root, '.git'),
	} as const;
	const store = createSessionStore({
		location: locateStore(
			{ ...facts, gitDir: join(root, '.git'), branch: 'main', head: null },
			{ stateHome: join(root, 'state') },
		),
		clock: { ...clock, monotonic: () => NOW, sleep: async () => undefined },
		ids: createSessionIds(clock.now),
		processes,
		relayVersion: '0.1.0',
		witnesses: createWitnesses(join(root, 'state', 'witness'), clock),
	});
	for (const [name, found] of Object.entries(files))
		putOdd(join(root, '.agent-relay/sessions', ID, name), found);
	return store;
}

const storeTargets: FuzzTarget[] = [
	target(
		'session store',
		'lists every session, names what is damaged, and works on in the others, whatever one of them holds',
		60,
		sessionFiles,
		(files) =>
			withFolder((root) => {
				const store = storeWith(root, files);
				const whole = store.create({ kind: 'run', objective: 'fix it' });
				whole.release();
				const listed = store.list();
				expect(listed.map(({ id }) => id)).toContain(whole.id);
				const odd = listed.find(({ id }) => id === ID);
				if (odd?.status === 'damaged') expect(odd.problem).toBeTypeOf('string');
				const id = ID as SessionId;
				const codes = [...DAMAGED, 'no_such_session', 'session_locked', 'not_found'] as const;
				orRefused(codes, () => store.read(id));
				orRefused(codes, () => store.status(id));
				orRefused(codes, () => store.lineage(id));
				orRefused(codes, () => store.turns(id));
				orRefused(codes, () => readRace(id, store));
				orRefused(codes, () => store.open(id).release());
				expect(store.resolve('latest')).toBeTypeOf('string');
				store.open(whole.id).release();
			}),
	),
	target(
		'version cache',
		'that cannot be read knows no version',
		60,
		recordOf({
			'/bin/agent': { asked_of: '5', answer: '1.2.3' },
			[process.execPath]: { asked_of: '1', answer: 'x' },
		}),
		(bytes) =>
			withFolder((folder) => {
				const file = join(folder, 'versions.json');
				put(file, bytes);
				const cache = createVersionCache(file, () => ({}));
				for (const path of ['/bin/agent', process.execPath, '__proto__', 'toString'])
					expect(cache.known(codexAdapter, path) ?? '').toBeTypeOf('string');
			}),
	),
	target(
		'snapshot notes',
		'are lists of paths, a tree, and who uses them; what cannot be read is none',
		60,
		fc.tuple(
			fc.array(oddText, { maxLength: 4 }).map((paths) => Buffer.from(paths.join('\0'))),
			recordOf({ pid: 10, start: 's10', place: 'here n1' }),
			fc.oneof(fc.constant(`${'0'.repeat(40)} ${COMMIT}`), oddText),
		),
		([paths, mark, tree]) =>
			withFolder((home) => {
				const folder = {
					gitDir: home,
					objects: join(home, 'objects'),
					alternates: '',
					worktree: home,
					isTakenAsMade: false,
					writeExcludes: () => undefined,
				};
				put(join(home, 'embedded'), paths);
				put(join(home, 'large'), paths);
				put(join(home, 'tree'), Buffer.from(tree));
				put(join(home, 'index'), paths);
				put(join(home, 'users/1-x'), mark);
				for (const path of [...readEmbedded(folder), ...readLarge(folder)]) expect(path).not.toBe('');
				expect(knownTree(folder, join(home, 'index'))).toBeNull();
				expect(isInUse(home, processes, NOW)).toBeTypeOf('boolean');
			}),
	),
];

export const recordTargets: FuzzTarget[] = [
	...sessionTargets,
	...stateTargets,
	...raceTargets,
	...storeTargets,
];

/** As `readOrRefusal`, where the message need not name a file. */
function orRefused(codes: readonly RelayErrorCode[], act: () => unknown): void {
	try {
		act();
	} catch (error) {
		if (!(error instanceof RelayError)) throw error;
		expect(codes).toContain(error.code);
	}
}

function put(path: string, bytes: Buffer): void {
	mkdirSync(dirname(path), { recursive: true });
	writeFileSync(path, bytes);
}

const namesOf = (folder: string): string[] => readdirSync(folder).filter((name) => !name.endsWith('.lock'));
