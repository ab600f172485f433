import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { recapOf } from '../../../../src/relay/resume/recap.ts';
import type { LineageEntry } from '../../../../src/sessions/lineage/lineage.ts';
import type { TurnState } from '../../../../src/sessions/turns/turn-state.ts';
import { fakeCheckpoint, fakeSessionMeta } from '../../../helpers/fake-session-meta.ts';
import { fakeTurnState } from '../../../helpers/fake-turn-state.ts';
import { fakeWitness } from '../../../helpers/fake-witness.ts';

let root: string;
beforeEach(() => {
	root = mkdtempSync(join(tmpdir(), 'relay-recap-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** A turn of `folder` with the user's words and what was said; null: none. */
function turn(
	folder: string,
	number: number,
	said: [string | null, string | null],
	over: Partial<TurnState> = {},
) {
	const [prompt, answer] = said;
	mkdirSync(join(folder, 'turns'), { recursive: true });
	const path = (name: string) => join(folder, 'turns', `00${number}-${name}`);
	writeFileSync(path('prompt.md'), prompt ?? 'a packet');
	const event = {
		ts: '2026-01-01T00:00:00.000Z',
		seq: 1,
		type: 'agent_message_chunk',
		message_id: 'm',
		text: answer,
	};
	writeFileSync(path('events.jsonl'), answer === null ? '' : `${JSON.stringify(event)}\n`);
	const range = prompt === null ? null : { turn: number, start: 0, end: Buffer.byteLength(prompt) };
	return fakeTurnState({ turn: number, user_prompt: range, ...over });
}

function entry(
	name: string,
	turns: (folder: string) => TurnState[],
	meta: Partial<LineageEntry['meta']> = {},
) {
	const folder = join(root, name);
	return {
		meta: fakeSessionMeta({ id: name, ...meta }),
		folder,
		turns: turns(folder),
		problems: [],
		witness: fakeWitness(),
	};
}

describe('the facts of a session that is resumed', () => {
	it('come from the session and those it continues', () => {
		const parent = entry('A', (folder) => [turn(folder, 1, ['first', 'one'], { agent: 'codex' })]);
		const own = entry('B', (folder) => [turn(folder, 1, ['second', 'two'], { agent: 'claude' })], {
			title: 'T',
		});
		expect(recapOf([parent, own])).toMatchObject({
			title: 'T',
			turns: 2,
			agents: ['codex', 'claude'],
			said: [
				{ prompt: 'first', answer: { who: 'codex', text: 'one' } },
				{ prompt: 'second', answer: { who: 'claude', text: 'two' } },
			],
			pending: null,
			stopped: null,
			undone: { own: [], others: 0 },
		});
	});

	it('are those of the last turns that said something: a hand-over repeats a prompt, and a limit gives no answer', () => {
		const own = entry(
			'A',
			(folder) => [
				turn(folder, 1, ['do it', 'begun'], { agent: 'claude' }),
				turn(folder, 2, [null, null], { agent: 'codex', status: 'limited' }),
			],
			{ checkpoint: fakeCheckpoint({ reason: 'limit', next_agent: 'gemini', pending_prompt: null }) },
		);
		expect(recapOf([own])).toMatchObject({
			said: [{ prompt: 'do it', answer: { who: 'claude', text: 'begun' } }],
			pending: 'do it',
			stopped: { reason: 'limit', nextAgent: 'gemini', resetAt: null },
		});
	});

	it('have a prompt once that another turn was sent again', () => {
		const own = entry('A', (folder) => [
			turn(folder, 1, ['do it', null], { status: 'limited' }),
			turn(folder, 2, ['do it', 'done'], { agent: 'codex', user_prompt: { turn: 1, start: 0, end: 5 } }),
		]);
		expect(recapOf([own])?.said).toEqual([{ prompt: 'do it', answer: { who: 'codex', text: 'done' } }]);
	});

	it('are the last three exchanges, and of a chat the last three messages', () => {
		const prompts = ['a', 'c', 'c', 'd'];
		const own = entry('A', (folder) => prompts.map((text, at) => turn(folder, at + 1, [text, `${text}!`])));
		expect(recapOf([own])?.said.map(({ prompt, answer }) => [prompt, answer?.text])).toEqual([
			['c', 'c!'],
			['c', 'c!'],
			['d', 'd!'],
		]);
		const chat = entry('C', (folder) =>
			prompts.map((text, at) => turn(folder, at + 1, [null, text], { trigger: 'chat' })),
		);
		expect(recapOf([chat])?.said.map(({ prompt, answer }) => [prompt, answer?.text])).toEqual([
			[null, 'c'],
			[null, 'c'],
			[null, 'd'],
		]);
	});

	it('have each file once, and the checks that failed when they were last run', () => {
		const check = (command: string, status: 'passed' | 'failed') => ({
			kind: 'test' as const,
			command,
			status,
			exit_code: status === 'passed' ? 0 : 1,
		});
		const file = (path: string, added: number) => ({
			path,
			change: 'modified' as const,
			added,
			removed: 0,
			source: 'git' as const,
		});
		const parent = entry('A', (folder) => [
			turn(folder, 1, ['x', 'y'], {
				files: [file('b', 1), file('a', 2)],
				validation: [check('npm test', 'failed'), check('npm run lint', 'failed')],
			}),
		]);
		const own = entry('B', (folder) => [
			turn(folder, 1, ['z', 'y'], {
				files: [file('b', 5)],
				validation: [check('npm test', 'passed')],
				permissions: 'full',
			}),
		]);
		expect(recapOf([parent, own])).toMatchObject({
			files: [
				{ path: 'a', added: 2 },
				{ path: 'b', added: 5 },
			],
			failing: ['npm run lint'],
			permissions: 'full',
		});
	});

	it('are none before the first turn', () => {
		expect(recapOf([entry('A', () => [])])).toBeNull();
		expect(recapOf([])).toBeNull();
	});
});
