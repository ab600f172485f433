/**
 * Copilot's own record of a session (`session-state/ID/events.jsonl`): the only place with tokens, why an answer ended, and the
 * to-do list of earlier turns. A turn is what follows the main conversation's last `user.message` (sub-agents' have an
 * `agentId`); its usage is not summed up if neither that nor the session's start is in the part that was read.
 */
import type { NativeFacts } from '../../agent-adapter.ts';
import { NO_TOKENS, type PlanItem, type TokenCounts } from '../../events.ts';
import {
	countOrNull,
	type JsonObject,
	objectOrEmpty,
	parseObject,
	textOrNull,
} from '../../reading/json-fields.ts';
import { TodoTable } from '../stream/todos.ts';

const KEPT =
	/"(?:user\.message|session\.start|session\.usage_record|tool\.execution_start|tool\.execution_complete)"/;

/** The facts in `tail`, the end of the record. Torn, foreign and unknown lines are skipped. */
export function parseSessionRecord(tail: string): NativeFacts | null {
	const plan = new RecordedPlan();
	let usages: JsonObject[] = [];
	let isRecord = false;
	let isTurn = false;
	for (const text of tail.split('\n')) {
		const line = KEPT.test(text.slice(0, 80)) ? parseObject(text) : null;
		if (line === null) continue;
		isRecord = true;
		const data = objectOrEmpty(line.data);
		plan.read(line, data);
		if (line.type === 'session.start') isTurn = true;
		if (line.type === 'user.message' && line.agentId === undefined) {
			usages = [];
			isTurn = true;
		}
		if (line.type === 'session.usage_record') usages.push(objectOrEmpty(data.usage));
	}
	if (!isRecord) return null;
	const items = plan.items;
	return { ...(isTurn ? factsOf(usages) : {}), ...(items === null ? {} : { plan: items }) };
}

function factsOf(usages: readonly JsonObject[]): NativeFacts {
	const last = usages.at(-1);
	if (last === undefined) return {};
	const reason = last.contentFilterTriggered === true ? 'content_filter' : textOrNull(last.finishReason);
	const isCut = reason === 'length' || reason === 'content_filter';
	return { tokens: usages.map(readUsage).reduce(added), ...(isCut ? { errorCode: `finish:${reason}` } : {}) };
}

/** `inputTokens` contains the cached ones, `outputTokens` the reasoning. */
function readUsage(usage: JsonObject): TokenCounts {
	const [read, write, reasoning] = [
		countOrNull(usage.cacheReadTokens),
		countOrNull(usage.cacheWriteTokens),
		countOrNull(usage.reasoningTokens),
	];
	return {
		input: without(countOrNull(usage.inputTokens), (read ?? 0) + (write ?? 0)),
		output: without(countOrNull(usage.outputTokens), reasoning ?? 0),
		cacheRead: read,
		cacheWrite: write,
		reasoning,
	};
}

function without(count: number | null, part: number): number | null {
	return count === null ? null : Math.max(0, count - part);
}

function added(a: TokenCounts, b: TokenCounts): TokenCounts {
	const sum = (one: number | null, other: number | null) => (one === null ? other : one + (other ?? 0));
	return {
		...NO_TOKENS,
		input: sum(a.input, b.input),
		output: sum(a.output, b.output),
		cacheRead: sum(a.cacheRead, b.cacheRead),
		cacheWrite: sum(a.cacheWrite, b.cacheWrite),
		reasoning: sum(a.reasoning, b.reasoning),
	};
}

/** The to-do list by the queries that succeeded, from the session's start on; unknown in a record without it. */
class RecordedPlan {
	#table = new TodoTable(null);
	readonly #queries = new Map<string, string>();
	#hasRun = false;

	get items(): PlanItem[] | null {
		return this.#hasRun ? this.#table.items : null;
	}

	read({ type }: JsonObject, data: JsonObject): void {
		if (type === 'session.start') this.#table = new TodoTable();
		const id = textOrNull(data.toolCallId);
		if (id === null) return;
		const query = textOrNull(objectOrEmpty(data.arguments).query);
		if (type === 'tool.execution_start' && data.toolName === 'sql' && query !== null)
			this.#queries.set(id, query);
		if (type !== 'tool.execution_complete' || data.success !== true) return;
		const done = this.#queries.get(id);
		if (done !== undefined) this.#hasRun = this.#table.run(done) || this.#hasRun;
	}
}
