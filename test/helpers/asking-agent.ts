import type { AgentAdapter } from '../../src/agents/agent-adapter.ts';
import type { AskedQuestion, QuestionDialect } from '../../src/agents/asking/question.ts';
import { claudeAdapter } from '../../src/agents/claude/adapter.ts';

/**
 * The claude adapter with a way to ask, in the words of `fake-agent.cjs`: `{"ask": …}` in, `{"allowed", "option", "words"}` or
 * `{"denied"}` out.
 */
export function askingClaude(transport: QuestionDialect['transport'] = 'socket'): AgentAdapter {
	return {
		...claudeAdapter,
		questions: () => ({
			transport,
			read(line) {
				const message: unknown = JSON.parse(line);
				if (typeof message !== 'object' || message === null || !('ask' in message)) return null;
				return { type: 'asked', key: null, question: questionOf(message.ask) };
			},
			write: (_, answer) =>
				JSON.stringify(
					answer === null
						? { denied: 'nobody allowed it' }
						: { allowed: answer.option !== 'deny', option: answer.option, words: answer.text },
				),
		}),
		command(turn) {
			const command = claudeAdapter.command(turn);
			const { questionAddress } = turn;
			if (questionAddress === undefined) return command;
			const env = { ...command.env, FAKE_ASK: questionAddress };
			return questionAddress === '-' ? { ...command, env, stdin: 'live' } : { ...command, env };
		},
	};
}

function questionOf(asked: unknown): AskedQuestion {
	const { kind = 'permission', title, detail = '', options = [] } = Object(asked);
	return { kind, title, detail, options };
}
