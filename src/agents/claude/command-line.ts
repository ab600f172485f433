import { RelayError } from '../../core/errors.ts';
import type { AgentCommand, TurnRequest } from '../agent-adapter.ts';
import { simpleCommands } from '../asking/allow-commands.ts';
import { ASK_VARIABLE } from '../asking/asker-dialect.ts';
import { worktreeAround } from '../folders-up.ts';
import { isolatedAgents } from './start/isolated-agents.ts';
import { askingHook } from './start/questions.ts';
import { retryVariables } from './start/retries.ts';
import { serverFlags, toolRules } from './start/tool-flags.ts';

const OUTPUT = ['--output-format', 'stream-json', '--verbose', '--include-partial-messages'];

const EDITS = ['Edit', 'Write', 'NotebookEdit'];
/**
 * They make a branch and a checkout without asking, under every preset, and work there, where no snapshot looks and nobody
 * finds it. The last is a sub-agent in a checkout of its own (measured with 2.1.197 and 2.1.332).
 */
const ELSEWHERE = ['EnterWorktree', 'ExitWorktree', 'Agent(isolation:*)'];
const REFUSAL = 'agent-relay: a turn may not make another checkout';
/**
 * An agent file can ask for a checkout of its own (`isolation: worktree`), which no rule for tools sees. Those that are found
 * are refused by name (`isolatedAgents`). Others (from a plugin, or in a workflow) are refused by the hook that claude calls
 * to make a checkout. Settings can turn hooks off (`disableAllHooks`), and we do not overrule them; then git is given a path
 * that it does not accept for a checkout: nothing works there, but an empty branch is left. Measured with 2.1.197 and
 * 2.1.332.
 */
const NO_CHECKOUTS = {
	hooks: { WorktreeCreate: [{ hooks: [{ type: 'command', command: `echo "${REFUSAL}" >&2; exit 1` }] }] },
	worktree: { sparsePaths: [`../${REFUSAL}`] },
};
/**
 * They have a prompt of the model run after the turn, without its preset. `CronCreate` writes it into the repo, read-only or
 * not; the plan tools change the mode where a version offers them.
 */
const LATER = [
	'CronCreate',
	'CronDelete',
	'RemoteTrigger',
	'ScheduleWakeup',
	'EnterPlanMode',
	'ExitPlanMode',
];

/**
 * One headless turn; the prompt comes on stdin. Claude restores nothing on resume, so model and permissions are given
 * every time. An untrusted repo's own settings, hooks and MCP servers are left out by claude's own switches, and with
 * them the repo's CLAUDE.md.
 */
export function command(turn: TurnRequest): AgentCommand {
	return {
		executable: 'claude',
		args: [
			'-p',
			...OUTPUT,
			...sessionFlags(turn),
			...(turn.model === null ? [] : ['--model', turn.model]),
			'--settings',
			JSON.stringify(turnSettings(turn)),
			...serverFlags(turn),
			...permissionFlags(turn),
			...(turn.isTrusted ? [] : ['--setting-sources', 'user']),
		],
		env: { ...turnVariables(turn), ...retryVariables(turn) },
	};
}

/** Settings added to the user's own. Not `--add-dir`, which also takes skills and plugins from there. */
export function turnSettings(turn: TurnRequest): Record<string, unknown> {
	const additionalDirectories = worktreeAround(turn);
	const permissions = additionalDirectories.length === 0 ? {} : { permissions: { additionalDirectories } };
	const { hooks, worktree } = NO_CHECKOUTS;
	const asking = askingHook(turn);
	const own = asking === null ? { hooks } : { disableAllHooks: false, hooks: { ...hooks, ...asking } };
	return { ...permissions, ...own, worktree };
}

export function sessionFlags(turn: TurnRequest): string[] {
	if (turn.nativeSessionId === null) return [];
	return [turn.resume ? '--resume' : '--session-id', checkedId(turn.nativeSessionId)];
}

/** Ids as the CLI makes them. Nothing else from a record may become a word of its command line. */
export function isNativeId(id: string): boolean {
	return /^[0-9A-Za-z][\w-]{0,127}$/.test(id);
}

/** `--resume` takes an optional value, so an id from a damaged record could be read as a flag. */
function checkedId(id: string): string {
	if (isNativeId(id)) return id;
	throw new RelayError('damaged_record', `${JSON.stringify(id)} is not the id of a claude session`, {
		hint: 'start a new conversation with /new',
	});
}

export function permissionFlags(turn: TurnRequest): string[] {
	const elsewhere = [...ELSEWHERE, ...isolatedAgents(turn)];
	switch (turn.permissions) {
		case 'read-only':
			return [
				'--permission-mode',
				'dontAsk',
				...without(elsewhere, LATER, EDITS),
				...allowed(toolRules(turn)),
			];
		case 'edit':
			return [
				'--permission-mode',
				'acceptEdits',
				...without(elsewhere, LATER),
				...allowed([...toolRules(turn), ...commandRules(turn.allowCommands)]),
			];
		case 'full':
			return ['--dangerously-skip-permissions', ...without(elsewhere)];
	}
}

/** Sub-agents lose these too. */
function without(...tools: ReadonlyArray<readonly string[]>): string[] {
	return ['--disallowedTools', tools.flat().join(',')];
}

/** `Bash(npm test:*)`: the command and anything after it; the CLI judges each part of a compound command separately. */
const commandRules = (entries: readonly string[]) =>
	simpleCommands(entries).allowed.map((words) => `Bash(${words}:*)`);

const allowed = (rules: readonly string[]) => (rules.length === 0 ? [] : ['--allowedTools', ...rules]);

/**
 * No update while a turn runs: other turns may be using the same files, and claude updates itself when its user opens it.
 * The variables of an outer claude are removed. `IS_SANDBOX` is what claude requires of root before it skips permissions.
 */
export function turnVariables(turn: TurnRequest): Record<string, string | null> {
	return {
		DISABLE_AUTOUPDATER: '1',
		CLAUDECODE: null,
		CLAUDE_CODE_ENTRYPOINT: null,
		...(turn.permissions === 'full' && turn.isRoot ? { IS_SANDBOX: '1' } : {}),
		...(turn.questionAddress === undefined ? {} : { [ASK_VARIABLE]: turn.questionAddress }),
	};
}
