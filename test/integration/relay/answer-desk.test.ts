/** Answers from other processes, over real sockets: who may answer, and what an agent that connects gains. */
import { mkdirSync, mkdtempSync, realpathSync, rmSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RelayError } from '../../../src/core/errors.ts';
import { openQuestions, sendAnswer } from '../../../src/relay/questions/answer-client.ts';
import { AnswerDesk } from '../../../src/relay/questions/answer-desk.ts';
import type { OfferedQuestion } from '../../../src/relay/questions/answer-protocol.ts';

const QUESTION: OfferedQuestion = {
	...{ id: 'a1b2c3', digest: 'd1', session_id: 'S', turn: 1, agent: 'claude', title: 'run a command' },
	...{ detail: 'npm test', folder: '/repo', reason: null, rule: ['npm test'], asked_at: 1, denied_at: 2 },
};

let folder = '';
let desk: AnswerDesk;
let given: Array<[string, string, string | null]>;
let outcome: () => 'taken' | 'too_late';
beforeEach(() => {
	folder = join(realpathSync(mkdtempSync(join(tmpdir(), 'relay-answers-'))), 'private');
	given = [];
	outcome = () => 'taken';
	desk = new AnswerDesk({
		path: join(folder, '1-1-x.answer'),
		prepareFolder: () => mkdirSync(folder, { mode: 0o700, recursive: true }),
		answer: (...answer) => {
			given.push(answer);
			return outcome();
		},
	});
});
afterEach(() => {
	desk.close();
	rmSync(join(folder, '..'), { recursive: true, force: true });
});

const offered = async () => {
	await expect.poll(() => openQuestions(folder), { timeout: 60_000 }).not.toEqual([]);
	const [question] = await openQuestions(folder);
	if (question === undefined) throw new Error('nothing is asked');
	return question;
};
const code = () => desk.code ?? '';
const WRONG = 'AAAAA1';

describe('an answer from another process', () => {
	it('is carried out with the code of the terminal, whatever its case', async () => {
		desk.offer(QUESTION);
		const question = await offered();
		expect(question).toMatchObject(QUESTION);
		expect(statSync(question.address).mode & 0o777).toBe(0o600);
		const answer = { code: ` ${code().toLowerCase()} `, decision: 'no', message: 'not now' } as const;
		outcome = () => {
			// As a relay does it: nothing is open any more before the reply is sent.
			desk.withdraw(question.id);
			return 'taken';
		};
		expect(await sendAnswer(question, answer)).toEqual({ result: 'taken' });
		expect(given).toEqual([['a1b2c3', 'no', 'not now']]);
	});

	it('without the code is none, and after three wrong ones only the terminal answers', async () => {
		desk.offer(QUESTION);
		const question = await offered();
		const answer = { decision: 'yes', message: null } as const;
		expect(await sendAnswer(question, { ...answer, code: '' })).toEqual({ result: 'wrong_code' });
		expect(await sendAnswer(question, { ...answer, code: WRONG })).toEqual({ result: 'wrong_code' });
		const right = code();
		expect(await sendAnswer(question, { ...answer, code: `${right}X` })).toEqual({ result: 'closed' });
		expect(desk.code).toBeNull();
		expect(await sendAnswer(question, { ...answer, code: right })).toEqual({ result: 'closed' });
		desk.offer({ ...QUESTION, id: 'later' });
		expect(await sendAnswer({ ...question, id: 'later' }, { ...answer, code: right })).toEqual({
			result: 'closed',
		});
		expect(given).toEqual([]);
	});

	it('answers no other question: an old id, another digest, one that has gone', async () => {
		desk.offer(QUESTION);
		desk.offer({ ...QUESTION, id: 'other', digest: 'd2' });
		const question = await offered();
		const answer = { code: code(), decision: 'yes', message: null } as const;
		expect(await sendAnswer({ ...question, digest: 'd2' }, answer)).toMatchObject({ result: 'refused' });
		expect(await sendAnswer({ ...question, id: 'unknown' }, answer)).toEqual({ result: 'too_late' });
		desk.withdraw(QUESTION.id);
		expect(await sendAnswer(question, answer)).toEqual({ result: 'too_late' });
		expect(given).toEqual([]);
	});

	it('that came too late, or cannot be carried out, says so', async () => {
		desk.offer(QUESTION);
		const question = await offered();
		const answer = { code: code(), decision: 'always', message: null } as const;
		outcome = () => 'too_late';
		expect(await sendAnswer(question, answer)).toEqual({ result: 'too_late' });
		outcome = () => {
			throw new RelayError('refused', 'config.toml cannot be edited');
		};
		expect(await sendAnswer(question, answer)).toEqual({
			result: 'refused',
			why: 'config.toml cannot be edited',
		});
	});

	it.each([
		['nonsense', 'hello\n'],
		['a list', '[]\n'],
		['another version', '{"v":2,"type":"list"}\n'],
		[
			'a decision that is none',
			'{"v":1,"type":"answer","id":"a1b2c3","digest":"d1","code":"","decision":"allow","message":null}\n',
		],
	])('%s gets a refusal', async (_, sent) => {
		desk.offer(QUESTION);
		const { address } = await offered();
		expect(JSON.parse(await exchange(address, sent))).toMatchObject({ result: 'refused' });
		expect(given).toEqual([]);
	});

	it('a line without end is cut off', async () => {
		desk.offer(QUESTION);
		const { address } = await offered();
		expect(await exchange(address, 'x'.repeat(5 * 1024 * 1024))).toBe('');
	});

	it('goes nowhere once nothing is asked: the socket is gone', async () => {
		desk.offer(QUESTION);
		const question = await offered();
		const right = code();
		desk.withdraw(QUESTION.id);
		expect(await openQuestions(folder)).toEqual([]);
		expect(await sendAnswer(question, { code: right, decision: 'yes', message: null })).toEqual({
			result: 'too_late',
		});
		desk.offer(QUESTION);
		await offered();
		expect(code()).toBe(right);
	});

	it('a folder that is not ours, or no folder, holds no questions; the terminal still answers', async () => {
		expect(await openQuestions(join(folder, 'missing'))).toEqual([]);
		const without = new AnswerDesk({
			path: join(folder, 'x.answer'),
			prepareFolder: () => {
				throw new Error('others may write to it');
			},
			answer: () => 'taken',
		});
		without.offer(QUESTION);
		expect(without.code).toBeNull();
		without.close();
	});
});

function exchange(address: string, sent: string): Promise<string> {
	return new Promise((resolve) => {
		const socket = connect(address);
		let text = '';
		socket.on('connect', () => socket.write(sent));
		socket.on('data', (chunk) => {
			text += chunk;
		});
		socket.on('error', () => undefined);
		socket.on('close', () => resolve(text));
	});
}
