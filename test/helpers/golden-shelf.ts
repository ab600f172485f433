/**
 * A repo with one record of each kind to read back: the sample session, a chat, work that waits for a reset, a race with its
 * entrants, a damaged record; and a ledger. Every id and time is fixed, and `SHELF_NOW` is when they are looked at.
 */
import { createHash } from 'node:crypto';
import { cpSync, existsSync, readdirSync, readFileSync, utimesSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { RaceRecord } from '../../src/race/record/race-record.ts';
import type { SessionMeta } from '../../src/sessions/session-meta.ts';
import {
	serializeWitness,
	WITNESS_VERSION,
	type WitnessLine,
} from '../../src/sessions/witness/witness-file.ts';
import type { CliHome } from './cli-home.ts';
import { fakeCheck, fakeEntrant } from './fake-entrant.ts';
import { fakeCheckpoint, fakeSessionMeta } from './fake-session-meta.ts';
import { fakeTurnState } from './fake-turn-state.ts';
import { createGoldenHome } from './golden-scene.ts';
import { raceRecord } from './race-record.ts';

const EXAMPLE = resolve(import.meta.dirname, '../../.agent-relay.example/sessions');

/** When they are looked at, epoch ms. */
export const SHELF_NOW = Date.parse('2026-11-23T09:00:00.000Z');
const HOUR = 3_600_000;

const idOf = (begin: string, end: string) => begin.padEnd(26 - end.length, '0') + end;

const SETTINGS = `[limits]
patience_s = 30
[permissions]
allow_commands = ["npm test"]
[agents.tidy]
command = ["tidy-cli", "--quiet"]
`;

export const SHELF = {
	/** Three turns with a hand-over at a limit, completed. */
	run: '01M7YS38RQT7ERVNYX3AVR1NWC',
	chat: idOf('01M8', '00CHAT'),
	/** Checkpointed at a limit, with a prompt that waits. */
	limited: idOf('01M8', '0WA1TS'),
	race: idOf('01M8', 'RACE01'),
	oldRace: idOf('01M7', 'RACE02'),
	entrants: [idOf('01M8', 'RACEA1'), idOf('01M8', 'RACEB1')],
	damaged: idOf('01M8', 'DAMAGED'),
} as const;

export function createShelf(): CliHome {
	const cli = createGoldenHome({ agents: ['claude'], settings: SETTINGS });
	cli.program('claude', '#!/bin/sh\necho "2.1.197 (Claude Code)"\n');
	cpSync(EXAMPLE, join(cli.repo, '.agent-relay/sessions'), { recursive: true });
	writeSessions(cli);
	writeRaces(cli);
	writeLedger(cli);
	witness(cli);
	ageSessions(cli);
	return cli;
}

const inRepo = { root: '/home/you/word-count', worktree: '/home/you/word-count', branch: 'main', head: null };

function writeMeta(cli: CliHome, meta: Partial<SessionMeta> & { id: string }): void {
	const whole = fakeSessionMeta({ repo: inRepo, ...meta });
	cli.write(`.agent-relay/sessions/${meta.id}/meta.json`, `${JSON.stringify(whole, null, 2)}\n`);
}

function writeSessions(cli: CliHome): void {
	const agent = {
		native_session_id: null,
		model: null,
		permissions: 'edit' as const,
		turns: 1,
		last_turn: 1,
	};
	writeMeta(cli, {
		id: SHELF.chat,
		kind: 'chat',
		status: 'completed',
		objective: 'Is a cache worth its bugs, and who clears it?',
		agents: { claude: agent, codex: { ...agent, last_turn: 2 } },
		created_at: '2026-11-22T08:00:00.000Z',
		turn_count: 2,
	});
	writeMeta(cli, {
		id: SHELF.limited,
		kind: 'shell',
		status: 'checkpointed',
		objective: 'Move the store to SQLite, one table at a time.',
		agents: { claude: { ...agent, model: 'opus' } },
		created_at: '2026-11-23T06:00:00.000Z',
		checkpoint: fakeCheckpoint({
			at: '2026-11-23T06:01:00.000Z',
			packet: 'resume/001-claude.md',
			next_agent: 'codex',
			reset_at: '2026-11-23T11:30:00.000Z',
			pending_prompt: 'and the index',
		}),
	});
	const folder = `.agent-relay/sessions/${SHELF.limited}`;
	const state = fakeTurnState({
		session_id: SHELF.limited,
		started_at: '2026-11-23T06:30:00.000Z',
		ended_at: '2026-11-23T06:30:12.300Z',
		status: 'limited',
		stop_reason: 'limit',
		warnings: ['1 file could not be read'],
		error: { code: 'limited', message: 'You have hit your session limit' },
	});
	cli.write(`${folder}/turns/001-state.json`, JSON.stringify(state));
	cli.write(`${folder}/turns/001-prompt.md`, 'Move the store to SQLite, one table at a time.');
	cli.write(`${folder}/turns/001-output.md`, 'The first table is moved.\n');
	cli.write(`${folder}/resume/001-claude.md`, '# Resume packet\n\nMove the store to SQLite.\n');
	cli.write(`${folder}/resume/001-claude.json`, '{"schema_version":1}\n');
	cli.write(`.agent-relay/sessions/${SHELF.damaged}/turns/001-prompt.md`, 'do it');
}

function writeRaces(cli: CliHome): void {
	const [first, second] = SHELF.entrants;
	const ref = (entrant: string) => `refs/agent-relay/race/${SHELF.race}/${entrant}`;
	const entrants = [
		fakeEntrant('claude', {
			session_id: first,
			worktree: '/nowhere/claude',
			ref: ref('claude'),
			work_ms: 61_000,
			tokens: { input: 12_400, output: 2300 },
			cost_usd: 0.21,
			cost_source: 'reported',
			checks: [fakeCheck({ duration_ms: 4200, failing_tests: 0 })],
			diff: { files: 2, added: 40, removed: 3 },
		}),
		fakeEntrant('codex', {
			session_id: second,
			worktree: '/nowhere/codex',
			ref: ref('codex'),
			work_ms: 45_500,
			checks: [fakeCheck({ status: 'failed', exit_code: 1, failing_tests: 2 })],
			diff: { files: 1, added: 9, removed: 0 },
			notes: ['committed once'],
		}),
	];
	const races: Array<Partial<RaceRecord> & { id: string }> = [
		{
			id: SHELF.race,
			task: 'Make the greeting polite in every language',
			created_at: '2026-11-22T20:00:00.000Z',
			ended_at: '2026-11-22T20:05:00.000Z',
			entrants,
			verdict: 'claude is first: it passed the check, codex did not.',
			adopted: [{ entrant: 'claude', at: '2026-11-22T20:10:00.000Z', commit: null, branch: null }],
		},
		{ id: SHELF.oldRace, state: 'cleaned', verdict: 'No winner: nobody changed anything.' },
	];
	for (const race of races) {
		const record = raceRecord(race.id, '0'.repeat(40), race);
		const { task, created_at } = record;
		writeMeta(cli, {
			id: race.id,
			kind: 'race',
			status: 'completed',
			objective: task,
			created_at,
			turn_count: 0,
		});
		cli.write(`.agent-relay/sessions/${race.id}/race.json`, `${JSON.stringify(record, null, 2)}\n`);
	}
	for (const [id, agent] of [
		[first, 'claude'],
		[second, 'codex'],
	] as const)
		writeMeta(cli, { id, kind: 'race', status: 'completed', parent: SHELF.race, active_agent: agent });
}

function writeLedger(cli: CliHome): void {
	const entry = (over: object, limit: object) => ({
		agent: 'claude',
		account: 'default',
		model: '*',
		recorded_at: '2026-11-23T08:15:00.000Z',
		until: '2026-11-23T11:30:00.000Z',
		estimated: false,
		strikes: 1,
		limit: {
			kind: 'window',
			reset_at: '2026-11-23T11:30:00.000Z',
			window: 'five_hour',
			scope: 'account',
			source: { channel: 'event', rule: 'claude:rate_limit_event', excerpt: "You've hit your session limit" },
			confidence: 'exact',
			...limit,
		},
		...over,
	});
	const source = {
		channel: 'stderr',
		rule: 'codex:out-of-credits',
		excerpt: 'Quota exceeded. Check your plan.',
	};
	const ledger = {
		schema_version: 1,
		entries: [
			entry({}, {}),
			entry(
				{ agent: 'codex', model: 'o3', until: '2026-11-24T08:15:00.000Z', estimated: true, strikes: 2 },
				{ kind: 'billing', reset_at: null, window: null, scope: 'model', source, confidence: 'estimated' },
			),
			entry(
				{ agent: 'gemini', until: '2026-11-23T08:45:00.000Z' },
				{ kind: 'rate', window: null, reset_at: '2026-11-23T08:45:00.000Z', confidence: 'derived' },
			),
		],
		refused_logins: [
			{
				agent: 'opencode',
				account: 'default',
				mark: null,
				recorded_at: '2026-11-23T07:00:00.000Z',
				until: '2026-11-24T07:00:00.000Z',
				reason: 'Invalid API key',
			},
		],
	};
	cli.write(join(cli.home, '.local/state/agent-relay/limits.json'), JSON.stringify(ledger));
}

/** Recorded by this user's relay, all but the damaged one; what he said in the chat is not confirmed. */
function witness(cli: CliHome): void {
	const sessions = join(cli.repo, '.agent-relay/sessions');
	for (const id of readdirSync(sessions).filter((name) => name !== SHELF.damaged)) {
		const { objective } = JSON.parse(readFileSync(join(sessions, id, 'meta.json'), 'utf8'));
		const beginning: WitnessLine = {
			kind: 'session',
			schema_version: WITNESS_VERSION,
			session_id: id,
			folder: join(sessions, id),
			at: WITNESSED_AT,
		};
		const said =
			id === SHELF.chat ? [] : [wordsLine('objective', 0, objective), ...prompts(join(sessions, id))];
		const path = join(cli.home, '.local/state/agent-relay/witness', `${id}.jsonl`);
		cli.write(path, [beginning, ...said].map(serializeWitness).join(''));
		utimesSync(path, new Date(WITNESSED_AT), new Date(WITNESSED_AT));
	}
}

const WITNESSED_AT = '2026-11-21T10:00:00.000Z';

function wordsLine(kind: 'objective' | 'prompt', turn: number, words: string): WitnessLine {
	const sha256 = createHash('sha256').update(words).digest('hex');
	return { kind, at: WITNESSED_AT, turn, sha256, bytes: Buffer.byteLength(words), words };
}

/** Turns that got the words alone. */
function prompts(session: string): WitnessLine[] {
	return [1, 2].flatMap((turn) => {
		const path = join(session, `turns/00${turn}-prompt.md`);
		return existsSync(path) ? [wordsLine('prompt', turn, readFileSync(path, 'utf8'))] : [];
	});
}

/** Hours since each was last used, newest first in `sessions`. */
const AGES: Readonly<Record<string, number>> = {
	[SHELF.limited]: 2,
	[SHELF.race]: 12,
	[SHELF.entrants[0]]: 13,
	[SHELF.entrants[1]]: 13,
	[SHELF.chat]: 24,
	[SHELF.run]: 46,
	[SHELF.damaged]: 50,
	[SHELF.oldRace]: 40 * 24,
};

function ageSessions(cli: CliHome): void {
	const sessions = join(cli.repo, '.agent-relay/sessions');
	for (const id of readdirSync(sessions)) {
		const at = (SHELF_NOW - (AGES[id] ?? 0) * HOUR) / 1000;
		const inside = readdirSync(join(sessions, id), { recursive: true, encoding: 'utf8' });
		for (const path of [...inside, '.']) utimesSync(join(sessions, id, path), at, at);
	}
}
