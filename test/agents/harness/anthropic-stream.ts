import type { ServerResponse } from 'node:http';
import { type Answer, USAGE } from './answers.ts';

type Message = Extract<Answer, { type: 'message' }>;
type Json = Record<string, unknown>;

/** One Anthropic messages stream; text goes out before `until`, the stream ends after it. */
export async function streamAnthropic(response: ServerResponse, message: Message, model: string, n: number) {
	const { input, output, cached } = message.usage ?? USAGE;
	const event = (type: string, data: Json) =>
		response.write(`event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`);
	let index = 0;
	const block = (content: Json, ...deltas: Json[]) => {
		event('content_block_start', { index, content_block: content });
		for (const delta of deltas) event('content_block_delta', { index, delta });
		event('content_block_stop', { index });
		index++;
	};
	event('message_start', { message: startOf(model, n, { input, cached }) });
	if (message.thought !== undefined)
		block(
			{ type: 'thinking', thinking: '', signature: '' },
			{ type: 'thinking_delta', thinking: message.thought },
			{ type: 'signature_delta', signature: 'c2ln' },
		);
	if (message.text !== undefined)
		block({ type: 'text', text: '' }, { type: 'text_delta', text: message.text });
	const calls = message.calls ?? [];
	calls.forEach((call, at) => {
		const id = `toolu_${n}_${at}`;
		const json = { type: 'input_json_delta', partial_json: JSON.stringify(call.input) };
		block({ type: 'tool_use', id, name: call.name, input: {} }, json);
	});
	await message.until;
	const stop = calls.length > 0 ? 'tool_use' : 'end_turn';
	event('message_delta', {
		delta: { stop_reason: stop, stop_sequence: null },
		usage: { output_tokens: output },
	});
	event('message_stop', {});
	response.end();
}

function startOf(model: string, n: number, usage: { input: number; cached: number }): Json {
	return {
		id: `msg_${n}`,
		type: 'message',
		role: 'assistant',
		model,
		content: [],
		stop_reason: null,
		stop_sequence: null,
		usage: {
			input_tokens: usage.input,
			cache_creation_input_tokens: 0,
			cache_read_input_tokens: usage.cached,
			output_tokens: 1,
		},
	};
}
