import type { PermissionPreset } from '../../agent-adapter.ts';
import { foldersUp, worktreeAround } from '../../folders-up.ts';
import { type AgentTui, asFirstPrompt, type TuiRequest } from '../../tui/agent-tui.ts';
import { checkedId, distrust, TURN_SETTINGS, trust } from '../command-line.ts';
import { codexTuiRecord } from '../native/tui-record.ts';
import { toolSettings } from './tool-settings.ts';

/** The user is there, so what leaves the sandbox is asked. */
const PERMISSION_FLAGS: Record<PermissionPreset, readonly string[]> = {
	'read-only': ['-s', 'read-only', '-a', 'on-request'],
	edit: ['-s', 'workspace-write', '-a', 'on-request'],
	full: ['--dangerously-bypass-approvals-and-sandbox'],
};

/**
 * codex's own TUI. By default it is only the client of a server that it starts in a session of its own, which works on when the
 * TUI is dead (seen with 0.171.0): `--no-daemon`, always. A folder with a trust level is not asked about, and nothing is saved.
 */
export const codexTui: AgentTui = {
	record: codexTuiRecord,
	takes: null,
	command: (request) => ({
		executable: 'codex',
		args: [
			...(isResumed(request) ? ['resume'] : []),
			'--no-daemon',
			...PERMISSION_FLAGS[request.permissions],
			...(request.permissions === 'edit' ? worktreeAround(request).map((path) => `--add-dir=${path}`) : []),
			...(request.model === null ? [] : [`--model=${request.model}`]),
			...settings(request).flatMap((setting) => ['-c', setting]),
			...(isResumed(request) ? [checkedId(request.nativeSessionId)] : []),
			...(request.firstPrompt === null ? [] : [asFirstPrompt(request.firstPrompt)]),
		],
		env: {},
	}),
};

const isResumed = (request: TuiRequest): request is TuiRequest & { nativeSessionId: string } =>
	request.resume && request.nativeSessionId !== null;

function settings(request: TuiRequest): string[] {
	const folders = foldersUp(request);
	return [...TURN_SETTINGS, request.isTrusted ? trust(folders) : distrust(folders), ...toolSettings(request)];
}
