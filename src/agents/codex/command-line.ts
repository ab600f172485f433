/** The argv of one turn. A resume restores nothing, so every flag is given each time. */
import { RelayError } from '../../core/errors.ts';
import type { AgentCommand, PermissionPreset, TurnRequest } from '../agent-adapter.ts';
import { ASK_VARIABLE } from '../asking/asker-dialect.ts';
import { foldersUp, worktreeAround } from '../folders-up.ts';
import { askingSettings } from './start/questions.ts';
import { ignoresRules } from './start/saved-rules.ts';
import { tomlString } from './start/toml-string.ts';
import { toolSettings } from './start/tool-settings.ts';

/**
 * `analytics`: keeps the process 5 s after the answer when there is no internet. `update_plan`: the plan tool is off by
 * default. `unbounded_connection_retries`: if on, an unreachable backend is retried forever (measured with 0.169.0).
 */
export const TURN_SETTINGS = [
	'analytics.enabled=false',
	'tools.update_plan.enabled=true',
	'features.unbounded_connection_retries=false',
	'check_for_update_on_startup=false',
];

/**
 * exec asks nobody, unless the user's or the repo's config names a reviewer: then a model may let a command leave the
 * sandbox (measured with 0.169.0).
 */
const NO_REVIEW = ['approval_policy="never"', 'approvals_reviewer="user"'];

/** In exec nothing asks: what a sandbox does not allow is refused. */
const PERMISSION_FLAGS: Record<PermissionPreset, readonly string[]> = {
	'read-only': ['-s', 'read-only'],
	edit: ['-s', 'workspace-write'],
	full: ['--dangerously-bypass-approvals-and-sandbox'],
};

/**
 * `codex exec --json … [resume ID] -` with the prompt on stdin. The sandbox flag must come before `resume`. Outside git
 * codex runs only with `--skip-git-repo-check`; that check implies no trust, so the flag is always given there. `edit`
 * needs no list of allowed commands: every command runs, inside the sandbox.
 */
export function codexCommand(turn: TurnRequest): AgentCommand {
	const asking = askingSettings(turn);
	const settings = [
		...TURN_SETTINGS,
		...(turn.permissions === 'full' ? [] : (asking ?? NO_REVIEW)),
		...(turn.isTrusted ? [] : [distrust(foldersUp(turn))]),
		...toolSettings(turn),
	];
	const args = [
		'exec',
		'--json',
		...PERMISSION_FLAGS[turn.permissions],
		...(ignoresRules(turn) ? ['--ignore-rules'] : []),
		...(turn.permissions === 'edit' ? worktreeAround(turn).map((path) => `--add-dir=${path}`) : []),
		...(turn.isGitRepo ? [] : ['--skip-git-repo-check']),
		...(turn.model === null ? [] : [`--model=${turn.model}`]),
		...(turn.pictures ?? []).map((path) => `--image=${path}`),
		...settings.flatMap((setting) => ['-c', setting]),
		...(turn.resume && turn.nativeSessionId !== null ? ['resume', checkedId(turn.nativeSessionId)] : []),
		'-',
	];
	const { questionAddress } = turn;
	const env = questionAddress === undefined ? {} : { [ASK_VARIABLE]: questionAddress };
	return { executable: 'codex', args, env };
}

/**
 * Switches off the repo's own `.codex/` settings (instructions, MCP servers, hooks) even if the user's config trusts
 * that path (measured, in linked worktrees too). Instructions in AGENTS.md and skills stay: they are only text.
 */
export const distrust = (folders: readonly string[]): string => trustLevel(folders, 'untrusted');

/** For a TUI, which would ask; headless codex does not, and without this the user's own answer for the folder counts. */
export const trust = (folders: readonly string[]): string => trustLevel(folders, 'trusted');

function trustLevel(folders: readonly string[], level: 'trusted' | 'untrusted'): string {
	const projects = folders.map((folder) => `${tomlString(folder)}={trust_level="${level}"}`);
	return `projects={${projects.join(',')}}`;
}

/** Ids as the CLI makes them. Nothing else from a record may become a word of its command line. */
export function isNativeId(id: string): boolean {
	return /^[0-9A-Za-z][\w.-]{0,127}$/.test(id);
}

/** An id from a damaged record must not become a flag. */
export function checkedId(id: string): string {
	if (isNativeId(id)) return id;
	throw new RelayError('damaged_record', `${JSON.stringify(id)} is not the id of a codex thread`, {
		hint: 'start a new conversation with /new',
	});
}
