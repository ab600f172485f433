/** One call of a tool: what the client sent is checked, the command is called, and its data, or what was wrong, is the answer. */
import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js';
import type { CommandContext } from '../commands/context.ts';
import { RelayError } from '../core/errors.ts';
import { describeSystemFailure } from '../core/files/system-failure.ts';
import { jsonText } from '../core/json-text.ts';
import { safeLine, safeText } from '../core/text.ts';
import { whyNotFitting } from './tools/argument-schema.ts';
import type { Tool } from './tools/tool.ts';

/** More would not fit into the context of an agent. Characters of JSON. */
const MAX_ANSWER_CHARS = 400_000;
const MAX_LINE_CHARS = 1000;

export interface ToolCall {
	tool: Tool;
	/** As the client sent them. */
	given: Readonly<Record<string, unknown>>;
	context: CommandContext;
	/** For what is a bug of ours: its stack. */
	report: (text: string) => void;
}

/** Never throws: what an agent can mend is an answer that says how. */
export async function callTool({ tool, given, context, report }: ToolCall): Promise<CallToolResult> {
	const wrong = whyRefused(tool, given);
	if (wrong !== null) return failed('usage', `${wrong}.`, `What ${tool.name} takes: ${describeTakes(tool)}.`);
	try {
		const called = await tool.command.call(context, givenTo(tool, given));
		return answer(tool, called.toJson());
	} catch (error) {
		return failureOf(error, report);
	}
}

function whyRefused({ takes }: Tool, given: Readonly<Record<string, unknown>>): string | null {
	for (const name of Object.keys(given)) if (!Object.hasOwn(takes, name)) return unknownArgument(name);
	for (const [name, one] of Object.entries(takes)) {
		const value = given[name];
		if (value === undefined && !one.isNeeded) continue;
		if (value === undefined) return `${name} is missing`;
		const why = whyNotFitting(name, value, one);
		if (why !== null) return why;
	}
	return null;
}

const unknownArgument = (name: string) => `there is no argument ${JSON.stringify(name.slice(0, 80))}`;

function describeTakes({ takes }: Tool): string {
	const names = Object.entries(takes).map(([name, { isNeeded }]) => (isNeeded ? name : `${name} (optional)`));
	return names.length === 0 ? 'nothing' : names.join(', ');
}

/** As a front end gives it to the command. */
function givenTo(
	{ takes, toOptions, given: always = { json: true } }: Tool,
	given: Readonly<Record<string, unknown>>,
) {
	if (toOptions !== undefined) return { ...always, ...toOptions(given) };
	const options = Object.entries(takes).flatMap(([name, { option, toGiven }]) =>
		given[name] === undefined ? [] : [[option, toGiven(given[name])] as const],
	);
	return { ...always, ...Object.fromEntries(options) };
}

function answer(tool: Tool, data: unknown): CallToolResult {
	if (!isObject(data)) throw new Error(`${tool.name} gave no object`);
	const text = jsonText(data).trimEnd();
	if (text.length > MAX_ANSWER_CHARS)
		return failed(
			'refused',
			`The answer has ${text.length} characters; ${MAX_ANSWER_CHARS} is the most that a tool gives.`,
			'Ask for less: a smaller limit, one session, or a filter.',
		);
	return { content: [{ type: 'text', text }], structuredContent: data };
}

const isObject = (data: unknown): data is Record<string, unknown> =>
	typeof data === 'object' && data !== null && !Array.isArray(data);

function failureOf(error: unknown, report: (text: string) => void): CallToolResult {
	if (error instanceof RelayError) {
		const cause = describeSystemFailure(error.cause);
		const hint = error.hint ?? (cause === null ? null : `${cause.message}. ${cause.hint}`);
		return failed(error.code, error.message, hint);
	}
	const system = describeSystemFailure(error);
	if (system !== null) return failed('failed', system.message, system.hint);
	report(safeText(error instanceof Error ? (error.stack ?? error.message) : String(error)));
	return failed('bug', 'This is a bug in agent-relay.', 'Its details are on the stderr of the server.');
}

function failed(code: string, message: string, hint: string | null): CallToolResult {
	const lines = [`${code}: ${safeLine(message, MAX_LINE_CHARS)}`, ...(hint === null ? [] : [hint])];
	const text = lines.map((line) => safeLine(line, MAX_LINE_CHARS)).join('\n');
	return { isError: true, content: [{ type: 'text', text }] };
}
