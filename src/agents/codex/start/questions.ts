/**
 * codex's questions: its `PermissionRequest` hook, which `exec` calls only under a reviewer. The reviewer is a model, and would
 * decide where the hook fails; a time limit of 1 ms makes it deny instead (measured: with a reviewer that says allow, a command
 * ran outside the sandbox without that limit, and never with it). A hook is called only if it is trusted by the hash that codex
 * itself gives it. So a turn asks with all four settings, or not at all.
 */
import type { TurnRequest } from '../../agent-adapter.ts';
import {
	askerDialect,
	HOOK_TIMEOUT_S,
	permission,
	readPermissionRequest,
} from '../../asking/asker-dialect.ts';
import type { AskingKeyQuery } from '../../asking/question.ts';
import { type AskedQuestion, type QuestionDialect, wantsToAsk } from '../../asking/question.ts';
import type { AgentEvent } from '../../events.ts';
import {
	type JsonObject,
	listOrEmpty,
	objectOrEmpty,
	parseObject,
	textOrNull,
	writtenJson,
} from '../../reading/json-fields.ts';
import { isBetween } from '../../reading/version.ts';
import { tomlString } from './toml-string.ts';

const NAME = 'codex';
/** Tried: 0.165.0, 0.169.0, 0.171.0. In another, a reviewer may decide that nobody asked for. */
const VERSIONS = { from: '0.165.0', below: '0.172.0' };
const REVIEW = [
	'approval_policy="on-request"',
	'approvals_reviewer="auto_review"',
	'auto_review.timeout_ms=1',
];

/** Why it asks nothing, whatever the preset, as the end of "codex cannot ask: …"; null: it asks. */
export function cannotAsk({
	version = null,
	askingKey,
}: Pick<TurnRequest, 'version' | 'askingKey'>): string | null {
	if (!isBetween(version, VERSIONS))
		return `only versions from ${VERSIONS.from} to before ${VERSIONS.below} are known to ask safely`;
	return askingKey === null ? 'it did not say how it would trust the hook that asks' : null;
}

export function questions(turn: TurnRequest): QuestionDialect | null {
	const asks = wantsToAsk(turn) && turn.asker !== undefined && cannotAsk(turn) === null;
	return asks && typeof turn.askingKey === 'string'
		? { ...askerDialect(NAME, readHook), traceOfDenied }
		: null;
}

/** The settings of a turn that asks; null: it asks nothing. */
export function askingSettings({ questionAddress, asker, askingKey }: TurnRequest): string[] | null {
	if (questionAddress === undefined || asker === undefined || typeof askingKey !== 'string') return null;
	const [key = '', hash = ''] = askingKey.split('\n');
	const trust = `{${tomlString(key)}={trusted_hash=${tomlString(hash)}}}`;
	return [...REVIEW, hookSetting(asker), `hooks.state=${trust}`];
}

/** How codex is asked for the key and the hash of the hook: `app-server`, which asks no model. They are the same in every folder. */
export function askingKeyQuery(asker: string): AskingKeyQuery {
	const messages = [
		{
			id: 1,
			method: 'initialize',
			params: { clientInfo: { name: 'agent-relay', title: null, version: '1' } },
		},
		{ method: 'initialized' },
		{ id: 2, method: 'hooks/list', params: { cwds: ['/'] } },
	];
	return {
		args: ['app-server', '-c', hookSetting(asker)],
		input: messages.map((message) => `${JSON.stringify(message)}\n`).join(''),
		read: (output) => {
			const answer = output
				.split('\n')
				.slice(0, -1)
				.map(parseObject)
				.find((line) => line?.id === 2);
			return answer === undefined || answer === null ? undefined : keyIn(answer, commandOf(asker));
		},
	};
}

const commandOf = (asker: string) => `${asker} ${NAME}`;

function hookSetting(asker: string): string {
	const hook = `{ type = "command", command = ${tomlString(commandOf(asker))}, timeout = ${HOOK_TIMEOUT_S} }`;
	return `hooks.PermissionRequest=[{ matcher = "*", hooks = [${hook}] }]`;
}

function keyIn(answer: JsonObject, command: string): string | null {
	const folders = listOrEmpty(objectOrEmpty(answer.result).data).map(objectOrEmpty);
	const hooks = folders.flatMap(({ hooks }) => listOrEmpty(hooks)).map(objectOrEmpty);
	const own = hooks.find((hook) => hook.command === command && hook.source === 'sessionFlags');
	const key = textOrNull(own?.key);
	const hash = textOrNull(own?.currentHash);
	const isPlain = key !== null && hash !== null && /^[\x20-\x7e]+$/.test(key) && /^[\w:]+$/.test(hash);
	return isPlain ? `${key}\n${hash}` : null;
}

function readHook(hook: JsonObject): AskedQuestion | null {
	const request = readPermissionRequest(hook);
	if (request === null) return null;
	const { tool, input, folder, command, reason } = request;
	if (tool === 'Bash' && command !== null)
		return permission({ action: 'leave', what: command, folder, reason });
	if (tool === 'apply_patch' && command !== null)
		return permission({ action: 'edit', what: patchedPaths(command), folder, reason }, command);
	return permission({ action: 'use', what: `${tool} ${writtenJson(input)}`, folder, reason });
}

/** codex takes a head also with blanks around it, so that is one here: no path may hide behind another that is allowed. */
const PATCH_HEAD = /^\s*\*\*\*\s*(?:Add File|Update File|Delete File|Move to)\s*:(.+)$/gim;

function patchedPaths(patch: string): string {
	const paths = [...patch.matchAll(PATCH_HEAD)].map(([, path = '']) => path.trim());
	return paths.length === 0 ? patch : paths.join('\n');
}

/** The stream does not mention a command that was denied. */
function traceOfDenied({ wants }: AskedQuestion, id: string): AgentEvent[] {
	if (wants?.action !== 'leave') return [];
	const { what: command } = wants;
	return [
		{ type: 'tool_call', id, kind: 'execute', name: 'exec_command', title: command, command, paths: [] },
		{ type: 'tool_result', id, ok: false, denied: true, exitCode: null, output: '', outputBytes: 0 },
	];
}
