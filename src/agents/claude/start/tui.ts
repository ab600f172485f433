import { type AgentTui, asFirstPrompt, type TuiRequest } from '../../tui/agent-tui.ts';
import { permissionFlags, sessionFlags, turnSettings, turnVariables } from '../command-line.ts';
import { claudeTuiRecord } from '../native/tui-record.ts';
import { serverFlags } from './tool-flags.ts';
import { claudeArguments } from './tui-arguments.ts';

/**
 * claude's own TUI. The id is the relay's to choose, as in a headless turn, and both share one conversation. Without a mode it
 * would start in `auto` (2.1.332), so the preset is always given. Its options take lists, so the prompt comes first.
 */
export const claudeTui: AgentTui = {
	record: claudeTuiRecord,
	takes: claudeArguments,
	command: (request) => ({
		executable: 'claude',
		args: [
			...(request.firstPrompt === null ? [] : [asFirstPrompt(request.firstPrompt)]),
			// Of a flag that is given twice claude takes the last one.
			...(request.passed ?? []),
			...sessionFlags(request),
			...(request.model === null ? [] : ['--model', request.model]),
			'--settings',
			JSON.stringify(settings(request)),
			...serverFlags(request),
			...permissionFlags(request),
			...(request.isTrusted ? [] : ['--setting-sources', 'user']),
		],
		env: {
			...turnVariables(request),
			// Takes `/background` away, which lets a session go on after its TUI has ended (2.1.332).
			CLAUDE_CODE_DISABLE_AGENT_VIEW: '1',
			// Skips its question about trust for this process and remembers nothing: the relay's own trust has answered it.
			...(request.isTrusted ? { CLAUDE_CODE_SANDBOXED: '1' } : {}),
		},
	}),
};

/** At a limit it asks its user, and does not go on by itself once the limit has ended. */
function settings(request: TuiRequest): Record<string, unknown> {
	return {
		...turnSettings(request),
		autoContinueAtUsageLimit: false,
		// Whoever gives the relay `full` has accepted what this dialog is about.
		...(request.permissions === 'full' ? { skipDangerousModePermissionPrompt: true } : {}),
	};
}
