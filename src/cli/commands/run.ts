/** `agent-relay run`: one task to its end, hand-overs included, streamed to the terminal or as JSON lines. */
import type { App } from '../../app/create-app.ts';
import { openRelay, readSettings } from '../../app/open-relay.ts';
import { RelayError } from '../../core/errors.ts';
import type { SendOptions, SendResult } from '../../relay/contract.ts';
import { EXIT, exitCodeOfResult } from '../../relay/exit-codes.ts';
import type { CommandResult, Output } from '../command.ts';
import { openCommandView, tellDistrust } from '../command-view.ts';
import { resultToJson } from '../event-json.ts';
import { openEarlier } from '../open-earlier.ts';
import { stdinOf } from '../read-stdin.ts';
import { readTask } from '../read-task.ts';
import { type RelayOptions, relayFlags } from '../relay-options.ts';
import { listenForStop } from '../stop-signals.ts';
import { createTerminalAnswers } from '../terminal-answers.ts';

export interface RunOptions extends RelayOptions {
	task: string | undefined;
	file?: string;
}

export async function run(app: App, options: RunOptions, output: Output): Promise<CommandResult> {
	const { input, output: shown } = app.streams;
	const canAnswer = input.isTTY === true && shown.isTTY === true && !options.json && !options.quiet;
	const flags = { ...relayFlags(options, 'run'), canAnswer };
	const goesOn = options.continue === true || options.session !== undefined;
	const task = await readTask(
		{
			argument: options.task,
			file: options.file,
			isOptional: goesOn,
			called: { word: 'task', example: 'agent-relay run "fix the failing test"' },
		},
		stdinOf(app),
	);
	if (task === null && !goesOn) {
		throw new RelayError('usage', 'No task was given.', {
			hint: 'For example: agent-relay run "fix the failing test", or -f FILE, or a pipe',
		});
	}
	const settings = await readSettings(app, flags);
	tellDistrust(app, settings.trust);
	const relay = await openRelay(app, flags, { settings });
	const stop = listenForStop(relay, app);
	const answers = canAnswer ? createTerminalAnswers(input, relay, stop.interrupt) : null;
	const view = await openCommandView(
		app,
		{ ...options, stop: stop.signal },
		output,
		settings.loaded.config.ui,
	);
	try {
		await openEarlier(app, relay, options);
		const sendOptions: SendOptions = {
			signal: stop.signal,
			onEvent: (event) => {
				view.event(event);
				answers?.event(event);
			},
		};
		const result =
			task === null ? await relay.continuePending(sendOptions) : await relay.send(task, sendOptions);
		await relay.close();
		view.close();
		return finish(result, stop.exitCode(), options, output);
	} finally {
		answers?.close();
		view.close();
		await relay.close();
		stop.dispose();
	}
}

function finish(
	result: SendResult,
	stoppedBy: number | null,
	options: RunOptions,
	output: Output,
): CommandResult {
	const exitCode = stoppedBy ?? exitCodeOfResult(result);
	if (options.json) output.print(`${JSON.stringify(resultToJson(result, exitCode))}\n`);
	else if (!options.quiet && exitCode !== EXIT.done) output.tell(`${nextStep(result)}\n`);
	return { exitCode };
}

function nextStep({ sessionId }: SendResult): string {
	return `Session ${sessionId} keeps the work. Go on with: agent-relay run --session ${sessionId.slice(-6)}`;
}
