/** How a prompt or a chat ended, as the last line of `--json`: snake_case keys, ISO-8601 times. */
import { toIsoOrNull } from '../core/clock.ts';
import type { ChatResult } from '../relay/chat/chat-contract.ts';
import type { SendResult } from '../relay/conversation-contract.ts';
import { limitToDisk } from '../turns/event-log.ts';

type Json = Record<string, unknown>;

/** The last line of `run --json`. `answer`: null where the last turn gave none. */
export function resultToJson(result: SendResult, exitCode: number, answer: string | null): Json {
	return {
		type: 'result',
		outcome: result.outcome,
		exit_code: exitCode,
		session: result.sessionId,
		session_id: result.sessionId,
		answer,
		limit: result.limit && limitToDisk(result.limit),
		earliest_reset: toIsoOrNull(result.earliestReset),
		state: result.state,
	};
}

/** The last line of `chat --json`. */
export function chatResultToJson(result: ChatResult, exitCode: number): Json {
	return {
		type: 'result',
		outcome: result.outcome,
		exit_code: exitCode,
		session_id: result.sessionId,
		turns: result.turns,
		last_message: result.lastMessage,
		participants: result.participants,
		packet: result.packet,
		earliest_reset: toIsoOrNull(result.earliestReset),
	};
}
