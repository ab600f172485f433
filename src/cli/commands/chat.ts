/** `agent-relay chat`: several agents on one topic, streamed to the terminal or as JSON lines. */

import type { App } from '../../app/create-app.ts';
import { openChat } from '../../app/open-chat.ts';
import { readSettings, type SettingsHolder } from '../../app/open-relay.ts';
import { agreeOnOrigin } from '../../commands/agree-on-origin.ts';
import { jsonText } from '../../core/json-text.ts';
import { safeText } from '../../core/text.ts';
import { withoutVerdict } from '../../relay/chat/chat-verdict.ts';
import type { Chat, ChatResult } from '../../relay/chat/contract.ts';
import { EXIT, exitCodeOfChat } from '../../relay/exit-codes.ts';
import type { ChatFlags } from '../../shell/services.ts';
import { chatBeginLine, chatEndLines } from '../../shell/view/chat-lines.ts';
import { columnsFor } from '../../ui/terminal-size.ts';
import { wrapToColumns } from '../../ui/text-width.ts';
import { askOnTerminal } from '../ask-on-terminal.ts';
import { askAboutSurvivors } from '../ask-survivor.ts';
import { CHAT_EXAMPLE, chatOpening } from '../chat-options.ts';
import type { CommandResult, Output } from '../command.ts';
import { openCommandView, tellDistrust } from '../command-view.ts';
import { configuredTheme } from '../configured-theme.ts';
import { stdinOf } from '../read-stdin.ts';
import { readTask } from '../read-task.ts';
import { chatResultToJson } from '../result-json.ts';
import { listenForStop } from '../stop-signals.ts';

export interface ChatOptions extends ChatFlags {
	topic: string | undefined;
	file?: string;
	encoding?: string;
	trust?: boolean;
	json?: boolean;
	quiet?: boolean;
}

export async function chat(app: App, options: ChatOptions, output: Output): Promise<CommandResult> {
	const words = await readTask(
		{
			argument: options.topic,
			file: options.file,
			encoding: options.encoding,
			isOptional: options.continue === true || options.session !== undefined,
			called: { word: 'topic', example: CHAT_EXAMPLE },
		},
		stdinOf(app),
	);
	const opening = chatOpening(options, words);
	const settings = await readSettings(app, { isTrusted: options.trust ?? false, config: [] });
	tellDistrust(app, settings.trust);
	const holder: SettingsHolder = { settings };
	if (!options.json && !options.quiet) askAboutSurvivors(app, output.theme);
	const talk = await openChat(app, opening, holder, (id) =>
		agreeOnOrigin({ ...app, ask: askOnTerminal(app) }, id),
	);
	const stop = listenForStop(talk, app);
	const { ui } = settings.loaded.config;
	const told = teller(app, options, { ...output, theme: await configuredTheme(ui.color, output) });
	told.begin(talk, opening.type === 'earlier');
	// Only the last message is wanted with -q, so nothing is shown on the way.
	const view =
		options.quiet && !options.json
			? SILENT
			: await openCommandView(app, { ...options, stop: stop.signal }, output, ui);
	try {
		const result = await talk.run({ signal: stop.signal, onEvent: (event) => view.event(event) });
		await talk.close();
		view.close();
		const isStopped = result.outcome === 'interrupted';
		const exitCode = isStopped ? (stop.exitCode() ?? EXIT.interrupted) : exitCodeOfChat(result.outcome);
		told.end(talk, result, exitCode);
		return { exitCode };
	} finally {
		view.close();
		await talk.close();
		stop.dispose();
	}
}

const SILENT = { event: () => undefined, close: () => undefined };

/** What stands around the chat: a result object, its last message, or lines for people on stderr. */
function teller({ streams, clock, ownName }: App, { json, quiet }: ChatOptions, output: Output) {
	const { theme, columns, print, tell } = output;
	const lines = (texts: readonly string[]) => {
		// The terminal may have been resized meanwhile.
		const width = columnsFor(streams.output, columns);
		// A command that is broken into rows cannot be pasted.
		const rows = (text: string) =>
			text.includes(`${ownName} `) ? [text] : wrapToColumns(text, width, { indent: 2 });
		for (const text of texts) tell(`${rows(text).join('\n')}\n`);
	};
	return {
		begin(talk: Chat, goesOn: boolean): void {
			if (!json && !quiet) lines([chatBeginLine(talk.session().meta, goesOn, theme), '']);
		},
		end(talk: Chat, result: ChatResult, exitCode: number): void {
			const { meta } = talk.session();
			const { lastMessage } = result;
			if (json) print(jsonText(chatResultToJson(result, exitCode)));
			else if (!quiet)
				lines([
					'',
					...chatEndLines(result, meta, { theme, now: clock.now(), ownName, command: `${ownName} chat` }),
				]);
			else if (lastMessage) print(`${safeText(withoutVerdict(lastMessage.text))}\n`);
		},
	};
}
