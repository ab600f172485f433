import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AgentEvent } from '../../src/agents/events.ts';
import { serializeEvent } from '../../src/turns/event-log.ts';
import { readTurnRecord, readTurnRecords } from '../../src/turns/turn-records.ts';
import { fakeTurnState } from '../helpers/fake-turn-state.ts';
import { fakeWitness } from '../helpers/fake-witness.ts';
import { growthOf, LINEAR } from '../helpers/growth.ts';

let folder: string;
beforeAll(() => {
	folder = mkdtempSync(join(tmpdir(), 'agent-relay-records-'));
	mkdirSync(join(folder, 'turns'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const chunk = (messageId: string, text: string): AgentEvent => ({
	type: 'agent_message_chunk',
	messageId,
	text,
});
const plan: AgentEvent = { type: 'plan', items: [{ text: 'a', status: 'pending' }] };

function readBack(events: readonly AgentEvent[], change = (log: string) => log): AgentEvent[] {
	const log = events.map((event, seq) => serializeEvent({ ts: 0, seq, event })).join('');
	writeFileSync(join(folder, 'turns/001-events.jsonl'), change(log));
	writeFileSync(join(folder, 'turns/001-prompt.md'), 'go');
	const state = fakeTurnState({ turn: 1 });
	return readTurnRecords([{ folder, state, witness: fakeWitness() }])[0]?.events ?? [];
}

describe('the events of a recorded turn', () => {
	it('hold every word that was said, in order, whatever the chunks, and no thought', () => {
		const event = fc.oneof(
			fc
				.tuple(fc.constantFrom('m1', 'm"2\\', 'm3'), fc.string({ unit: 'binary', maxLength: 8 }))
				.map(([id, text]) => chunk(id, text)),
			fc.constant(plan),
			fc.string().map((text): AgentEvent => ({ type: 'agent_thought_chunk', messageId: 'm1', text })),
		);
		const flat = (events: readonly AgentEvent[]) =>
			events.map((entry) => ('text' in entry ? `${entry.messageId}:${entry.text}` : entry.type)).join('\n');
		fc.assert(
			fc.property(fc.array(event, { maxLength: 30 }), (events) => {
				const wanted: AgentEvent[] = [];
				for (const entry of events) {
					const last = wanted.at(-1);
					if (entry.type === 'agent_thought_chunk') continue;
					if (
						entry.type === 'agent_message_chunk' &&
						last?.type === 'agent_message_chunk' &&
						last.messageId === entry.messageId
					)
						wanted[wanted.length - 1] = chunk(last.messageId, last.text + entry.text);
					else wanted.push(entry);
				}
				expect(flat(readBack(events))).toBe(flat(wanted));
			}),
			{ numRuns: 60, seed: 42 },
		);
	});

	it('leave out a line that is damaged and keep its neighbours', () => {
		const events = [chunk('m', 'one '), chunk('m', 'two '), chunk('m', 'three')];
		const read = readBack(events, (log) => log.replace('two ', 'two \\u00'));
		expect(read).toEqual([chunk('m', 'one three')]);
	});

	const wordsOf = (turn: number, length: number) => {
		const words = Array.from({ length }, (_, i) => chunk('m', `word${i} `));
		const log = words.map((event, seq) => serializeEvent({ ts: 0, seq, event })).join('');
		writeFileSync(join(folder, `turns/00${turn}-events.jsonl`), log);
		return () =>
			readTurnRecords([{ folder, state: fakeTurnState({ turn }), witness: fakeWitness() }])[0]?.events ?? [];
	};

	it('take a time to read that grows with the log', () => {
		const [long, short] = [wordsOf(1, 64_000), wordsOf(2, 1_000)];
		expect(growthOf((words) => void (words === 1_000 ? short() : long()), 1_000)).toBeLessThan(LINEAR);
	});

	it('of a log of hundreds of thousands of words are its first and its last words', () => {
		const read = wordsOf(1, 300_000)();
		const text = read.map((event) => ('text' in event ? event.text : '')).join('');
		expect(text).toMatch(/^word0 word1 [\s\S]*word299999 $/);
	});
});

describe('a line of a log that is no JSON', () => {
	const events = [chunk('m1', 'one'), plan, chunk('m2', 'two')];
	const issuesOf = (change: (log: string) => string, size = 1) => {
		const many = Array.from({ length: size }, () => events).flat();
		const log = many.map((event, seq) => serializeEvent({ ts: 0, seq, event })).join('');
		writeFileSync(join(folder, 'turns/001-events.jsonl'), change(log));
		writeFileSync(join(folder, 'turns/001-prompt.md'), 'go');
		const state = { ...fakeTurnState({ turn: 1 }), hashes: { prompt: null, events: null, output: null } };
		return readTurnRecords([{ folder, state, witness: fakeWitness() }])[0]?.issues ?? [];
	};

	it('is named with its number', () => {
		const broken = (log: string) => log.replace('"type":"plan"', '"type":"pl');
		expect(issuesOf(broken)).toEqual(['turns/001-events.jsonl: line 2 is not JSON and left out']);
		expect(issuesOf((log) => broken(broken(log)), 2)).toEqual([
			'turns/001-events.jsonl: lines 2, 5 are not JSON and left out',
		]);
	});

	it('is not named where its writer died in it, or where it is of a newer version', () => {
		expect(issuesOf((log) => log.slice(0, -9))).toEqual([]);
		expect(issuesOf((log) => log.replace('"type":"plan"', '"type":"of tomorrow"'))).toEqual([]);
	});

	it('is named in the end of a log that is too long to be read whole', () => {
		const long = Array.from({ length: 20 }, () => chunk('m1', 'x'.repeat(1024 * 1024)));
		const before = long.map((event, seq) => serializeEvent({ ts: 0, seq, event })).join('');
		expect(issuesOf((log) => `${before}{"broken\n${log}`)).toEqual([
			'turns/001-events.jsonl: line 21 is not JSON and left out',
		]);
	});
});

describe('a long log that is read in part', () => {
	const lines = Array.from({ length: 40_000 }, (_, seq) =>
		serializeEvent({ ts: 0, seq, event: chunk(`m${seq}`, 'é') }),
	);
	const log = lines.with(39_990, 'odd\n').join('');
	const read = (maxBytes: number, hash: string) => {
		writeFileSync(join(folder, 'turns/001-events.jsonl'), log);
		writeFileSync(join(folder, 'turns/001-prompt.md'), 'go');
		const hashes = { prompt: null, events: hash, output: null };
		return readTurnRecord({ folder, state: fakeTurnState({ hashes }), witness: fakeWitness() }, maxBytes);
	};
	const hash = createHash('sha256').update(log).digest('hex');

	it('is checked as a whole, says how much was left out, and counts lines from its beginning', () => {
		const { events, issues, leftOutBytes } = read(100_000, hash);
		expect(Buffer.byteLength(log)).toBeGreaterThan(3 * 1024 * 1024);
		expect(leftOutBytes).toBe(Buffer.byteLength(log) - 100_000);
		expect(issues).toEqual(['turns/001-events.jsonl: line 39991 is not JSON and left out']);
		const ids = events.map((event) => ('messageId' in event ? event.messageId : ''));
		expect(ids[0]).toBe('m0');
		expect(ids.at(-1)).toBe('m39999');
		expect(events.length).toBeLessThan(2000);
	});

	it('is known to be another where any byte of it is', () => {
		expect(
			read(
				100_000,
				hash.replace(/^./, (digit) => (digit === '0' ? '1' : '0')),
			).issues,
		).toContain('turns/001-events.jsonl was changed after the relay wrote it');
	});
});
