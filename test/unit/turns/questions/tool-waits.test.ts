import { describe, expect, it } from 'vitest';
import type { AgentEvent } from '../../../../src/agents/events.ts';
import type { QuestionEvent } from '../../../../src/turns/questions/question-log.ts';
import { TurnFacts } from '../../../../src/turns/turn-facts.ts';

const call = (id: string, command: string): AgentEvent => ({
	type: 'tool_call',
	id,
	name: 'Bash',
	kind: 'execute',
	title: command,
	command,
	paths: [],
});
const result = (id: string): AgentEvent => ({
	type: 'tool_result',
	id,
	ok: true,
	denied: false,
	output: '',
	exitCode: 0,
	outputBytes: 0,
});
const asks = (id: string, what: string | null): QuestionEvent => ({
	type: 'question_asked',
	question: {
		id,
		kind: 'permission',
		title: 'run a command',
		detail: '',
		options: [],
		...(what === null ? {} : { wants: { action: 'run', what, folder: null, reason: null } }),
	},
});
const answers = (id: string): QuestionEvent => ({ type: 'question_answered', id, answer: null, by: 'user' });

type Happened = [number, AgentEvent | QuestionEvent];

function durations(happened: readonly Happened[]) {
	const facts = new TurnFacts();
	for (const [at, event] of happened) {
		if (event.type === 'question_asked' || event.type === 'question_answered') facts.question(event, at);
		else facts.add(event, at);
	}
	return facts.toState().tools.map(({ duration_ms }) => duration_ms);
}

describe('what a tool took', () => {
	it('is without the wait for an answer', () => {
		expect(
			durations([
				[0, call('a', 'npm test')],
				[10, asks('q', 'npm test')],
				[60_010, answers('q')],
				[60_110, result('a')],
			]),
		).toEqual([110]);
	});

	it('is whole for a tool that ran beside the one that waited', () => {
		expect(
			durations([
				[0, call('a', 'npm test')],
				[0, call('b', 'npm run build')],
				[10, asks('q', 'npm test')],
				[510, answers('q')],
				[600, result('b')],
				[700, result('a')],
			]),
		).toEqual([200, 600]);
	});

	it('is without the wait also where it is not known which one waited, and as it is where the question came first', () => {
		expect(
			durations([
				[0, call('a', 'x')],
				[10, asks('q', null)],
				[90, answers('q')],
				[100, result('a')],
			]),
		).toEqual([20]);
		expect(
			durations([
				[0, asks('q', 'x')],
				[5, call('a', 'x')],
				[90, answers('q')],
				[100, result('a')],
			]),
		).toEqual([10]);
		expect(
			durations([
				[0, call('a', 'x')],
				[10, result('a')],
				[20, asks('q', 'x')],
				[90, answers('q')],
			]),
		).toEqual([10]);
	});
});
