/** `agent-relay run`: one task to its end, hand-overs included, streamed to the terminal or as JSON lines. */
import type { App } from '../../app/create-app.ts';
import { openRelay, readSettings } from '../../app/open-relay.ts';
import { RelayError } from '../../core/errors.ts';
import type { SendOptions, SendResult } from '../../relay/contract.ts';
import type { Conversation } from '../../relay/conversation.ts';
import type { RelayEvent } from '../../relay/relay-events.ts';
import { createPlainSink } from '../../shell/view/plain-view.ts';
import { Transcript } from '../../shell/view/transcript.ts';
import type { CommandResult, Output } from '../command.ts';
import { eventToJson, resultToJson } from '../event-json.ts';
import { EXIT, exitCodeOfOutcome } from '../../relay/exit-codes.ts';
import { openEarlier } from '../open-earlier.ts';
import { readTask } from '../read-task.ts';
import { type RelayOptions, relayFlags } from '../relay-options.ts';
import { listenForStop } from '../stop-signals.ts';

export interface RunOptions extends RelayOptions {
	task: string | undefined;
	file?: string;
}

export async function run(app: App, options: RunOptions, output: Output): Promise<CommandResult> {
	const flags = relayFlags(options, 'run');
	const goesOn = options.continue === true || options.session !== undefined;
	const task = await readTask({ argument: options.task, file: options.file, stdin: app.streams.input });
	if (task === null && !goesOn) {
		throw new RelayError('usage', 'No task was given.', {
			hint: 'For example: agent-relay run "fix the failing test", or -f FILE, or a pipe',
		});
	}
	const settings = await readSettings(app, flags);
	const relay = await openRelay(app, flags, { settings });
	const stop = listenForStop(relay);
	try {
		await openEarlier(app, relay, options);
		const onEvent = options.json ? jsonWriter(output) : transcriptWriter(app, options, output);
		const sendOptions: SendOptions = {
			signal: stop.signal,
			onEvent,
			...(options.wait ? { wait: true } : {}),
		};
		const result =
			task === null ? await relay.continuePending(sendOptions) : await relay.send(task, sendOptions);
		await relay.close();
		return finish(relay, result, stop.exitCode(), options, output);
	} finally {
		await relay.close();
		stop.dispose();
	}
}

function jsonWriter(output: Output): (event: RelayEvent) => void {
	return (event) => output.print(`${JSON.stringify(eventToJson(event))}\n`);
}

function transcriptWriter(app: App, options: RunOptions, output: Output): (event: RelayEvent) => void {
	const streams = {
		output: { write: (text: string) => output.print(text) },
		errorOutput: { write: (text: string) => options.quiet || output.tell(text) },
	};
	const transcript = new Transcript({
		sink: createPlainSink(streams, output.theme),
		theme: output.theme,
		clock: app.clock,
		worktree: app.folder,
		allowHint: (command) => `agent-relay config allow ${JSON.stringify(command)}`,
	});
	return (event) => transcript.event(event);
}

function finish(
	relay: Conversation,
	result: SendResult,
	stoppedBy: number | null,
	options: RunOptions,
	output: Output,
): CommandResult {
	const exitCode = stoppedBy ?? exitCodeOfOutcome(result.outcome);
	if (options.json) output.print(`${JSON.stringify(resultToJson(result, exitCode))}\n`);
	else if (!options.quiet && exitCode !== EXIT.done) output.tell(`${nextStep(relay, result)}\n`);
	return { exitCode };
}

function nextStep(_relay: Conversation, { sessionId }: SendResult): string {
	return `Session ${sessionId} keeps the work. Go on with: agent-relay run --session ${sessionId.slice(-6)}`;
}
