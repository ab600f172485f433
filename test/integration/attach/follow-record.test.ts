import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { NO_MARK, type TuiRecord } from '../../../src/agents/tui/agent-tui.ts';
import { type Heard, RecordFollower } from '../../../src/attach/follow-record.ts';

const ONE = '11111111-2222-4333-8444-555555555555';
const TWO = '11111111-2222-4333-8444-666666666666';
const START = Date.parse('2026-01-01T10:00:00Z');

let home: string;
let open: string[];
let clock: number;
beforeEach(() => {
	home = mkdtempSync(join(tmpdir(), 'relay-follow-'));
	mkdirSync(join(home, '.claude/projects/-r'), { recursive: true });
	mkdirSync(join(home, '.codex/sessions/2026/01/01'), { recursive: true });
	open = [];
	clock = 0;
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const record: TuiRecord = {
	conversations: async () => open,
	isBusy: async () => null,
	interrupt: null,
	workers: async () => [],
	marks: () => (line) => ({ ...NO_MARK, endsTurn: line.type === 'system' }),
};
const follow = (agent: string, nativeId: string | null) =>
	new RecordFollower({
		...{ agent, nativeId, record, env: { HOME: home }, folder: '/r', startedAt: START },
		// Each look is a second after the one before.
		...{ monotonic: () => (clock += 1_000), now: () => START },
	});
const pathOf = (id: string) => join(home, '.claude/projects/-r', `${id}.jsonl`);
let lines = 0;
const line = (id: string, type: string, content: unknown, at = 1) =>
	`${JSON.stringify({
		...{
			type,
			uuid: `u${++lines}`,
			sessionId: id,
			cwd: '/r',
			message: { role: type, content, id: `m${lines}` },
		},
		...(type === 'user' ? { origin: { kind: 'human' }, promptSource: 'typed', userType: 'external' } : {}),
		timestamp: new Date(START + at * 1_000).toISOString(),
	})}\n`;
const text = (words: string) => [{ type: 'text', text: words }];
const brief = (heard: readonly Heard[]) =>
	heard.map((one) =>
		one.step === 'begin' ? `begin ${one.text}` : one.step === 'event' ? one.event.type : one.step,
	);

describe('the transcripts of a TUI', () => {
	it('give what is new, line by line, and keep a torn one for later', async () => {
		writeFileSync(pathOf(ONE), line(ONE, 'user', 'before', -10) + line(ONE, 'assistant', text('old'), -9));
		const follower = follow('claude', ONE);
		expect(brief(await follower.read(new Set([1])))).toEqual([]);
		const next = line(ONE, 'user', 'now') + line(ONE, 'assistant', text('answer'));
		appendFileSync(pathOf(ONE), next.slice(0, -20));
		expect(brief(await follower.read(new Set([1])))).toEqual(['begin now']);
		appendFileSync(pathOf(ONE), next.slice(-20));
		appendFileSync(pathOf(ONE), `${JSON.stringify({ type: 'system' })}\n{"type":"user","mess`);
		expect(brief(await follower.read(new Set([1])))).toEqual(['agent_message_chunk', 'marked']);
		expect(brief(follower.end())).toEqual(['end']);
		expect(follower.ids).toEqual([ONE]);
	});

	it('are those that its processes have open, the last one last', async () => {
		const follower = follow('claude', ONE);
		appendFileSync(pathOf(ONE), line(ONE, 'user', 'first') + line(ONE, 'assistant', text('a')));
		open = [ONE];
		expect(brief(await follower.read(new Set([1])))).toEqual(['begin first', 'agent_message_chunk']);
		open = [TWO];
		appendFileSync(pathOf(TWO), line(TWO, 'user', 'second'));
		expect(brief(await follower.read(new Set([1])))).toEqual(['begin second']);
		open = [ONE];
		await follower.read(new Set([1]));
		expect(follower.ids).toEqual([TWO, ONE]);
		expect(brief(follower.end())).toEqual(['end', 'end']);
	});

	it('are a new one of this folder where no process says which', async () => {
		const rollout = (id: string) =>
			join(home, '.codex/sessions/2026/01/01', `rollout-2026-01-01T10-00-00-${id}.jsonl`);
		const begin = (id: string, cwd: string) =>
			writeFileSync(
				rollout(id),
				`${JSON.stringify({ timestamp: new Date(START + 1).toISOString(), type: 'session_meta', payload: { id, cwd } })}\n`,
			);
		begin(ONE, '/r');
		const follower = follow('codex', null);
		begin(TWO.replace('6666', '7777'), '/elsewhere');
		await follower.read(new Set());
		expect(follower.ids).toEqual([]);
		begin(TWO, '/r');
		await follower.read(new Set());
		expect(follower.ids).toEqual([TWO]);
		follower.end();
	});
});
