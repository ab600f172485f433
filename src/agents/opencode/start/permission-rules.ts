/**
 * The presets in opencode's rule language. An "ask" rule ends a turn that has no one to ask (exit 0, nothing done), so
 * none is left: "ask" becomes "deny". Whatever the user's own `OPENCODE_PERMISSION` denies stays denied.
 */

import type { PermissionPreset, TurnRequest } from '../../agent-adapter.ts';
import { simpleCommands } from '../../asking/allow-commands.ts';
import { type JsonObject, objectOrNull, parseObject } from '../../reading/json-fields.ts';
import { toolPermissions } from './tool-config.ts';

type Action = 'allow' | 'deny';
type Rules = Action | Record<string, Action>;
export type Permissions = Record<string, Rules>;
type Asked = Pick<TurnRequest, 'permissions' | 'allowCommands' | 'env' | 'toolServer'>;
/** `closed`, `opened`: of a turn that asks; what differs is for `edit` alone. */
export type RuleSet = 'preset' | 'closed' | 'opened';

/** Files with secrets: opencode's own default asks here. */
const READ: Rules = { '*': 'allow', '*.env': 'deny', '*.env.*': 'deny', '*.env.example': 'allow' };
/** In a turn without a person nobody can answer a question, and a plan mode cannot be left. */
const NO_ANSWERS = { question: 'deny', plan_enter: 'deny', plan_exit: 'deny' } as const;

/**
 * opencode allows whatever no rule matches, including tools of MCP servers and custom ones. `?*` means `*` under a key that
 * no user's rule has. `invalid` stands for each call that opencode cannot take.
 */
const READING_ONLY: Permissions = {
	'?*': 'deny',
	glob: 'allow',
	grep: 'allow',
	invalid: 'allow',
	list: 'allow',
	lsp: 'allow',
	skill: 'allow',
	todoread: 'allow',
	todowrite: 'allow',
};

const PRESETS: Record<PermissionPreset, Permissions> = {
	'read-only': {
		...READING_ONLY,
		...NO_ANSWERS,
		edit: 'deny',
		bash: 'deny',
		webfetch: 'deny',
		websearch: 'deny',
		task: 'deny',
		read: READ,
		external_directory: 'deny',
		doom_loop: 'deny',
	},
	edit: {
		...NO_ANSWERS,
		edit: 'allow',
		bash: 'deny',
		webfetch: 'deny',
		websearch: 'deny',
		task: { '*': 'deny', '?*': 'deny', general: 'allow', explore: 'allow' },
		read: READ,
		external_directory: 'deny',
		doom_loop: 'deny',
	},
	full: {
		...NO_ANSWERS,
		edit: 'allow',
		bash: 'allow',
		webfetch: 'allow',
		websearch: 'allow',
		read: 'allow',
		external_directory: 'allow',
		doom_loop: 'allow',
	},
};

/**
 * What a turn under `edit` may do that asks through the relay's plugin: `opened` by the plugin itself, which asks before each of
 * these, and `closed` until then. All that is asked for is denied in `closed`, tools of MCP servers and custom ones too.
 */
const ASKING: Record<Exclude<RuleSet, 'preset'>, Permissions> = {
	closed: { ...READING_ONLY, ...PRESETS.edit, task: 'deny' },
	opened: { ...PRESETS.edit, bash: 'allow', webfetch: 'allow', websearch: 'allow' },
};

/**
 * The rules of a turn for each agent that may run in it. An agent from the user's or the repo's files has permissions of
 * its own, which come after all others: the model reached a shell under `edit` through `task` (measured with 1.18.33). So
 * only opencode's own two may be called, under rules given here.
 */
export function agentPermissions(turn: Asked, set: RuleSet = 'preset'): Record<string, Permissions> {
	const build = permissionsOf(turn, set);
	if (turn.permissions === 'full') return { build };
	return {
		build,
		general: { ...build, task: 'deny' },
		explore: permissionsOf(reading(turn)),
	};
}

const reading = ({ toolServer: _, ...turn }: Asked): Asked => ({ ...turn, permissions: 'read-only' });

/** The rules of a turn, narrowed by the value of the user's own `OPENCODE_PERMISSION`. */
export function permissionsOf(turn: Asked, set: RuleSet = 'preset'): Permissions {
	const isAsking = turn.permissions === 'edit' && set !== 'preset';
	const preset = { ...(isAsking ? ASKING[set] : PRESETS[turn.permissions]), ...toolPermissions(turn) };
	if (preset.bash === 'deny' && turn.permissions === 'edit')
		preset.bash = allowedCommands(turn.allowCommands);
	return narrowedBy(preset, turn.env.OPENCODE_PERMISSION);
}

/**
 * `npm test` and `npm test ARGUMENTS`; the CLI judges each part of a compound command separately. The last rule that matches
 * wins and the user's own rules come first; `?*` repeats `*` under a key that no user's rule has.
 */
function allowedCommands(entries: readonly string[]): Rules {
	const { allowed } = simpleCommands(entries);
	if (allowed.length === 0) return 'deny';
	const rules = allowed.flatMap((words) => [words, `${words} *`]);
	return { '*': 'deny', '?*': 'deny', ...Object.fromEntries(rules.map((rule) => [rule, 'allow' as const])) };
}

function narrowedBy(preset: Permissions, own: string | undefined): Permissions {
	if (own === undefined || own.trim() === '') return preset;
	const value = parseObject(own);
	if (value === null) return preset;
	const result: Permissions = { ...preset };
	for (const [tool, rule] of Object.entries(value)) {
		const refusals = refusalsOf(rule);
		if (refusals === null) continue;
		const ours = Object.hasOwn(result, tool) ? result[tool] : undefined;
		if (ours === 'deny') continue;
		result[tool] = refusals === 'deny' ? 'deny' : { ...asRules(ours ?? 'allow'), ...asRules(refusals) };
	}
	return result;
}

/** What a user's rule does not allow, or null when it allows everything. */
function refusalsOf(rule: unknown): Rules | null {
	if (rule === 'deny' || rule === 'ask') return 'deny';
	const patterns: JsonObject | null = objectOrNull(rule);
	if (patterns === null) return null;
	const entries = Object.entries(patterns).map(
		([pattern, action]) => [pattern, action === 'allow' ? 'allow' : 'deny'] as const,
	);
	if (!entries.some(([, action]) => action === 'deny')) return null;
	if (entries.some(([pattern, action]) => pattern === '*' && action === 'deny')) return 'deny';
	return Object.fromEntries(entries.filter(([, action]) => action === 'deny'));
}

function asRules(rules: Rules): Record<string, Action> {
	return typeof rules === 'string' ? { '*': rules } : rules;
}
