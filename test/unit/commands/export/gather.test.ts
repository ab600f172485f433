import { describe, expect, it } from 'vitest';
import { createCleaner } from '../../../../src/commands/export/gather/clean-text.ts';
import { createPricing, usageOf } from '../../../../src/commands/export/gather/costs.ts';
import { eventsByTurn, questionsByTurn } from '../../../../src/commands/export/gather/gather-events.ts';
import { createRedactor } from '../../../../src/handoff/redact.ts';
import { type LogEntry, parseLogLine } from '../../../../src/sessions/log/log-entry.ts';
import { fakeSessionMeta } from '../../../helpers/fake-session-meta.ts';
import { fakeTurnState } from '../../../helpers/fake-turn-state.ts';

const cleaner = createCleaner({ redactor: createRedactor(['known-value-1']), homes: ['/home/ann'] });
const utilization = [{ window: 'five_hour', ratio: 0.4, reset_at: null }];

const costOf = (state: ReturnType<typeof fakeTurnState>) => createPricing([state])(state);

describe('costs', () => {
	it('are of a plan where the agent reports its windows, else as they came about', () => {
		expect(costOf(fakeTurnState())).toEqual({ usd: 0.013, kind: 'reported', prices_as_of: null });
		expect(costOf(fakeTurnState({ utilization }))).toMatchObject({ kind: 'in_plan' });
		expect(costOf(fakeTurnState({ cost_source: 'estimated', prices_as_of: '2026-01-01' }))).toEqual({
			usd: 0.013,
			kind: 'estimated',
			prices_as_of: '2026-01-01',
		});
		expect(costOf(fakeTurnState({ cost_usd: null }))).toBe(null);
		expect(costOf(fakeTurnState({ cost_source: 'none' }))).toBe(null);
	});

	it('are of a plan in each turn of a login that once reported its windows', () => {
		const account = { profile: null, hash: 'abc' };
		const states = [fakeTurnState({ account }), fakeTurnState({ account, utilization })];
		const other = fakeTurnState({ account: { profile: null, hash: 'other' } });
		expect([...states, other].map(createPricing(states)).map((cost) => cost?.kind)).toEqual([
			'in_plan',
			'in_plan',
			'reported',
		]);
	});

	it('are never added up across kinds', () => {
		const states = [
			fakeTurnState(),
			fakeTurnState({ cost_usd: 0.1 }),
			fakeTurnState({ utilization, cost_usd: 1 }),
			fakeTurnState({ cost_source: 'none', cost_usd: 5 }),
		];
		expect(usageOf(states, createPricing(states))).toMatchObject({
			input_tokens: 800,
			output_tokens: 1360,
			cost: { reported_usd: 0.113, in_plan_usd: 1, estimated_usd: null },
		});
	});
});

let seq = 0;
function entry(type: string, fields: Record<string, unknown>, minute = seq): LogEntry {
	const ts = `2026-03-01T12:${String(minute).padStart(2, '0')}:00.000Z`;
	const read = parseLogLine(JSON.stringify({ ts, seq: seq++, type, ...fields }));
	if (read?.event == null) throw new Error(`not an entry: ${type}`);
	return read;
}

const started = (turn: number) =>
	entry('turn_started', {
		turn,
		agent: 'claude',
		model: null,
		permissions: 'edit',
		trigger: 'user',
		resumed: false,
		packet: null,
	});
const checkpointed = (packet: string | null) =>
	entry('checkpointed', { reason: 'switch', packet, next_agent: 'codex', reset_at: null, pending: true });

describe('what happened between turns', () => {
	const meta = fakeSessionMeta({
		created_at: '2026-03-01T12:00:00.000Z',
		notes: [
			{ at: '2026-02-01T12:00:00.000Z', kind: 'note', text: 'of the session before', after_turn: 0 },
			{ at: '2026-03-01T12:02:30.000Z', kind: 'note', text: 'mind known-value-1\nsecond', after_turn: 1 },
		],
	});
	const log = [
		entry('session_opened', { is_new: true }, 0),
		started(1),
		checkpointed(null),
		checkpointed('resume/001-claude-codex.md'),
		entry('agent_switched', { from: 'claude', to: 'codex', model: null, packet: null, losses: [] }),
		entry('noted', { kind: 'note' }),
		started(2),
	];
	const events = eventsByTurn(log, meta, cleaner);

	it('stands behind the turn that it followed, in order, one checkpoint for each hand-over', () => {
		expect([...events.keys()]).toEqual([1]);
		expect(events.get(1)?.map(({ event, text }) => [event, text])).toEqual([
			['note', 'the user left a note'],
			['checkpointed', 'checkpoint (switch · resume/001-claude-codex.md · for codex · a prompt waits)'],
			['agent_switched', 'the user switched from claude to codex'],
		]);
	});

	it('has the words of a note without secrets, and not those of the session before', () => {
		expect(events.get(1)?.[0]?.details).toEqual(['mind [redacted: secret value]', 'second']);
	});
});

describe('questions', () => {
	it('stand with their turn and their answer, in words', () => {
		const question = {
			id: 'q1',
			kind: 'permission',
			title: 'run npm test',
			detail: 'in /home/ann/x',
			options: [{ id: 'yes', label: 'Allow' }],
		};
		const asked = { turn: 2, agent: 'claude', question, denied_in_ms: 1000 };
		const answered = { turn: 2, id: 'q1', answer: { option: 'yes', text: null }, by: 'user' };
		const log = [
			entry('question_asked', asked),
			entry('question_answered', answered),
			entry('question_asked', { ...asked, turn: 3 }),
		];
		const questions = questionsByTurn(log, cleaner);
		expect(questions.get(2)).toEqual([
			{
				kind: 'permission',
				title: 'run npm test',
				detail: 'in ~/x',
				options: ['Allow'],
				answer: 'Allow',
			},
		]);
		expect(questions.get(3)?.[0]?.answer).toBe(null);
	});
});
