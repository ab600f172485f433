/**
 * How the commands of a turn ended, from the thread's own record: a call and its output, joined by the call's id. In the
 * stream, versions such as 0.135.0 do not report the end of a command that took a second.
 */
import {
	type JsonObject,
	listOrEmpty,
	numberOrNull,
	objectOrEmpty,
	parseObject,
	textOrNull,
} from '../../reading/json-fields.ts';

export interface CommandResult {
	command: string;
	exitCode: number;
}

/** Calls by id; `exitCode` is null until the output was read, and for a command that is left running. */
export type RecordedCommands = Map<string, { command: string; exitCode: number | null }>;

const MAX_COMMANDS = 2000;
/** codex's own lines come before the command's output, so nothing a command prints is taken for them. */
const EXIT_CODE =
	/^(?:Chunk ID: [^\n]*\n)?(?:Wall time: [^\n]*\n)?(?:Process exited with code|Exit code:) (-?\d{1,5})\n/;

/** Records one `response_item`; items of other types are ignored. */
export function noteCommand(commands: RecordedCommands, payload: JsonObject): void {
	const id = textOrNull(payload.call_id);
	if (id === null) return;
	if (payload.type === 'function_call' && commands.size < MAX_COMMANDS) {
		const command = commandOf(objectOrEmpty(parseObject(textOrNull(payload.arguments) ?? '')));
		if (command !== null) commands.set(id, { command, exitCode: null });
	}
	const known = commands.get(id);
	if (payload.type === 'function_call_output' && known !== undefined)
		commands.set(id, { ...known, exitCode: exitCodeOf(textOrNull(payload.output) ?? '') });
}

/** `{"cmd": "npm test"}`, or `{"command": ["bash", "-lc", "npm test"]}` as older versions have it. */
function commandOf(reported: JsonObject): string | null {
	const words = listOrEmpty(reported.command);
	return (
		textOrNull(reported.cmd) ??
		textOrNull(reported.command) ??
		(words.length === 3 ? textOrNull(words[2]) : null)
	);
}

function exitCodeOf(output: string): number | null {
	const reported = EXIT_CODE.exec(output)?.[1];
	if (reported !== undefined) return Number(reported);
	return numberOrNull(objectOrEmpty(parseObject(output)?.metadata).exit_code);
}

/** The outcome of each command in `unfinished` (ids of the stream and commands) whose runs all ended the same. */
export function resultsOf(
	unfinished: ReadonlyMap<string, string>,
	results: readonly CommandResult[],
): Array<{ id: string; ok: boolean; exitCode: number }> {
	return [...unfinished].flatMap(([id, command]) => {
		const codes = new Set(results.filter((run) => run.command === command).map(({ exitCode }) => exitCode));
		const [exitCode] = codes;
		return codes.size === 1 && exitCode !== undefined ? [{ id, ok: exitCode === 0, exitCode }] : [];
	});
}
