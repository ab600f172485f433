/** `run`: one task to its end, hand-overs included. */
import type { AgentId } from '../../agents/agent-adapter.ts';
import { RelayError } from '../../core/errors.ts';
import { safeLine } from '../../core/text.ts';
import type { Conversation, SendResult } from '../../relay/conversation-contract.ts';
import { EXIT, exitCodeOfError, exitCodeOfResult } from '../../relay/exit-codes.ts';
import { recapOf } from '../../relay/resume/recap.ts';
import { lastingId } from '../../sessions/session-meta.ts';
import { resultToJson } from '../../view/result-json.ts';
import { recapLines } from '../../view/transcript/recap-lines.ts';
import type { Body } from '../command.ts';
import type { CommandContext } from '../context.ts';
import { refuseOddModel, startConversation } from '../conversation-start.ts';
import { type Shown, shownTurns } from '../live.ts';
import { openEarlier, refuseTwoSessions } from '../open-earlier.ts';
import type { ConversationOptions, EarlierOptions } from '../options/conversation-options.ts';
import { sessionInWords, shownWords } from '../ws/in-words-first.ts';
import { answerFile, writeAnswer } from './answer-file.ts';
import { LastMessage } from './last-message.ts';

interface RunOptions extends ConversationOptions, EarlierOptions {
	task: string | null;
	file: string | null;
	encoding: string | null;
	/** A file for the answer. */
	outputLastMessage: string | null;
	ws: string | null;
	json: boolean;
	quiet: boolean;
}

export interface RunData {
	result: SendResult;
	/** The last message of the last turn. */
	answer: string | null;
	exitCode: number;
	/** How this program is called here. */
	ownName: string;
	/** Who may get the words, and what he may do, as the user said it. */
	standing: Pick<RunOptions, 'order' | 'permissions'>;
	/**
	 * The agent to name in place of the one that got the same words again and failed again, null where there is none;
	 * undefined: nothing was sent again, or it did not fail.
	 */
	other: AgentId | null | undefined;
}

export const run: Body<RunOptions, RunData> = {
	run: async (context, options) => {
		refuseTwoSessions(options);
		refuseOddModel(options);
		const task = await readTask(context, options);
		const { live, ownName } = context;
		const { outputLastMessage: typed } = options;
		const file = typed === null ? null : await answerFile(typed, context);
		const conversation = await startConversation(context, options, {
			kind: 'run',
			canAnswer: live.canAnswer,
		});
		return live.conversation(conversation, async (shown) => {
			await openEarlier(context, conversation, options, shown.signal);
			if (live.canAnswer) await showRecap(context, conversation, shown);
			const said = new LastMessage();
			const sending = shownTurns(shown, (event) => said.event(event));
			const result =
				task === null ? await conversation.continuePending(sending) : await conversation.send(task, sending);
			const other = await otherAgent(conversation, task, result);
			const stopped = shown.stoppedBy();
			const worked = stopped ?? exitCodeOfResult(result);
			if (stopped === null && context.parentTurn === null)
				await sessionInWords(conversation, shownWords(shown));
			const { text: answer } = said;
			const exitCode = file === null ? worked : keepAnswer({ file, answer, exitCode: worked }, context);
			return { exitCode, data: { result, answer, exitCode, ownName, standing: options, other } };
		});
	},
	toJson: ({ result, exitCode, answer }) => resultToJson(result, exitCode, answer),
};

/** Only the answer of finished work goes into the file. The exit code of both; the work is done, whatever becomes of the file. */
function keepAnswer(
	{ file, answer, exitCode }: { file: string; answer: string | null; exitCode: number },
	{ notice }: Pick<CommandContext, 'notice'>,
): number {
	if (exitCode !== EXIT.done || answer === null) {
		notice(`There is no answer to write; ${safeLine(file, 200)} is as it was.`);
		return exitCode;
	}
	try {
		writeAnswer(file, answer);
		return exitCode;
	} catch (error) {
		if (!(error instanceof RelayError)) throw error;
		notice(`The answer could not be written: ${error.message}`);
		return exitCodeOfError(error);
	}
}

/** To somebody who watches, where the session that is continued stands. */
async function showRecap(
	{ store, clock, called }: CommandContext,
	conversation: Pick<Conversation, 'session' | 'active' | 'agents'>,
	shown: Pick<Shown<unknown>, 'lines'>,
): Promise<void> {
	const session = conversation.session();
	const recap = session && recapOf((await store()).story(session.id));
	if (session === null || recap === null) return;
	const now = clock.now();
	const { choice } = await conversation.agents.upcoming();
	const next = { choice, permissions: conversation.active().permissions, full: '--permissions full' };
	shown.lines((look) => [
		look.theme.dim(`resuming session ${lastingId(session.meta)}`),
		...recapLines(recap, { ...look, now, called, next }),
		'',
	]);
}

async function readTask(
	context: CommandContext,
	{ task: argument, file, encoding, continue: isContinued, session }: RunOptions,
): Promise<string | null> {
	const isOptional = isContinued || session !== null;
	const called = {
		word: 'task',
		example: 'agent-relay run "fix the failing test"',
		question: 'what is the task?',
	} as const;
	const task = await context.readTask({ argument, file, encoding, isOptional, called });
	if (task !== null || isOptional) return task;
	throw new RelayError('usage', 'No task was given.', {
		hint: 'For example: agent-relay run "fix the failing test", or -f FILE, or a pipe',
	});
}

async function otherAgent(
	conversation: Pick<Conversation, 'agents'>,
	task: string | null,
	{ outcome, state }: SendResult,
): Promise<AgentId | null | undefined> {
	if (task !== null || (outcome !== 'failed' && outcome !== 'outcome_unknown')) return undefined;
	const able = (await conversation.agents.all()).find(
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
