import type { ServerResponse } from 'node:http';
import { type Answer, type ModelCall, USAGE } from './answers.ts';

type Message = Extract<Answer, { type: 'message' }>;
type Json = Record<string, unknown>;

/** One OpenAI responses stream. A call whose input is text is a custom tool call (`apply_patch`). */
export async function streamResponses(response: ServerResponse, message: Message, model: string, n: number) {
	let sequence = 0;
	const event = (type: string, data: Json) =>
		response.write(
			`event: ${type}\ndata: ${JSON.stringify({ type, sequence_number: sequence++, ...data })}\n\n`,
		);
	const output: Json[] = [];
	const put = (item: Json, during: () => void = () => {}) => {
		const at = { output_index: output.length };
		event('response.output_item.added', { ...at, item });
		during();
		event('response.output_item.done', { ...at, item });
		output.push(item);
	};
	const head = { id: `resp_${n}`, object: 'response', model };
	event('response.created', { response: { ...head, status: 'in_progress', output: [] } });
	if (message.thought !== undefined)
		put({
			id: `rs_${n}`,
			type: 'reasoning',
			summary: [{ type: 'summary_text', text: message.thought }],
			encrypted_content: 'ZW5j',
		});
	if (message.text !== undefined) {
		const { text } = message;
		put(textItem(n, text), () =>
			event('response.output_text.delta', {
				item_id: `msg_${n}`,
				output_index: output.length,
				content_index: 0,
				delta: text,
			}),
		);
	}
	for (const [at, call] of (message.calls ?? []).entries()) put(callItem(call, `call_${n}_${at}`));
	await message.until;
	event('response.completed', {
		response: { ...head, status: 'completed', output, usage: usageOf(message) },
	});
	response.end();
}

function textItem(n: number, text: string): Json {
	return {
		id: `msg_${n}`,
		type: 'message',
		role: 'assistant',
		status: 'completed',
		content: [{ type: 'output_text', text, annotations: [] }],
	};
}

function callItem({ name, input, namespace }: ModelCall, callId: string): Json {
	const head = {
		status: 'completed',
		call_id: callId,
		name,
		...(namespace === undefined ? {} : { namespace }),
	};
	return typeof input === 'string'
		? { id: `ctc_${callId}`, type: 'custom_tool_call', ...head, input }
		: { id: `fc_${callId}`, type: 'function_call', ...head, arguments: JSON.stringify(input) };
}

function usageOf({ usage = USAGE }: Message): Json {
	const input = usage.input + usage.cached;
	return {
		input_tokens: input,
		input_tokens_details: { cached_tokens: usage.cached },
		output_tokens: usage.output,
		output_tokens_details: { reasoning_tokens: 0 },
		total_tokens: input + usage.output,
	};
}
