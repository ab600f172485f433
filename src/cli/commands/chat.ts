/** `agent-relay chat`: several agents on one topic, streamed to the terminal or as JSON lines. */
import type { App } from '../../app/create-app.ts';
import { openChat } from '../../app/open-chat.ts';
import { readSettings, type SettingsHolder } from '../../app/open-relay.ts';
import { safeText } from '../../core/text.ts';
import type { ChatOutcome, ChatResult } from '../../relay/chat/contract.ts';
import { withoutVerdict } from '../../relay/chat/verdict.ts';
import { EXIT, exitCodeOfChat } from '../../relay/exit-codes.ts';
import type { ChatFlags } from '../../shell/services.ts';
import { chatOpening } from '../chat-options.ts';
import type { CommandResult, Output } from '../command.ts';
import { openCommandView, tellDistrust } from '../command-view.ts';
import { chatResultToJson } from '../event-json.ts';
import { readTask } from '../read-task.ts';
import { listenForStop } from '../stop-signals.ts';

export interface ChatOptions extends ChatFlags {
	topic: string | undefined;
	file?: string;
	trust?: boolean;
	json?: boolean;
	quiet?: boolean;
}

export async function chat(app: App, options: ChatOptions, output: Output): Promise<CommandResult> {
	const words = await readTask({
		argument: options.topic,
		file: options.file,
		stdin: () => app.streams.input,
	});
	const opening = chatOpening(options, words);
	const settings = await readSettings(app, { isTrusted: options.trust ?? false, config: [] });
	tellDistrust(app, settings.trust);
	const holder: SettingsHolder = { settings };
	const talk = await openChat(app, opening, holder);
	const stop = listenForStop(talk);
	// Only the last message is wanted with -q, so nothing is shown on the way.
	const view =
		options.quiet && !options.json
			? SILENT
			: await openCommandView(app, options, output, settings.loaded.config.ui);
	try {
		const result = await talk.run({ signal: stop.signal, onEvent: (event) => view.event(event) });
		await talk.close();
		view.close();
		return finish(result, stop.exitCode(), options, output);
	} finally {
		view.close();
		await talk.close();
		stop.dispose();
	}
}

const SILENT = { event: () => undefined, close: () => undefined };

function finish(
	result: ChatResult,
	stoppedBy: number | null,
	options: ChatOptions,
	output: Output,
): CommandResult {
	const exitCode =
		result.outcome === 'interrupted' ? (stoppedBy ?? EXIT.interrupted) : exitCodeOfChat(result.outcome);
	if (options.json) output.print(`${JSON.stringify(chatResultToJson(result, exitCode))}\n`);
	else if (options.quiet) {
		const { lastMessage } = result;
		if (lastMessage) output.print(`${safeText(withoutVerdict(lastMessage.text))}\n`);
	} else output.tell(`${describeEnd(result)}\n`);
	return { exitCode };
}

const ENDS: Readonly<Record<ChatOutcome, string>> = {
	agreed: 'All agree',
	max_turns: 'The turns are used up',
	timed_out: 'The time is up',
	interrupted: 'Stopped',
	too_few: 'Fewer than two can go on',
	out_of_budget: 'budgets.max_cost is used up',
};

function describeEnd({ outcome, sessionId }: ChatResult): string {
	const short = sessionId.slice(-6);
	const next =
		outcome === 'agreed'
			? `read it: agent-relay show ${short}`
			: `go on with: agent-relay chat --session ${short}`;
	return `${ENDS[outcome]}. Session ${sessionId} keeps the chat; ${next}`;
}
