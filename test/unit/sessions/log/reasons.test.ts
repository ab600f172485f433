import { expect, it } from 'vitest';
import type { LogEvent } from '../../../../src/sessions/log/log-entry.ts';
import { reasonsByTurn } from '../../../../src/sessions/log/reasons.ts';

const started = (turn: number): LogEvent => ({
	type: 'turn_started',
	turn,
	agent: 'claude',
	model: null,
	permissions: 'edit',
	trigger: 'user',
	resumed: false,
	packet: null,
});
const chosen: LogEvent = { type: 'agent_chosen', agent: 'codex', model: null, why: 'w', candidates: [] };
const waited: LogEvent = { type: 'wait_ended', agent: 'claude', is_due: true };

it('stand with the turn that they followed', () => {
	const events = [chosen, started(1), { type: 'settled' as const }, waited, started(2), chosen];
	const entries = events.map((event, at) => ({ ts: 0, seq: at + 1, event, raw: {} }));
	expect([...reasonsByTurn([...entries, { ts: 0, seq: 9, event: null, raw: {} }])]).toEqual([
		[0, [chosen]],
		[1, [waited]],
		[2, [chosen]],
	]);
});
