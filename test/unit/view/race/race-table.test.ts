import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AgentEvent } from '../../../../src/agents/events.ts';
import type { RaceEvent } from '../../../../src/race/race-contract.ts';
import type { EntrantRecord } from '../../../../src/race/record/race-record.ts';
import { columnsOf } from '../../../../src/ui/text-width.ts';
import { createTheme } from '../../../../src/ui/theme.ts';
import { RaceProgress } from '../../../../src/view/race/race-progress.ts';
import { raceTableRows } from '../../../../src/view/race/race-table.ts';
import { fakeCheck, fakeEntrant } from '../../../helpers/fake-entrant.ts';
import { fakeTurnState } from '../../../helpers/fake-turn-state.ts';
import { raceRecord } from '../../../helpers/race-record.ts';

const NOON = Date.parse('2026-11-21T12:00:00.000Z');
const theme = createTheme(false);

function progressOf(entrants: EntrantRecord[], ...events: RaceEvent[]): RaceProgress {
	const progress = new RaceProgress();
	progress.event({ type: 'race_started', record: raceRecord('R', 'b', { entrants }) });
	for (const event of events) progress.event(event);
	return progress;
}

const working = (id: string, over: Partial<EntrantRecord> = {}) =>
	fakeEntrant(id, {
		state: 'working',
		outcome: null,
		work_ms: null,
		diff: null,
		started_at: '2026-11-21T11:59:00.000Z',
		...over,
	});

const does = (entrant: string, event: AgentEvent): RaceEvent => ({
	type: 'entrant_event',
	entrant,
	event: { type: 'agent_event', turn: 1, event },
});

const rowsAt = (progress: RaceProgress, columns: number, maxRows = 40) =>
	raceTableRows(progress.entrants(), { columns, maxRows, theme, now: NOON, elapsedMs: 0 });

const call = (title: string, paths: string[] = []): AgentEvent => ({
	type: 'tool_call',
	id: '1',
	name: 'Edit',
	kind: 'edit',
	title,
	command: null,
	paths,
});

describe('the live table of a race', () => {
	const busy = () =>
		progressOf(
			[
				working('claude'),
				fakeEntrant('codex', {
					checks: [fakeCheck(), fakeCheck({ status: 'failed', exit_code: 1 })],
					tokens: { input: 12_300, output: 900 },
					cost_usd: 0.12,
					cost_source: 'estimated',
					diff: { files: 3, added: 40, removed: 2 },
					work_ms: 65_000,
				}),
				fakeEntrant('gemini', { state: 'waiting', outcome: null, diff: null, work_ms: null }),
			],
			does('claude', call('/data/claude/src/a.ts', ['/data/claude/src/a.ts'])),
			does('claude', {
				type: 'usage',
				scope: 'turn',
				tokens: { input: 100, output: 20, cacheRead: 900, cacheWrite: null, reasoning: null },
				costUsd: 0.5,
			}),
		);

	it('tells number, state, time, checks, files, cost, tokens and the last action on a wide terminal', () => {
		const [claude = '', codex = '', gemini = ''] = rowsAt(busy(), 120);
		expect(claude).toMatch(/^1 ⠋ claude +working +1 min +1 file +~\$0\.50 +1k in 20 out +edit src\/a\.ts$/);
		expect(codex).toMatch(/^2 ✗ codex +finished +1 min 5 s +1\/2 ok +3 \+40 -2 +~\$0\.12 +12k in 900 out/);
		expect(gemini).toMatch(/^3 · gemini +waiting/);
	});

	it('puts the figures on a second row where the terminal is narrow, and leaves them out where it is low', () => {
		expect(rowsAt(busy(), 40)).toEqual(
			[
				'1 ⠋ claude  working       1 min',
				'    1 file · ~$0.50 · 1k in 20 out · e…',
				'2 ✗ codex   finished  1 min 5 s',
				'    1/2 ok · 3 +40 -2 · ~$0.12 · 12k i…',
				'3 · gemini  waiting',
			].map((row) => expect.stringContaining(row)),
		);
		expect(rowsAt(busy(), 40, 4)).toHaveLength(3);
	});

	it('names the day of the prices below, where a cost is estimated and the terminal is not too low', () => {
		const estimate = { cost_usd: 0.12, cost_source: 'estimated', prices_as_of: '2025-11-30' } as const;
		const note = '~: estimated from the list prices of 2025-11-30';
		const ended = progressOf([fakeEntrant('codex', estimate), fakeEntrant('claude')]);
		expect(rowsAt(ended, 120)).toHaveLength(3);
		expect(rowsAt(ended, 120).at(-1)).toBe(note);
		expect(rowsAt(ended, 120, 2)).toHaveLength(2);
		const state = fakeTurnState(estimate);
		const goesOn = progressOf([working('codex')], {
			type: 'entrant_event',
			entrant: 'codex',
			event: { type: 'turn_finished', turn: 1, state },
		});
		expect(rowsAt(goesOn, 120)).toEqual([expect.stringContaining('~$0.12'), note]);
	});

	it('shows the last line that the agent said, put together from its pieces', () => {
		const say = (text: string) => does('claude', { type: 'agent_message_chunk', messageId: 'm', text });
		const progress = progressOf([working('claude')], say('First.\nNow I lo'), say('ok at \x1b[2Jit'));
		expect(progress.entrants()[0]?.lastAction).toBe('Now I look at it');
	});

	it('shows what a check prints', () => {
		const output = { type: 'command_output', entrant: 'claude', command: 'npm test' } as const;
		const progress = progressOf([working('claude', { state: 'checking' })], {
			...output,
			chunk: Buffer.from('one\ntwo\x07\n'),
		});
		expect(progress.entrants()[0]?.lastAction).toBe('npm test: two\\x07');
	});

	it('never leaves the terminal, whatever is told', () => {
		const word = fc.string({ unit: 'grapheme', maxLength: 60 });
		const entrant = fc.record({
			id: fc.stringMatching(/^[a-z][a-z0-9-]{0,39}$/),
			state: fc.constantFrom('waiting', 'preparing', 'working', 'checking', 'ended' as const),
			reason: fc.option(word),
			work_ms: fc.option(fc.nat(9e8)),
			cost_usd: fc.option(fc.double({ min: 0, max: 1e4, noNaN: true })),
			files: fc.option(fc.nat(1e6)),
		});
		fc.assert(
			fc.property(
				fc.uniqueArray(entrant, { selector: ({ id }) => id, maxLength: 12 }),
				fc.integer({ min: 20, max: 160 }),
				word,
				(entrants, columns, action) => {
					const records = entrants.map(({ files, ...over }) =>
						fakeEntrant(over.id, {
							...over,
							outcome: over.state === 'ended' ? 'setup_failed' : null,
							diff: files === null ? null : { files, added: files, removed: files },
						}),
					);
					const said = records.map(({ id }) => does(id, call(action)));
					const rows = rowsAt(progressOf(records, ...said), columns);
					for (const row of rows)
						expect(columnsOf(row), JSON.stringify(row)).toBeLessThan(Math.max(columns, 34));
				},
			),
		);
	});
});
