/**
 * The policy file of a turn below `full`. Without it the model can leave every preset by itself: `enter_plan_mode`, then
 * `exit_plan_mode`, which a headless gemini answers with "Switching to YOLO mode" (0.61.0); and rules that gemini saved when
 * its user once said "always" would allow what the preset does not.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { RelayError } from '../../../core/errors.ts';
import type { PrivateFile, TurnRequest } from '../../agent-adapter.ts';
import { simpleCommands } from '../../asking/allow-commands.ts';
import { listOrEmpty, parseObject } from '../../reading/json-fields.ts';
import { TOOL_SERVER } from '../../tool-server.ts';
import { geminiFolder } from '../native/session-file.ts';

type Asked = Pick<TurnRequest, 'permissions' | 'allowCommands' | 'privatePath' | 'env' | 'toolServer'>;

/** Tools that change the mode, and with it every other rule. */
const MODE_TOOLS = ['enter_plan_mode', 'exit_plan_mode'];
const SHELL = 'run_shell_command';
/** Names from 0.45.2 to 0.61.0. Reading tools are left to gemini's own rules. */
const CHANGING_TOOLS = [
	'write_file',
	'replace',
	'edit',
	'save_memory',
	'memory',
	'activate_skill',
	'web_fetch',
];

/**
 * The flags that hold gemini to its preset and the file they name; neither for `full`. Throws `refused` if there is no
 * place for the file: gemini silently ignores a missing file.
 */
export function policyOf(turn: Asked): { args: string[]; files: PrivateFile[] } {
	if (turn.permissions === 'full') return { args: [], files: [] };
	if (turn.privatePath === undefined)
		throw new RelayError(
			'refused',
			'gemini cannot be held to its permissions: there is no place for its policy file.',
		);
	const path = `${turn.privatePath}.policy.toml`;
	const args = [path, ...ownPolicies(turn.env)].map((place) => `--policy=${withoutComma(place)}`);
	return { args, files: [{ path, text: policyText(turn) }] };
}

/**
 * The first rule of the highest priority wins, and ours are read before those of the user. gemini has no setting that gives one
 * call a server (0.61.0 takes a system's settings from root alone): the relay's tools are there if its user installed them.
 */
function policyText({ permissions, allowCommands, toolServer }: Omit<Asked, 'privatePath' | 'env'>): string {
	const denied = permissions === 'edit' ? [...MODE_TOOLS, SHELL] : [...MODE_TOOLS, SHELL, ...CHANGING_TOOLS];
	const { allowed } = permissions === 'edit' ? simpleCommands(allowCommands) : { allowed: [] };
	const own = toolServer?.tools ?? [];
	return [
		...own.map((tool) => rule([`toolName = ${text(tool)}`, `mcpName = ${text(TOOL_SERVER)}`], 'allow')),
		...allowed.map((words) => rule([`toolName = ${text(SHELL)}`, `commandPrefix = ${text(words)}`], 'allow')),
		rule([`toolName = [${denied.map(text).join(', ')}]`], 'deny'),
		...(permissions === 'edit' ? [] : [rule(['toolName = "*"', 'mcpName = "*"'], 'deny')]),
	].join('\n');
}

function rule(lines: readonly string[], decision: 'allow' | 'deny'): string {
	return `${['[[rule]]', ...lines, `decision = "${decision}"`, 'priority = 999'].join('\n')}\n`;
}

/** For names and simple commands: ASCII without quotes. */
function text(words: string): string {
	return JSON.stringify(words);
}

/** The policies that gemini reads without `--policy`: those that the user's settings name, else its own folder. */
function ownPolicies(env: Readonly<Record<string, string>>): string[] {
	const folder = geminiFolder(env);
	if (folder === null) return [];
	const named = namedPolicies(join(folder, 'settings.json'));
	const places = named.length > 0 ? named : [join(folder, 'policies')];
	return places.filter((place) => !place.startsWith('/') || existsSync(place));
}

function namedPolicies(settings: string): string[] {
	try {
		const { policyPaths } = parseObject(readFileSync(settings, 'utf8')) ?? {};
		return listOrEmpty(policyPaths).filter((path) => typeof path === 'string');
	} catch {
		return [];
	}
}

/** gemini splits the value at commas, and ignores parts that are not a file. */
function withoutComma(place: string): string {
	if (!place.includes(',')) return place;
	throw new RelayError('refused', `gemini cannot use a policy file whose path has a comma: ${place}`, {
		hint: 'Use another agent, or set XDG_STATE_HOME to a path without commas.',
	});
}
