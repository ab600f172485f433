import { RelayError } from '../../core/errors.ts';
import type { AgentCommand, PermissionPreset, TurnRequest } from '../agent-adapter.ts';
import { simpleCommands } from '../asking/allow-commands.ts';
import { worktreeAround } from '../folders-up.ts';
import { policyOf } from './start/policy.ts';
import { telemetryOf } from './start/telemetry-settings.ts';

/** In `default` without a terminal, tools that write or run anything are not even offered to the model. */
const APPROVAL_MODES: Record<PermissionPreset, string> = {
	'read-only': 'default',
	edit: 'auto_edit',
	full: 'yolo',
};

/**
 * One headless turn; the prompt comes on stdin. A resume restores nothing, so model and approval mode are given each
 * time. No model is passed when none was named: the CLI then lets a small model choose (one extra request), as it does for
 * its user.
 */
export function geminiCommand(turn: TurnRequest): AgentCommand {
	const telemetry = telemetryOf(turn);
	const policy = policyOf(turn);
	return {
		executable: 'gemini',
		args: [
			'-o',
			'stream-json',
			'--approval-mode',
			APPROVAL_MODES[turn.permissions],
			...policy.args,
			...(turn.permissions === 'edit' ? allowedCommands(turn.allowCommands) : []),
			...reach(turn),
			...(turn.model === null ? [] : [`--model=${turn.model}`]),
			...session(turn),
		],
		env: environment(turn),
		files: policy.files,
		...(telemetry === null ? {} : { telemetry }),
	};
}

/** gemini takes a comma-separated list, so a path with a comma is left out: its parts would name other folders. */
function reach(turn: TurnRequest): string[] {
	const folders = worktreeAround(turn).filter((path) => !path.includes(','));
	return folders.map((path) => `--include-directories=${path}`);
}

function session(turn: TurnRequest): string[] {
	if (turn.nativeSessionId === null) return [];
	return [turn.resume ? '--resume' : '--session-id', checkedId(turn.nativeSessionId)];
}

/** Ids as the CLI makes them. Nothing else from a record may become a word of its command line. */
export function isNativeId(id: string): boolean {
	return /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(id);
}

/** An id from a damaged record must not become a flag, `latest`, or the number of some other session. */
function checkedId(id: string): string {
	if (isNativeId(id)) return id;
	throw new RelayError('damaged_record', `${JSON.stringify(id)} is not the id of a gemini session`, {
		hint: 'start a new conversation with /new',
	});
}

/**
 * `run_shell_command(npm test)`: the command and further arguments. Measured under `auto_edit`: `;`, `$(…)` and
 * `npm testX` are denied, a redirection of the allowed command is not.
 */
function allowedCommands(entries: readonly string[]): string[] {
	return simpleCommands(entries).allowed.flatMap((words) => [
		'--allowed-tools',
		`run_shell_command(${words})`,
	]);
}

/**
 * Trust is set by a variable: 0.61.0 loads the repo's settings before it reads `--skip-trust`, so with the flag a trusted
 * repo's hooks and servers do not start (measured), although its `.env` is obeyed. Without trust it refuses to start
 * (exit 55) if the user's settings have folder trust on, whatever folders were trusted in gemini itself; it has no
 * switch to work without the repo's settings. It runs as one process instead of parent and child, so that signals reach the
 * one that works.
 */
function environment({ isTrusted }: TurnRequest): Record<string, string> {
	return { GEMINI_CLI_NO_RELAUNCH: 'true', GEMINI_CLI_TRUST_WORKSPACE: String(isTrusted) };
}
