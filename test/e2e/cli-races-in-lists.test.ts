/** Races and chats among the sessions of a repo, from records that lie there. */
import { utimesSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RACE_RECORD_VERSION } from '../../src/race/record/race-record.ts';
import type { SessionMeta } from '../../src/sessions/session-meta.ts';
import { serializeWitness, WITNESS_VERSION } from '../../src/sessions/witness/witness-file.ts';
import { CliHome } from '../helpers/cli-home.ts';
import { fakeSessionMeta } from '../helpers/fake-session-meta.ts';

const RACE = '01JD00000000000000000RACE0';
const FIRST = '01JD0000000000000000000AAA';
const SECOND = '01JD0000000000000000000BBB';
const CHAT = '01JD000000000000000000CHAT';
const PLAIN = '01JD00000000000000000PP001';
/** Its race was deleted. */
const ORPHAN = '01JD00000000000000000XX001';

let cli: CliHome;

beforeAll(() => {
	cli = new CliHome();
	const write = (meta: Partial<SessionMeta> & { id: string }) =>
		cli.write(
			`.agent-relay/sessions/${meta.id}/meta.json`,
			JSON.stringify(fakeSessionMeta({ status: 'completed', ...meta })),
		);
	// Recorded by this user's relay, so that they are gone on with unasked.
	for (const id of [PLAIN, CHAT])
		cli.write(
			join(cli.home, '.local/state/agent-relay/witness', `${id}.jsonl`),
			serializeWitness({
				kind: 'session',
				schema_version: WITNESS_VERSION,
				session_id: id,
				folder: join(cli.repo, '.agent-relay/sessions', id),
				at: '2026-01-01T00:00:00.000Z',
			}),
		);
	write({ id: PLAIN, objective: 'an ordinary task' });
	write({ id: RACE, kind: 'race', objective: 'who is faster', turn_count: 0 });
	write({ id: FIRST, kind: 'race', parent: RACE, objective: 'who is faster' });
	write({ id: SECOND, kind: 'race', parent: RACE, objective: 'who is faster' });
	write({ id: CHAT, kind: 'chat', objective: 'tabs or spaces' });
	write({ id: ORPHAN, kind: 'race', parent: '01JD00000000000000000G0NE0', objective: 'left over' });
	cli.write(`.agent-relay/sessions/${RACE}/race.json`, JSON.stringify(raceRecord()));
});
afterAll(() => cli.remove());

function raceRecord() {
	const entrant = (id: string, session: string) => ({
		id,
		agent: id,
		model: null,
		session_id: session,
		worktree: `/gone/${id}`,
		ref: `refs/agent-relay/race/${RACE}/${id}`,
		state: 'ended',
		outcome: 'completed',
		reason: null,
		started_at: null,
		ended_at: null,
		work_ms: 1000,
		agents: [id],
		tokens: { input: null, output: null },
		cost_usd: null,
		cost_source: 'none',
		limited_until: null,
		setup: null,
		checks: [],
		commit: null,
		tree: null,
		diff: null,
		notes: [],
	});
	return {
		schema_version: RACE_RECORD_VERSION,
		id: RACE,
		task: 'who is faster',
		state: 'ended',
		created_at: '2026-01-01T00:00:00.000Z',
		ended_at: '2026-01-01T00:01:00.000Z',
		base: { commit: '0'.repeat(40), ref: null, is_snapshot: false },
		options: {
			checks: [],
			setup: null,
			copy: [],
			max_time_s: 60,
			check_time_s: 60,
			jobs: 2,
			permissions: 'edit',
			handover: false,
		},
		folder: '/gone',
		entrants: [entrant('claude', FIRST), entrant('codex', SECOND)],
		ranking: ['claude', 'codex'],
		winner: null,
		verdict: null,
		shared_changes: [],
		adopted: [],
	};
}

interface Row {
	kind: string;
	turn_count: number;
}

const rowOf = (stdout: string, id: string) =>
	stdout.split('\n').find((line) => line.startsWith(id.slice(-6))) ?? null;

describe('sessions', () => {
	it('shows a race as one row with its entrants, and marks what is no ordinary conversation', async () => {
		const { stdout } = await cli.run(['sessions']);
		expect(rowOf(stdout, RACE)).toMatch(/ race +completed .* claude codex +who is faster$/);
		expect(rowOf(stdout, CHAT)).toMatch(/ chat +completed /);
		expect(rowOf(stdout, PLAIN)).toMatch(/^\w+ {2,}completed /);
		expect([rowOf(stdout, FIRST), rowOf(stdout, SECOND)]).toEqual([null, null]);
		expect(rowOf(stdout, ORPHAN)).toMatch(/ entrant of 0G0NE0 +completed /);
	});

	it('fills its rows with what it shows: entrants take no place of the limit', async () => {
		const { stdout } = await cli.run(['sessions', '--limit', '4']);
		for (const id of [RACE, CHAT, PLAIN, ORPHAN]) expect(rowOf(stdout, id)).not.toBeNull();
	});

	it('names with --flat each entrant and its race', async () => {
		const { stdout } = await cli.run(['sessions', '--flat']);
		expect(rowOf(stdout, FIRST)).toContain('entrant of 0RACE0');
		const data = JSON.parse((await cli.run(['sessions', '--flat', '--json'])).stdout);
		expect(data.sessions).toHaveLength(6);
		const lines = JSON.parse((await cli.run(['sessions', '--json'])).stdout);
		expect(lines.sessions).toHaveLength(4);
		const race = lines.sessions.find(({ id }: { id: string }) => id === RACE);
		expect(race.lineage.sessions).toEqual([RACE, FIRST, SECOND].sort());
		expect(data.sessions).toContainEqual(expect.objectContaining({ id: SECOND, kind: 'race', parent: RACE }));
	});
});

describe('show', () => {
	it('sends who looks at a race, or at one of its entrants, to its figures', async () => {
		const race = (await cli.run(['show', RACE])).stdout;
		expect(race).toMatch(/^kind +race\nlook at +agent-relay race show 0RACE0$/m);
		expect(race).not.toMatch(/No turn yet|usage/);
		const entrant = (await cli.run(['show', FIRST])).stdout;
		expect(entrant).toMatch(/^kind +entrant of 0RACE0\nlook at +agent-relay race show 0RACE0$/m);
		expect(entrant).not.toContain('which this session continues');
	});
});

describe('resume', () => {
	it('without a name takes the last conversation, also where a race was used after it', async () => {
		const last = new Date(Date.now() + 60_000);
		utimesSync(join(cli.repo, '.agent-relay/sessions', FIRST), last, last);
		const input = 'Say what you are.\n';
		const { exitCode, stderr } = await cli.run(['resume', '--agent', 'demo-closer'], { input });
		expect(exitCode, stderr).toBe(0);
		const { sessions } = JSON.parse((await cli.run(['sessions', '--json'])).stdout);
		const opened = sessions.find(({ turn_count, kind }: Row) => kind === 'shell' && turn_count === 1);
		expect([PLAIN, CHAT]).toContain(opened?.parent);
	});
});
