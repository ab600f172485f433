/** How a command with a conversation shows what happens: live, plain, quiet, or as JSON lines. */

import type { App } from '../app/create-app.ts';
import { describeDistrust, type RepoTrust } from '../app/repo-trust.ts';
import type { RelayConfig } from '../config/schema.ts';
import { jsonText } from '../core/json-text.ts';
import { quoteForShell } from '../core/quote-for-shell.ts';
import { eventToJson } from '../relay/events/event-json.ts';
import { openRunView, type RunView } from '../view/live/open-view.ts';
import type { Output } from './command.ts';
import { configuredTheme } from './configured-theme.ts';

/** Says on stderr, once, that agents start without the repo's own settings. */
export function tellDistrust(app: App, trust: RepoTrust): void {
	const line = describeDistrust(trust);
	if (line !== null) app.notice(line);
}

/** Live on a terminal; plain elsewhere and when only the answer is wanted. `stop`: aborted once the user's Ctrl+C was heard. */
export async function openCommandView(
	app: App,
	{ json, quiet, stop }: { json?: boolean; quiet?: boolean; stop?: AbortSignal },
	output: Output,
	ui: RelayConfig['ui'],
): Promise<RunView> {
	if (json) {
		return {
			event: (event) => output.print(jsonText(eventToJson(event))),
			close: () => undefined,
		};
	}
	const { streams, clock, takeNotices } = app;
	const { worktree } = await app.repo();
	const silent = { write: () => true };
	return openRunView({
		output: quiet ? { write: (text: string) => output.print(text) } : streams.output,
		errorOutput: quiet ? silent : streams.errorOutput,
		theme: await configuredTheme(ui.color, output),
		thinking: ui.thinking,
		isStopping: () => stop?.aborted ?? false,
		takeNotices: streams.errorOutput.isTTY ? takeNotices : undefined,
		clock,
		worktree,
		allowHint: (command) =>
			/[\r\n]/.test(command) ? null : `agent-relay config allow ${quoteForShell(command)}`,
	});
}
