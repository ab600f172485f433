/** claude's questions: its `PermissionRequest` hook, which `-p` calls from 2.1.269 on; an older one denies as without it. */
import type { TurnRequest } from '../../agent-adapter.ts';
import {
	askerDialect,
	HOOK_TIMEOUT_S,
	permission,
	readPermissionRequest,
} from '../../asking/asker-dialect.ts';
import { type AskedQuestion, type QuestionDialect, wantsToAsk } from '../../asking/question.ts';
import { type JsonObject, textOrNull, writtenJson } from '../../reading/json-fields.ts';
import { isBetween } from '../../reading/version.ts';

const NAME = 'claude';

/** The oldest that was seen to call the hook in `-p`; one that does not call it denies. */
const VERSIONS = { from: '2.1.269' };

/** Why it asks nothing, whatever the preset, as the end of "claude cannot ask: …"; null: it asks. */
export function cannotAsk({ version = null }: Pick<TurnRequest, 'version'>): string | null {
	if (version === null || isBetween(version, VERSIONS)) return null;
	return `only version ${VERSIONS.from} and newer ask`;
}

export function questions(turn: TurnRequest): QuestionDialect | null {
	const asks = wantsToAsk(turn) && turn.asker !== undefined && cannotAsk(turn) === null;
	return asks ? askerDialect(NAME, readHook) : null;
}

/** null: this turn asks nothing. */
export function askingHook({ questionAddress, asker }: TurnRequest) {
	if (questionAddress === undefined || asker === undefined) return null;
	const hook = { type: 'command', command: `${asker} ${NAME}`, timeout: HOOK_TIMEOUT_S };
	return { PermissionRequest: [{ matcher: '', hooks: [hook] }] };
}

function readHook(hook: JsonObject): AskedQuestion | null {
	const request = readPermissionRequest(hook);
	if (request === null) return null;
	const { tool, input, folder, command, reason } = request;
	const path = textOrNull(input.file_path) ?? textOrNull(input.notebook_path);
	const url = textOrNull(input.url);
	if (tool === 'Bash' && command !== null)
		return permission({ action: 'run', what: command, folder, reason });
	if (EDITS.has(tool) && path !== null)
		return permission(
			{ action: 'edit', what: path, folder, reason: null },
			[path, ...changes(input)].join('\n'),
		);
	if (tool === 'Read' && path !== null)
		return permission({ action: 'read', what: path, folder, reason: null });
	if (tool === 'WebFetch' && url !== null)
		return permission({ action: 'fetch', what: url, folder, reason: null });
	return permission({ action: 'use', what: `${tool} ${writtenJson(input)}`, folder, reason });
}

const EDITS = new Set(['Edit', 'Write', 'NotebookEdit']);

/** The lines of an edit, marked as in a diff. */
function changes(input: JsonObject): string[] {
	const written = textOrNull(input.content) ?? textOrNull(input.new_string) ?? textOrNull(input.new_source);
	return [...marked('-', textOrNull(input.old_string)), ...marked('+', written)];
}

function marked(mark: string, text: string | null): string[] {
	if (text === null || text === '') return [];
	const lines = text.endsWith('\n') ? text.slice(0, -1) : text;
	return lines.split('\n').map((line) => `${mark}${line}`);
}
