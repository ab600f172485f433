/**
 * gemini's own record of a session (JSON lines): the only place with the exit code of a shell command. Only what was
 * written after the turn's start is read; a repeated message replaces its earlier form.
 */
import type { NativeFacts } from '../../agent-adapter.ts';
import {
	type JsonObject,
	listOrEmpty,
	objectOrEmpty,
	parseObject,
	textOrNull,
} from '../../reading/json-fields.ts';

type ToolFact = NonNullable<NativeFacts['toolResults']>[number];

/** The facts in `tail`, the end of the record, from `startedAt` (epoch ms) on; null when nothing in it is readable. */
export function parseSessionRecord(tail: string, startedAt: number): NativeFacts | null {
	const results = new Map<string, ToolFact>();
	let model: string | null = null;
	let isRecord = false;
	for (const text of tail.split('\n')) {
		const line = text.includes('"gemini"') || text.includes('"sessionId"') ? parseObject(text) : null;
		if (line === null) continue;
		isRecord = true;
		if (line.type !== 'gemini' || isBefore(line, startedAt)) continue;
		model = textOrNull(line.model) ?? model;
		for (const call of listOrEmpty(line.toolCalls)) {
			const fact = shellFact(objectOrEmpty(call));
			if (fact !== null) results.set(fact.id, fact);
		}
	}
	if (!isRecord) return null;
	return { ...(model === null ? {} : { model }), toolResults: [...results.values()] };
}

/** A line without a readable time counts. */
function isBefore(line: JsonObject, startedAt: number): boolean {
	const at = Date.parse(textOrNull(line.timestamp) ?? '');
	return Number.isFinite(at) && at < startedAt;
}

function shellFact(call: JsonObject): ToolFact | null {
	const id = textOrNull(call.id);
	if (id === null || call.name !== 'run_shell_command' || call.status !== 'success') return null;
	const [first] = listOrEmpty(call.result);
	const { output } = objectOrEmpty(objectOrEmpty(objectOrEmpty(first).functionResponse).response);
	const exitCode = shellExitCode(textOrNull(output) ?? '', textOrNull(call.resultDisplay));
	return exitCode === null ? null : { id, ok: exitCode === 0, exitCode };
}

const WRAPPED = /^(?:<untrusted_context>\n)?Output: ([\s\S]*?)(?:\n<\/untrusted_context>)?\s*$/;
const TRAILER =
	/\n(?:Error: [^\n]*\n)?(?:Exit Code: (-?\d{1,10}))?\n?(?:Signal: ([^\n]+))?\n?(?:Background PIDs: [^\n]*)?\n?(?:Process Group PGID: \d+)?$/;

/**
 * The exit code in the block that the CLI puts after a command's output; without such a line it was 0. The command's
 * own output may end in the same words: if the record also has it separately (`resultDisplay`), it is cut away first. null
 * for commands that were cancelled, sent to the background or ended by a signal.
 */
export function shellExitCode(reported: string, display: string | null): number | null {
	const body = WRAPPED.exec(reported)?.[1];
	if (body === undefined) return null;
	const own = display !== null && display !== '' && body.startsWith(display) ? display.length : 0;
	const rest = body.slice(own);
	if (own > 0 && rest === '') return 0;
	const trailer = TRAILER.exec(own > 0 ? rest : body.slice(-2000));
	if (trailer === null) return own > 0 ? null : 0;
	const [, code, signal] = trailer;
	if (signal !== undefined) return null;
	return code === undefined ? 0 : Number(code);
}
