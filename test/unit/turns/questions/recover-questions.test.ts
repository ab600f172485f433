import { describe, expect, it } from 'vitest';
import type { Answer, Wanted } from '../../../../src/agents/asking/question.ts';
import type { AgentEvent } from '../../../../src/agents/events.ts';
import type { LoggedQuestion } from '../../../../src/turns/questions/question-log.ts';
import { repeatQuestions } from '../../../../src/turns/questions/recover-questions.ts';
import { TurnFacts } from '../../../../src/turns/turn-facts.ts';

const call = (id: string, command: string): AgentEvent => ({
	...{ type: 'tool_call', id, name: 'Bash', kind: 'execute', title: command, command, paths: [] },
});
const result = (id: string, denied = false): AgentEvent => ({
	...{ type: 'tool_result', id, ok: !denied, denied, output: '', exitCode: null, outputBytes: 0 },
});
const asks = (id: string, what: string, action: Wanted['action'] = 'run'): LoggedQuestion => {
	const wants = { action, what, folder: null, reason: null };
	const question = {
		id,
		kind: 'permission' as const,
		title: 'run a command',
		detail: what,
		options: [],
		wants,
	};
	return { ts: 1, event: { type: 'question_asked', question } };
};
const answers = (id: string, option: string | null, by = 'user'): LoggedQuestion => {
	const answer: Answer | null = option === null ? null : { option, text: null };
	return { ts: 2, event: { type: 'question_answered', id, answer, by } };
};

/** The tools of a turn that was read again, with the questions that were on record. */
function recovered(read: readonly AgentEvent[], asked: readonly LoggedQuestion[]) {
	const facts = new TurnFacts();
	const add = (events: readonly AgentEvent[]) => {
		for (const event of events) facts.add(event, 3);
	};
	add(read);
	const lines = repeatQuestions(asked, {
		facts,
		repeatQuestion: ({ event, ts }) => facts.question(event, ts),
		question: (event) => facts.question(event, 3),
		events: add,
	});
	facts.close();
	const tools = facts.toState().tools.map(({ title, kind, status }) => [title, kind, status]);
	return { lines, tools };
}

describe('questions of a turn whose relay died', () => {
	it('that were open or denied make the tool that waited a denied one', () => {
		const read = [call('a', 'npm test'), call('b', 'npm run build'), call('c', 'make')];
		const asked = [asks('q1', 'npm test'), asks('q2', 'make'), answers('q2', 'deny')];
		expect(recovered(read, asked)).toEqual({
			lines: ['Asked, but not answered: run a command: npm test'],
			tools: [
				['npm test', 'execute', 'denied'],
				['npm run build', 'execute', 'unknown'],
				['make', 'execute', 'denied'],
			],
		});
	});

	it('that were allowed leave the outcome of the tool unknown', () => {
		const asked = [asks('q1', 'npm test'), answers('q1', 'allow')];
		expect(recovered([call('a', 'npm test')], asked).tools).toEqual([['npm test', 'execute', 'unknown']]);
	});

	it('are among the tools where the CLI does not mention what it asked for', () => {
		const asked = [
			...[asks('q1', 'make', 'leave'), answers('q1', 'deny')],
			...[asks('q2', 'make', 'leave'), answers('q2', 'allow')],
			...[asks('q3', 'make', 'leave'), answers('q3', null, 'timeout')],
			...[asks('q4', '../x', 'edit'), asks('q5', 'mcp__a {}', 'use')],
		];
		expect(recovered([call('a', 'make'), result('a')], asked)).toEqual({
			lines: [
				'Asked, but not answered: run a command: ../x',
				'Asked, but not answered: run a command: mcp__a {}',
			],
			tools: [
				['make', 'execute', 'ok'],
				['make', 'execute', 'denied'],
				['make', 'execute', 'denied'],
				['../x', 'edit', 'denied'],
				['mcp__a {}', 'other', 'denied'],
			],
		});
	});

	it('whose denial the CLI reported are there once', () => {
		const read = [call('a', 'make'), result('a', true)];
		expect(recovered(read, [asks('q1', 'make'), answers('q1', 'deny')]).tools).toHaveLength(1);
	});

	it('that the agent took back refuse nothing', () => {
		const asked = [asks('q1', 'make'), answers('q1', null, 'withdrawn')];
		expect(recovered([call('a', 'make')], asked).tools).toEqual([['make', 'execute', 'unknown']]);
	});
});
