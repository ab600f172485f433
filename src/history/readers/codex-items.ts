/** What single items of a codex rollout say: prompts, calls, results, patches. Pure. */
import { NO_TOKENS, type ToolKind } from '../../agents/events.ts';
import { excerptLine, excerptOutput } from '../../agents/reading/excerpt.ts';
import {
	countOrNull,
	type JsonObject,
	listOrEmpty,
	numberOrNull,
	objectOrEmpty,
	objectOrNull,
	parseObject,
	textOrNull,
} from '../../agents/reading/json-fields.ts';
import { fromIso } from '../../core/clock.ts';
import type { ItemBody, TranscriptFacts, TranscriptItem } from '../transcript-items.ts';

type Event = Extract<TranscriptItem, { kind: 'event' }>['event'];

/** What codex and editors put into the conversation as if the user had said it. */
const NOT_TYPED =
	/^\s*(?:<(?:environment_context|user_instructions|turn_aborted|skill|permissions|user_shell_command|ide_context)\b|<[a-z_]+>|# AGENTS\.md instructions)/;
const REQUEST = '## My request for Codex:';

/** The words that a person typed; null: none. */
export function typedWords(text: string): string | null {
	if (NOT_TYPED.test(text)) return null;
	const at =
		text.startsWith('# Files mentioned by the user:') || text.startsWith('# Context')
			? text.indexOf(REQUEST)
			: -1;
	const words = (at < 0 ? text : text.slice(at + REQUEST.length)).trim();
	return words === '' ? null : words;
}

/** The text of a message item, whoever speaks. */
export function messageText({ content }: JsonObject): string {
	return listOrEmpty(content)
		.map((part) => textOrNull(objectOrEmpty(part).text) ?? '')
		.filter((text) => text !== '')
		.join('\n');
}

export interface CodexCall {
	event: Extract<Event, { type: 'tool_call' }>;
	/** Files that its patch names. */
	patched: readonly string[];
}

const KINDS: Readonly<Record<string, ToolKind>> = {
	shell: 'execute',
	exec_command: 'execute',
	local_shell: 'execute',
	apply_patch: 'edit',
	web_search: 'search',
	view_image: 'read',
};

/** null: the item is not a call. */
export function readCall(item: JsonObject): CodexCall | null {
	const id = textOrNull(item.call_id) ?? textOrNull(item.id);
	if (id === null) return null;
	switch (item.type) {
		case 'function_call':
			return call(
				id,
				textOrNull(item.name),
				objectOrEmpty(parseObject(textOrNull(item.arguments) ?? '')),
				'',
			);
		case 'custom_tool_call':
			return call(id, textOrNull(item.name), {}, textOrNull(item.input) ?? '');
		case 'local_shell_call':
			return call(id, 'local_shell', objectOrEmpty(item.action), '');
		case 'web_search_call':
			return call(id, 'web_search', objectOrEmpty(item.action), '');
		default:
			return null;
	}
}

function call(id: string, named: string | null, input: JsonObject, words: string): CodexCall {
	const name = excerptLine(named ?? 'unknown', 200);
	const command = commandOf(input);
	const patch = words.includes('*** ') ? words : (command ?? '');
	const patched = filesOfPatch(patch);
	const kind = patched.length > 0 ? 'edit' : (KINDS[name] ?? 'other');
	const title = patched[0] ?? command ?? textOrNull(input.query) ?? (words === '' ? name : words);
	const event = {
		type: 'tool_call' as const,
		id,
		name,
		kind,
		title: excerptLine(title),
		command: kind === 'execute' ? command : null,
		paths: [...patched],
	};
	return { event, patched };
}

function commandOf(input: JsonObject): string | null {
	const words = listOrEmpty(input.command).map((word) => textOrNull(word) ?? '');
	const shell = words.length === 3 && /^-l?c$/.test(words[1] ?? '') ? words[2] : null;
	return (
		textOrNull(input.cmd) ??
		textOrNull(input.command) ??
		shell ??
		(words.length === 0 ? null : words.join(' '))
	);
}

const MAX_PATCHED = 500;

function filesOfPatch(text: string): string[] {
	if (!text.includes('*** Begin Patch')) return [];
	const names = [...text.matchAll(/^\*\*\* (?:Add|Update|Delete) File: (.+)$/gm)];
	return names.slice(0, MAX_PATCHED).map(([, name = '']) => name.trim());
}

/** null: the item is not a result. */
export function readResult(item: JsonObject): Extract<Event, { type: 'tool_result' }> | null {
	const id = textOrNull(item.call_id);
	if (id === null || !/^(?:function|custom_tool)_call_output$/.test(textOrNull(item.type) ?? '')) return null;
	const raw = textOrNull(item.output) ?? messageText({ content: item.output });
	const packed = raw.startsWith('{') ? parseObject(raw) : null;
	const output = textOrNull(packed?.output) ?? raw;
	const exitCode = numberOrNull(objectOrEmpty(packed?.metadata).exit_code) ?? exitCodeIn(raw);
	return {
		type: 'tool_result',
		id,
		ok: exitCode === null ? null : exitCode === 0,
		denied: false,
		exitCode,
		output: excerptOutput(output),
		outputBytes: Buffer.byteLength(output),
	};
}

/** codex's own lines come before the command's output. */
function exitCodeIn(output: string): number | null {
	const head = output.slice(0, 400);
	const reported =
		/^(?:Chunk ID: [^\n]*\n)?(?:Wall time: [^\n]*\n)?(?:Process exited with code|Exit code:) (-?\d{1,5})(?:\n|$)/.exec(
			head,
		);
	return reported?.[1] === undefined ? null : Number(reported[1]);
}

/** Without an envelope an item is a response item, and the first line a header. */
export function unwrap(line: JsonObject): { type: string; item: JsonObject } {
	const payload = objectOrNull(line.payload);
	if (payload !== null) return { type: textOrNull(line.type) ?? '', item: payload };
	return {
		type: line.type === undefined ? (line.record_type === undefined ? 'header' : 'state') : 'response_item',
		item: line,
	};
}

export function usageOf(total: JsonObject): ItemBody[] {
	const input = countOrNull(total.input_tokens);
	if (input === null) return [];
	const cacheRead = countOrNull(total.cached_input_tokens);
	const tokens = {
		...NO_TOKENS,
		input: Math.max(0, input - (cacheRead ?? 0)),
		output: countOrNull(total.output_tokens),
		cacheRead,
		reasoning: countOrNull(total.reasoning_output_tokens),
		reasoningInOutput: true as const,
	};
	return [{ kind: 'usage', scope: 'conversation', tokens }];
}

/** What the first line of a rollout says of the thread. */
export function metaFacts(item: JsonObject): Partial<TranscriptFacts> {
	const isSubAgent = objectOrNull(item.source) !== null;
	const [cwd, version] = [textOrNull(item.cwd), textOrNull(item.cli_version)];
	const startedAt = fromIso(textOrNull(item.timestamp));
	const spawned = objectOrEmpty(objectOrEmpty(objectOrEmpty(item.source).subagent).thread_spawn);
	const parent =
		textOrNull(item.forked_from_id) ??
		textOrNull(item.parent_thread_id) ??
		textOrNull(spawned.parent_thread_id);
	return {
		...(cwd === null ? {} : { cwd }),
		...(version === null ? {} : { version }),
		...(startedAt === null ? {} : { startedAt }),
		...(isSubAgent ? { isSubAgent: true } : {}),
		...(parent === null || !isSubAgent ? {} : { parent }),
	};
}
