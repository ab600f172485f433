import type { ServerResponse } from 'node:http';
import { type Answer, USAGE } from './answers.ts';

type Message = Extract<Answer, { type: 'message' }>;
type Json = Record<string, unknown>;

/** One OpenAI chat-completions stream, as OpenCode asks its configured providers. */
export async function streamChat(response: ServerResponse, message: Message, model: string, n: number) {
	const { input, output, cached } = message.usage ?? USAGE;
	const head = { id: `chat_${n}`, object: 'chat.completion.chunk', created: 1_767_225_600, model };
	const chunk = (delta: Json, finish: string | null, more: Json = {}) =>
		response.write(
			`data: ${JSON.stringify({ ...head, choices: [{ index: 0, delta, finish_reason: finish }], ...more })}\n\n`,
		);
	chunk({ role: 'assistant', content: '' }, null);
	if (message.thought !== undefined) chunk({ reasoning_content: message.thought }, null);
	if (message.text !== undefined) chunk({ content: message.text }, null);
	const calls = message.calls ?? [];
	for (const [index, call] of calls.entries()) {
		const called = { name: call.name, arguments: JSON.stringify(call.input) };
		chunk({ tool_calls: [{ index, id: `call_${n}_${index}`, type: 'function', function: called }] }, null);
	}
	await message.until;
	const usage = {
		prompt_tokens: input + cached,
		prompt_tokens_details: { cached_tokens: cached },
		completion_tokens: output,
		total_tokens: input + cached + output,
	};
	chunk({}, calls.length > 0 ? 'tool_calls' : 'stop', { usage });
	response.write('data: [DONE]\n\n');
	response.end();
}
