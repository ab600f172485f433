/**
 * codex's own record of a thread (`rollout-*.jsonl`): the only place with the model, an error code, the exact reset, how
 * much of the plan's windows is used, and which item of the to-do list is in progress. Facts are taken after the last
 * `task_started` line, so that an earlier turn's limit never explains this one; a part without that line is read whole, but
 * then its usage is not summed up.
 */
import type { NativeFacts } from '../../agent-adapter.ts';
import type { PlanItem, TokenCounts, Utilization } from '../../events.ts';
import {
	type JsonObject,
	numberOrNull,
	objectOrEmpty,
	objectOrNull,
	parseObject,
	secondsToEpochMs,
	textOrNull,
} from '../../reading/json-fields.ts';
import { addTokens, readUsage, sameTokens, ZERO_TOKENS } from '../stream/usage.ts';
import { noteCommand, type RecordedCommands } from './rollout-commands.ts';
import { readPlanCall } from './rollout-plan.ts';

interface Window {
	name: string;
	usedPercent: number;
	resetAt: number | null;
}

interface TurnPart {
	hasStart: boolean;
	model: string | null;
	errorCode: string | null;
	windows: Window[];
	total: TokenCounts | null;
	/** Sum of this turn's requests; a repeated line (same total) is one request. */
	spent: TokenCounts;
	plan: PlanItem[] | null;
	commands: RecordedCommands;
}

const newPart = (hasStart: boolean, model: string | null, total: TokenCounts | null): TurnPart => ({
	hasStart,
	model,
	errorCode: null,
	windows: [],
	total,
	spent: ZERO_TOKENS,
	plan: null,
	commands: new Map(),
});

/** The facts of the last turn in `tail`, the end of a rollout file. Torn, foreign and unknown lines are skipped. */
export function parseRollout(tail: string): NativeFacts | null {
	let part = newPart(false, null, null);
	let isRollout = false;
	for (const text of tail.split('\n')) {
		if (
			!/"(?:task_started|turn_context|token_count|task_complete|update_plan|function_call|function_call_output)"/.test(
				text,
			)
		)
			continue;
		const line = parseObject(text);
		if (line === null) continue;
		isRollout = true;
		part = readRolloutLine(part, line);
	}
	return isRollout ? factsOf(part) : null;
}

function readRolloutLine(part: TurnPart, line: JsonObject): TurnPart {
	const payload = objectOrEmpty(line.payload);
	if (line.type === 'turn_context') return { ...part, model: textOrNull(payload.model) ?? part.model };
	if (line.type === 'response_item') {
		noteCommand(part.commands, payload);
		return { ...part, plan: readPlanCall(payload) ?? part.plan };
	}
	if (line.type !== 'event_msg') return part;
	switch (payload.type) {
		case 'task_started':
			return newPart(true, part.model, part.total);
		case 'token_count':
			return readTokenCount(part, payload);
		case 'task_complete':
			return { ...part, errorCode: errorCode(objectOrEmpty(payload.error).codex_error_info) };
		default:
			return part;
	}
}

function readTokenCount(part: TurnPart, payload: JsonObject): TurnPart {
	const windows = readWindows(objectOrNull(payload.rate_limits)) ?? part.windows;
	const info = objectOrNull(payload.info);
	const totalUsage = objectOrNull(info?.total_token_usage);
	const lastUsage = objectOrNull(info?.last_token_usage);
	if (totalUsage === null) return { ...part, windows };
	const total = readUsage(totalUsage);
	if (lastUsage === null || (part.total !== null && sameTokens(part.total, total)))
		return { ...part, windows, total };
	return { ...part, windows, total, spent: addTokens(part.spent, readUsage(lastUsage)) };
}

/** The named windows; null when the line says nothing about limits. */
export function readWindows(limits: JsonObject | null): Window[] | null {
	if (limits === null) return null;
	return ['primary', 'secondary'].flatMap((name) => {
		const window = objectOrEmpty(limits[name]);
		const usedPercent = numberOrNull(window.used_percent);
		return usedPercent === null ? [] : [{ name, usedPercent, resetAt: secondsToEpochMs(window.resets_at) }];
	});
}

/** `"usage_limit_exceeded"` as it is, `{"http_connection_failed":{"http_status_code":402}}` as `http_connection_failed:402`. */
export function errorCode(info: unknown): string | null {
	if (typeof info === 'string') return info;
	const [entry] = Object.entries(objectOrEmpty(info));
	if (entry === undefined) return null;
	const status = numberOrNull(objectOrEmpty(entry[1]).http_status_code);
	return status === null ? entry[0] : `${entry[0]}:${status}`;
}

function factsOf(part: TurnPart): NativeFacts {
	const spent = spentWindow(part.windows);
	const commandResults = [...part.commands.values()].flatMap(({ command, exitCode }) =>
		exitCode === null ? [] : [{ command, exitCode }],
	);
	return {
		...(part.model === null ? {} : { model: part.model }),
		...(part.errorCode === null ? {} : { errorCode: part.errorCode }),
		...(spent === null ? {} : { limit: { resetAt: spent.resetAt, window: spent.name } }),
		...(part.windows.length === 0 ? {} : { utilization: part.windows.map(toUtilization) }),
		...(part.total === null ? {} : { cumulative: part.total }),
		...(part.plan === null ? {} : { plan: part.plan }),
		...(commandResults.length === 0 ? {} : { commandResults }),
		...(part.hasStart && part.spent !== ZERO_TOKENS ? { tokens: part.spent } : {}),
	};
}

/** The window that is used up; of two, the one that opens later, because both must be open again. */
export function spentWindow(windows: readonly Window[]): Window | null {
	const spent = windows.filter(({ usedPercent }) => usedPercent >= 100);
	return spent.reduce<Window | null>(
		(latest, window) => (latest === null || (window.resetAt ?? 0) > (latest.resetAt ?? 0) ? window : latest),
		null,
	);
}

function toUtilization({ name, usedPercent, resetAt }: Window): Utilization {
	return { window: name, ratio: usedPercent / 100, resetAt };
}
