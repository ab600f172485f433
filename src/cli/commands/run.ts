/** `agent-relay run`: one task to its end, hand-overs included, streamed to the terminal or as JSON lines. */

import type { AgentId } from '../../agents/agent-adapter.ts';
import type { App } from '../../app/create-app.ts';
import { openRelay, readSettings } from '../../app/open-relay.ts';
import { RelayError } from '../../core/errors.ts';
import { jsonText } from '../../core/json-text.ts';
import { quoteForShell } from '../../core/quote-for-shell.ts';
import type { Conversation, SendOptions, SendResult } from '../../relay/contract.ts';
import { EXIT, exitCodeOfResult } from '../../relay/exit-codes.ts';
import { askAboutSurvivors } from '../ask-survivor.ts';
import type { CommandResult, Output } from '../command.ts';
import { openCommandView, tellDistrust } from '../command-view.ts';
import { openEarlier } from '../open-earlier.ts';
import { stdinOf } from '../read-stdin.ts';
import { readTask } from '../read-task.ts';
import { type RelayOptions, relayFlags } from '../relay-options.ts';
import { resultToJson } from '../result-json.ts';
import { listenForStop } from '../stop-signals.ts';
import { createTerminalAnswers } from '../terminal-answers.ts';

export interface RunOptions extends RelayOptions {
	task: string | undefined;
	file?: string;
	encoding?: string;
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
			encoding: options.encoding,
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
	if (canAnswer) askAboutSurvivors(app, output.theme);
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
		await openEarlier(app, relay, options, stop.signal);
		const sendOptions: SendOptions = {
			signal: stop.signal,
			onEvent: (event) => {
				// Before a question is shown: what was typed until then is no answer to it.
				answers?.event(event);
				view.event(event);
			},
		};
		const result =
			task === null ? await relay.continuePending(sendOptions) : await relay.send(task, sendOptions);
		const other = await otherAgent(relay, task, result);
		await relay.close();
		view.close();
		return finish(result, { name: app.ownName, stoppedBy: stop.exitCode(), other }, options, output);
	} finally {
		answers?.close();
		view.close();
		await relay.close();
		stop.dispose();
	}
}

function finish(
	result: SendResult,
	{ name, stoppedBy, other }: { name: string; stoppedBy: number | null; other: Other },
	options: RunOptions,
	output: Output,
): CommandResult {
	const exitCode = stoppedBy ?? exitCodeOfResult(result);
	if (options.json) output.print(jsonText(resultToJson(result, exitCode)));
	else if (!options.quiet && exitCode !== EXIT.done)
		output.tell(`${nextStep(result, { name, other }, options)}\n`);
	return { exitCode };
}

/**
 * What to type next. Where the words of before were just sent again and failed again (`other` is set), the same command is
 * no help: another agent is named where there is one, and where to read what happened.
 */
function nextStep(
	{ sessionId, largerBudget }: SendResult,
	{ name, other }: { name: string; other: Other },
	options: RunOptions,
): string {
	const ref = sessionId.slice(-6);
	const goOn = `${name} run --session ${ref}${standingFlags(options)}`;
	const kept = `Session ${sessionId} keeps the work.`;
	const flag = largerBudget === undefined ? '' : ` ${largerBudget}`;
	if (other === undefined) return `${kept} Go on with: ${goOn}${flag}`;
	const read = `What happened: ${name} show ${ref}`;
	return other === null
		? `${kept} ${read}`
		: `${kept} ${read}\nAnother agent takes over with: ${goOn} --agent ${other}`;
}

/** Who may get the words, and what he may do: without these the printed line would ask others, or allow less. */
function standingFlags({ order, permissions }: RunOptions): string {
	return [
		order === undefined ? '' : ` --order ${quoteForShell(order)}`,
		permissions === undefined ? '' : ` --permissions ${permissions}`,
	].join('');
}

/** The agent to name in place of the one that failed again, null where there is none; undefined: it did not fail again. */
type Other = AgentId | null | undefined;

async function otherAgent(
	relay: Conversation,
	task: string | null,
	{ outcome, state }: SendResult,
): Promise<Other> {
	if (task !== null || (outcome !== 'failed' && outcome !== 'outcome_unknown')) return undefined;
	const able = (await relay.agents()).find(
		({ agent, executable, login, isLimited, refused, isDemo }) =>
			agent !== state?.agent &&
			!isDemo &&
			executable !== null &&
			refused === null &&
			!isLimited &&
			login?.loggedIn !== 'no',
	);
	return able?.agent ?? null;
}
