import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type AgentEvent, NO_TOKENS } from '../../../../src/agents/events.ts';
import { parseSessionId } from '../../../../src/core/ids.ts';
import { serializeEvent } from '../../../../src/turns/event-log.ts';
import { recordedGauge } from '../../../../src/workstreams/gauge/recorded-gauge.ts';
import { SessionGauge } from '../../../../src/workstreams/gauge/session-gauge.ts';
import { requireWorkstreamName } from '../../../../src/workstreams/workstream-name.ts';
import { fakeTurnState } from '../../../helpers/fake-turn-state.ts';

const ID = parseSessionId('01K00000000000000000000000') ?? expect.fail('not an id');
const NAME = requireWorkstreamName('auth');
const MARKS = { warn_first: 3, warn_second: 5, warn_every: 2 };
const at = (second: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, second)).toISOString();

const call = (id: string, more: object = {}): AgentEvent => ({
	...{ type: 'tool_call', id, name: 'Bash', kind: 'execute', title: id, command: id, paths: [] },
	...more,
});
const usage = (input: number): AgentEvent => ({
	...{ type: 'usage', scope: 'turn', costUsd: null },
	tokens: { ...NO_TOKENS, input },
});

let folder: string;
beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), 'relay-gauge-'));
	mkdirSync(join(folder, 'turns'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function record(turn: number, ended: number | null, events: Array<[second: number, event: AgentEvent]>) {
	const lines = events.map(([second, event], seq) =>
		serializeEvent({ ts: Date.parse(at(second)), seq, event }),
	);
	writeFileSync(join(folder, `turns/00${turn}-events.jsonl`), lines.join(''));
	return fakeTurnState({ turn, started_at: at(0), ended_at: ended === null ? null : at(ended) });
}

const storeOf = (...turns: ReturnType<typeof record>[]) => ({ turns: () => turns, folderOf: () => folder });

describe('what records say that a session did since it was saved', () => {
	it('is the calls and the tokens behind that moment, also of a turn that runs', () => {
		const store = storeOf(
			record(1, 10, [
				[1, call('a')],
				[2, usage(100)],
			]),
			record(2, null, [
				[11, call('b')],
				[12, usage(50)],
				[21, call('c')],
				[21, call('c')],
				[22, call('sub', { speaker: 'sub_agent' })],
				[23, usage(80)],
			]),
		);
		expect(recordedGauge(ID, at(0), store)).toEqual({ calls: 3, tokens: 180 });
		expect(recordedGauge(ID, at(20), store)).toEqual({ calls: 1, tokens: 30 });
		expect(recordedGauge(ID, at(30), store)).toEqual({ calls: 0, tokens: 0 });
	});

	it('is nothing where the records are gone or are something else', () => {
		const gone = fakeTurnState({ turn: 7, started_at: at(0), ended_at: null });
		expect(recordedGauge(ID, at(0), storeOf(gone))).toEqual({ calls: 0, tokens: 0 });
		mkdirSync(join(folder, 'turns/007-events.jsonl'));
		expect(recordedGauge(ID, at(0), storeOf(gone))).toEqual({ calls: 0, tokens: 0 });
	});
});

describe('the gauge of a session', () => {
	const saved = { at: at(0) as string | null };
	const workstreams = {
		savedAt: () => (saved.at === null ? null : { name: NAME, at: saved.at }),
	};
	const open = (store = storeOf()) => new SessionGauge(ID, MARKS, { workstreams, store });
	const counted = (gauge: SessionGauge, ...ids: string[]) => ids.map((id) => gauge.count(call(id)) !== null);
	beforeEach(() => {
		saved.at = at(0);
	});

	it('warns once at each mark, over turns, and counts no call twice and none of a sub-agent', () => {
		const gauge = open();
		expect(counted(gauge, '1', '2', '2')).toEqual([false, false, false]);
		expect(gauge.count(call('sub', { speaker: 'sub_agent' }))).toBeNull();
		gauge.turnEnded();
		expect(counted(gauge, '1', '2', '3', '4', '5')).toEqual([true, false, true, false, true]);
	});

	it('goes on from what the records have, without a warning that was given', () => {
		const calls = ['a', 'b', 'c', 'd'].map((id): [number, AgentEvent] => [1, call(id)]);
		const gauge = open(storeOf(record(1, 2, [...calls, [2, usage(1000)]])));
		expect(gauge.count(call('e'))).toMatch(/^5 tool calls, 1k tokens since the workstream auth/);
	});

	it('begins anew when the state is saved, or the session switched, by whomever', () => {
		const gauge = open();
		gauge.count(usage(5000));
		expect(counted(gauge, '1', '2')).toEqual([false, false]);
		saved.at = at(9);
		expect(counted(gauge, '3', '4')).toEqual([false, false]);
		gauge.count(usage(7000));
		expect(gauge.count(call('5'))).toMatch(/^3 tool calls, 2k tokens /);
	});

	it('is silent where the session works on none', () => {
		saved.at = null;
		expect(counted(open(), '1', '2', '3', '4', '5', '6')).not.toContain(true);
	});
});
