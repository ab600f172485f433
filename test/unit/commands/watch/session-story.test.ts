import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { recordToJson } from '../../../../src/commands/watch/record-json.ts';
import { SessionStory } from '../../../../src/commands/watch/session-story.ts';
import { parseSessionId, type SessionId } from '../../../../src/core/ids.ts';
import type { FollowedRecord } from '../../../../src/sessions/follow/follow-session.ts';
import { PLAIN_THEME } from '../../../../src/ui/plain-theme.ts';
import { createPlainSink } from '../../../../src/view/live/plain-view.ts';
import { fakeTurnState } from '../../../helpers/fake-turn-state.ts';

const id = parseSessionId('01K3ZZZZZZZZZZZZZZZZZZZZZZ') as SessionId;
const NOON = Date.parse('2026-11-29T12:00:00.000Z');
let folder: string;
let shown: string;

beforeEach(() => {
	folder = realpathSync(mkdtempSync(join(tmpdir(), 'relay-story-')));
	mkdirSync(join(folder, 'turns'));
	shown = '';
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Whose records are drawn at once, but for a turn's end with `editsOf`. */
function tell(editsOf?: ConstructorParameters<typeof SessionStory>[0]['editsOf']) {
	const stream = {
		write: (text: string) => {
			shown += text;
		},
	};
	const sink = createPlainSink({ output: stream, errorOutput: stream }, PLAIN_THEME);
	const story = new SessionStory({
		sink,
		theme: PLAIN_THEME,
		thinking: undefined,
		folder: () => folder,
		worktree: '/repo',
		editsOf,
	});
	return {
		record: (one: FollowedRecord) => void story.record(one),
		recorded: async (one: FollowedRecord) => story.record(one),
		end: () => story.end(),
	};
}

function record(
	source: 'log' | 'events',
	turn: number,
	type: string,
	facts: object = {},
	at = 0,
): FollowedRecord {
	const json = { ts: new Date(NOON + at).toISOString(), seq: 7, type, ...facts };
	const line = { seq: 7, ts: NOON + at, text: JSON.stringify(json), json };
	return { session: id, source, turn, line, position: { turn, seq: 7, log: 3 } };
}

const started = (turn: number, over: object = {}) =>
	record('log', turn, 'turn_started', {
		...{
			turn,
			agent: 'claude',
			model: 'opus',
			permissions: 'edit',
			trigger: 'user',
			resumed: false,
			packet: null,
		},
		...over,
	});
const state = (turn: number, over: Parameters<typeof fakeTurnState>[0] = {}) =>
	writeFileSync(
		join(folder, 'turns', `00${turn}-state.json`),
		JSON.stringify(fakeTurnState({ turn, agent: 'claude', ...over })),
	);
const finished = (turn: number) =>
	record('log', turn, 'turn_finished', {
		...{
			turn,
			agent: 'claude',
			status: 'completed',
			stop_reason: 'end_turn',
			duration_ms: 5,
			limit: null,
			error: null,
		},
	});
const says = (turn: number, text: string) =>
	record('events', turn, 'agent_message_chunk', { message_id: 'm1', text });

describe('a session that is watched', () => {
	it('is shown with a head for each turn, what its agent does, and how the turn ended', () => {
		state(1, { status: 'completed', stop_reason: 'end_turn', model: 'opus', duration_ms: 12_300 });
		const story = tell();
		const call = {
			id: 't',
			name: 'Bash',
			kind: 'execute',
			title: 'npm test',
			command: 'npm test',
			paths: [],
		};
		const result = { id: 't', ok: true, denied: false, exit_code: 0, output: '', output_bytes: 0 };
		story.record(started(1));
		story.record(says(1, 'All is '));
		story.record(says(1, 'well.'));
		story.record(record('events', 1, 'tool_call', call));
		story.record(record('events', 1, 'tool_result', result, 4000));
		story.record(finished(1));
		story.record(
			record('log', 1, 'checkpointed', {
				reason: 'limit',
				packet: 'resume/1.md',
				next_agent: 'codex',
				reset_at: null,
				pending: false,
			}),
		);
		story.record(started(2, { agent: 'codex', model: null, trigger: 'failover', packet: 'resume/1.md' }));
		expect(shown).toMatch(
			/^turn 1 · claude opus · edit\nAll is well\.\n✓ run npm test · 4\.0 s\n {2}claude opus · 12 s/,
		);
		expect(shown).toContain('\ncheckpoint (limit · resume/1.md · for codex)\n');
		expect(shown).toMatch(/\n\nturn 2 · codex · edit · failover · with resume\/1\.md\n$/);
	});

	it('shows before its footer what a turn changed and no tool has reported, with its lines', async () => {
		state(1, { status: 'completed', stop_reason: 'end_turn', duration_ms: 12_300 });
		const hunks = [{ oldStart: 8, newStart: 8, lines: [' a', '-b', '+c'] }];
		const asked: boolean[] = [];
		const story = tell(async ({ turn }, reported) => {
			asked.push(reported.has('a.ts'), reported.has('b.ts'));
			return [{ path: `${turn}.ts`, kind: 'edit', added: 1, removed: 1, hunks }];
		});
		const call = { id: 't', name: 'Edit', kind: 'edit', title: 'a.ts', command: null, paths: ['a.ts'] };
		const edits = [
			{
				path: 'a.ts',
				kind: 'edit',
				added: 1,
				removed: 0,
				hunks: [{ old_start: 1, new_start: 1, lines: ['+x'] }],
			},
		];
		story.record(started(1));
		story.record(record('events', 1, 'tool_call', call));
		const result = { id: 't', ok: true, denied: false, exit_code: null, output: '', output_bytes: 0, edits };
		story.record(record('events', 1, 'tool_result', result));
		await story.recorded(finished(1));
		expect(asked).toEqual([true, false]);
		expect(shown).toMatch(/• edit 1\.ts \+1 -1\n {2}8 {3}a\n {2}9 - b\n {2}9 \+ c\n {2}claude/);
	});

	it('shows the lines of an edit that has no line numbers once its snapshots have them, and else as they were reported', async () => {
		state(1, { status: 'completed', stop_reason: 'end_turn', duration_ms: 12_300 });
		const placed = { path: 'src/a.ts', kind: 'edit' as const, added: 1, removed: 1 };
		const lines = [{ oldStart: 8, newStart: 8, lines: ['-let b;', '+let c;'] }];
		const edit = (path: string, line: string) => {
			const hunks = [{ old_start: null, new_start: null, lines: [`-${line}`, `+${line}!`] }];
			const edits = [{ path, kind: 'edit', added: 1, removed: 1, hunks }];
			const result = {
				id: path,
				ok: true,
				denied: false,
				exit_code: null,
				output: '',
				output_bytes: 0,
				edits,
			};
			const call = { id: path, name: 'replace', kind: 'edit', title: path, command: null, paths: [path] };
			story.record(record('events', 1, 'tool_call', call));
			story.record(record('events', 1, 'tool_result', result));
		};
		const asked: boolean[] = [];
		const story = tell(async (_, reported) => {
			asked.push(reported.has('src/a.ts'));
			return [
				{ ...placed, hunks: lines },
				{ ...placed, path: 'lost.ts', hunks: [] },
			];
		});
		story.record(started(1));
		edit('/repo/src/a.ts', 'b');
		edit('/repo/lost.ts', 'x');
		edit('/elsewhere/out.ts', 'y');
		expect(shown).toMatch(/✓ edit src\/a\.ts\n✓ edit lost\.ts\n✓ edit \/elsewhere\/out\.ts\n$/);
		await story.recorded(finished(1));
		expect(asked).toEqual([false]);
		expect(shown).toContain(
			[
				...['• edit src/a.ts +1 -1', '  8 - let b;', '  8 + let c;'],
				...['• edit lost.ts +1 -1', '  - x', '  + x!'],
				...['• edit /elsewhere/out.ts +1 -1', '  - y', '  + y!', '  claude'],
			].join('\n'),
		);
	});

	it('shows nothing twice of what the relay logs for itself', () => {
		const story = tell();
		for (const type of ['settled', 'terminal_settled']) story.record(record('log', 0, type, { turn: 1 }));
		story.record(record('log', 0, 'session_opened', { is_new: true }));
		story.record(
			record('log', 0, 'prompt_finished', { outcome: 'completed', turn: 1, earliest_reset: null }),
		);
		expect(shown).toBe('');
	});

	it('has a head also for a turn that began before, or of which no log tells', () => {
		state(3, { trigger: 'failover', participant: 'codex-2' });
		tell().record(says(3, 'on it'));
		expect(shown).toMatch(/^turn 3 · codex-2 .*failover.*\non it/);
	});

	it('shows how a turn ended that its relay could not end: unknown once nobody works there', () => {
		state(1, { status: 'running', stop_reason: null, duration_ms: null });
		const story = tell();
		story.record(started(1));
		story.end();
		expect(shown).toContain('○ claude opus · outcome unknown');
	});

	it('shows a recovered turn as it was judged when the next begins', () => {
		state(1, { status: 'outcome_unknown', stop_reason: null });
		const story = tell();
		story.record(started(1));
		story.record(record('log', 1, 'session_repaired', { found: ['turn 1 was interrupted'] }));
		story.record(started(2));
		expect(shown).toMatch(/turn 1 was interrupted\n[\s\S]*outcome unknown[\s\S]*turn 2/);
	});

	it('never offers keys that reach nobody', () => {
		const story = tell();
		const nobody = {
			limit: null,
			failure: null,
			earliest_reset: '2026-11-29T14:00:00.000Z',
			candidates: [],
			packet: null,
		};
		story.record(started(1));
		story.record(record('log', 1, 'turn_idle', { turn: 1, idle_ms: 300_000 }));
		story.record(
			record('log', 1, 'terminal_asked', {
				turn: 1,
				agent: 'claude',
				text: 'Password:',
				refused_in_ms: null,
			}),
		);
		story.record(record('events', 1, 'interim_answer', { tasks: [{ id: 'b', title: 'a build' }] }));
		story.record(record('log', 1, 'nobody_left', { ...nobody, is_waiting: true }));
		expect(shown).toContain('nothing from claude for 5 min');
		expect(shown).toContain('it continues by itself at');
		expect(shown).not.toContain('Ctrl+C');
	});

	it('lets no record of others reach the terminal as it is', () => {
		state(1, { agent: 'evil\x1b[2J', status: 'completed' });
		const story = tell();
		const bad = '\x1b]0;owned\x07\x1b[2J\u202e';
		story.record(started(1, { agent: bad, model: bad, packet: bad }));
		story.record(says(1, bad));
		story.record(record('log', 1, 'notice', { level: 'warning', text: bad }));
		story.record(record('log', 1, `new_${'type'}`, { what: bad }));
		story.record(
			record('log', 1, 'handed_over', {
				from: bad,
				to: bad,
				reason: 'switch',
				failure: bad,
				limit: null,
				packet: bad,
				candidates: [],
				losses: [bad],
			}),
		);
		story.record(finished(1));
		story.end();
		expect(shown).not.toMatch(/[\x1b\x07\u202e]/);
	});
});

describe('a record as data', () => {
	it('says where it stands, and then what it says itself', () => {
		expect(recordToJson(says(2, 'hi'))).toEqual({
			...{ session_id: id, turn: 2, seq: 7, cursor: `${id}:2:7:3`, record: 'events' },
			...{ ts: '2026-11-29T12:00:00.000Z', type: 'agent_message_chunk', message_id: 'm1', text: 'hi' },
		});
	});

	it('has the state of the turn that it ends, and cannot say that it is another record', () => {
		expect(recordToJson(finished(2), null)).toMatchObject({ turn: 2, record: 'log', state: null });
		const forged = record('events', 2, 'usage', {
			session_id: 'X',
			cursor: 'X:9:9',
			record: 'log',
			turn: 9,
			state: 1,
		});
		expect(recordToJson(forged)).toMatchObject({
			session_id: id,
			turn: 2,
			cursor: `${id}:2:7:3`,
			record: 'events',
		});
	});
});
