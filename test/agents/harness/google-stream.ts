import type { ServerResponse } from 'node:http';
import { type Answer, USAGE } from './answers.ts';

type Message = Extract<Answer, { type: 'message' }>;

/** One Gemini `streamGenerateContent` answer in SSE. */
export async function streamGoogle(response: ServerResponse, message: Message): Promise<void> {
	const { input, output, cached } = message.usage ?? USAGE;
	const chunk = (parts: unknown[], more: Record<string, unknown> = {}) =>
		response.write(
			`data: ${JSON.stringify({
				candidates: [{ content: { role: 'model', parts }, index: 0, ...more }],
				usageMetadata: {
					promptTokenCount: input + cached,
					cachedContentTokenCount: cached,
					candidatesTokenCount: output,
					totalTokenCount: input + cached + output,
				},
			})}\r\n\r\n`,
		);
	if (message.thought !== undefined) chunk([{ text: message.thought, thought: true }]);
	if (message.text !== undefined) chunk([{ text: message.text }]);
	for (const { name, input: args } of message.calls ?? []) chunk([{ functionCall: { name, args } }]);
	await message.until;
	chunk([{ text: '' }], { finishReason: 'STOP' });
	response.end();
}
