/** `chat`: several agents on one topic, until they agree. */
import type { PermissionPreset } from '../../agents/agent-adapter.ts';
import { type KeptSetting, readGivenSettings, settingsToKeep } from '../../config/given-settings.ts';
import type { ConfigFlag } from '../../config/layers/layer-values.ts';
import { RelayError } from '../../core/errors.ts';
import type { SessionId } from '../../core/ids.ts';
import { safeLine } from '../../core/text.ts';
import type { Chat, ChatOpening, ChatOutcome, ChatResult } from '../../relay/chat/chat-contract.ts';
import { continueChat, startChat } from '../../relay/chat/open-chat.ts';
import type { RoleRequest } from '../../relay/chat/participants.ts';
import { EXIT, exitCodeOfChat } from '../../relay/exit-codes.ts';
import type { Ports } from '../../relay/ports.ts';
import { findChat } from '../../relay/resume/find-conversation.ts';
import { recapOf } from '../../relay/resume/recap.ts';
import { repairAbandoned } from '../../relay/resume/repair.ts';
import { keptSettings } from '../../sessions/store/kept-settings.ts';
import type { SessionStore } from '../../sessions/store/session-store.ts';
import { chatResultToJson } from '../../view/result-json.ts';
import { recapLines } from '../../view/transcript/recap-lines.ts';
import { agreeOnOrigin } from '../agree-on-origin.ts';
import type { Body, Result } from '../command.ts';
import type { CommandContext } from '../context.ts';
import { shownTurns } from '../live.ts';
import { refuseTwoSessions } from '../open-earlier.ts';
import { CHAT_ENDS, type ChatData, chatBeginLines, whyOver } from './lines.ts';

interface ChatOptions {
	topic: string | null;
	agents: readonly string[] | null;
	file: string | null;
	encoding: string | null;
	maxTurns: number | null;
	role: readonly RoleRequest[];
	until: string | null;
	/** Limit for the whole chat, ms. */
	timeout: number | null;
	permissions: PermissionPreset | null;
	config: readonly string[];
	trust: boolean;
	here: boolean;
	continue: boolean;
	session: string | null;
	json: boolean;
	quiet: boolean;
}

const EXAMPLE = 'agent-relay chat "Tabs or spaces?" --agents claude,codex';

export const chat: Body<ChatOptions, ChatData> = {
	run: async (context, options) => {
		const { topic: argument, file, encoding } = options;
		const isOptional = options.continue || options.session !== null;
		const called = { word: 'topic', example: EXAMPLE, question: 'what is the chat about?' } as const;
		const words = await context.readTask({ argument, file, encoding, isOptional, called });
		const opening = openingOf(options, words);
		const talk = await openChat(context, opening, options);
		const isQuiet = options.quiet && !options.json;
		return holdChat(context, talk, { isContinued: opening.type === 'earlier', isQuiet });
	},
	toJson: ({ result, exitCode }) => chatResultToJson(result, exitCode),
};

/**
 * Runs it to its end and closes it. `isContinued`: it was started before. `isQuiet`: only its last message is printed, and on stderr why it
 * ended where it could not continue.
 */
export function holdChat(
	context: CommandContext,
	talk: Chat,
	{ isContinued, isQuiet }: { isContinued: boolean; isQuiet: boolean },
): Promise<Result<ChatData>> {
	return context.live.conversation(talk, async (shown) => {
		const { called } = context;
		const now = context.clock.now();
		const recap = isContinued && context.live.canAnswer ? await recapHere(talk, context) : null;
		shown.lines((look) => [
			...chatBeginLines(talk.session().meta, isContinued, look),
			...(recap === null ? [] : recapLines(recap, { ...look, now, called, next: null })),
		]);
		const left: string[] = [];
		const options = shownTurns(shown, (event) => {
			if (event.type === 'participant_left') left.push(`${event.participant} ${event.text}`);
		});
		const result = await talk.run(options);
		const isStopped = result.outcome === 'interrupted';
		const exitCode = isStopped ? (shown.stoppedBy() ?? EXIT.interrupted) : exitCodeOfChat(result.outcome);
		const { meta } = talk.session();
		const { clock, ownName } = context;
		const data = { result, exitCode, meta, now: clock.now(), ownName, command: called('chat') };
		if (isQuiet && CANNOT_GO_ON.has(result.outcome)) context.notice(whyOver(data, left).join('\n'));
		return { exitCode, data, heard: heardOf(talk, result), isStopped };
	});
}

const recapHere = async (talk: Chat, { store }: CommandContext) =>
	recapOf((await store()).story(talk.session().id));

const CANNOT_GO_ON: ReadonlySet<ChatOutcome> = new Set([
	'too_few',
	'out_of_turns',
	'out_of_budget',
	'timed_out',
]);

/** `words`: the topic, or for an earlier chat more of the user's words; null: none were given. Throws `usage`. */
function openingOf(options: ChatOptions, words: string | null): ChatOpening {
	const { until, maxTurns, permissions, timeout: timeoutMs, session, here: isHere, agents } = options;
	const common = { until, maxTurns, permissions, timeoutMs };
	refuseTwoSessions(options);
	if (options.continue || session !== null) {
		refuseWithEarlier(options);
		return { type: 'earlier', session, words, isHere, ...common };
	}
	if (words === null)
		throw new RelayError('usage', 'No topic was given.', { hint: `For example: ${EXAMPLE}` });
	if (agents === null)
		throw new RelayError('usage', 'No agents were named: a chat takes two to five.', {
			hint: 'For example: --agents claude,codex',
		});
	return { type: 'new', topic: words, agents, roles: options.role, ...common };
}

function refuseWithEarlier({ agents, role }: ChatOptions): void {
	const flag = agents !== null ? '--agents' : role.length > 0 ? '--role' : null;
	if (flag === null) return;
	throw new RelayError('usage', `${flag} is for a new chat: an earlier one keeps its participants.`, {
		hint: 'Start a new chat, or leave it out.',
	});
}

/** Throws what `startChat` and `continueChat` throw, and `nothing_to_continue` where no chat has work left. */
async function openChat(
	context: CommandContext,
	opening: ChatOpening,
	{ trust: isTrusted, config: typed }: Pick<ChatOptions, 'trust' | 'config'>,
): Promise<Chat> {
	const { parentTurn, notice } = context;
	const given = readGivenSettings(typed, context.folder);
	const ports = await context.ports({ isTrusted, config: given });
	const { mayAsk } = context.live;
	if (opening.type === 'new') {
		await ports.survivors.settle(ports.repo.worktree);
		return startChat({ ...opening, parentTurn, mayAsk, config: settingsToKeep(given) }, ports);
	}
	const store = await context.store();
	const id = findChat(opening.session, store);
	const isAccepted = opening.isHere !== true && (await agreeOnOrigin(context, id));
	for (const line of await repairAbandoned(ports)) notice(line);
	await ports.survivors.settle(store.read(id).repo.worktree);
	const config = await keptOfChat(id, given, { context, ports, store });
	return continueChat(id, { ...opening, parentTurn, isAccepted, mayAsk, config }, ports);
}

/** The settings of an earlier chat are in force again; beside the conversation of a shell, its own stay. */
async function keptOfChat(
	id: SessionId,
	given: readonly ConfigFlag[],
	{ context, ports, store }: { context: CommandContext; ports: Ports; store: SessionStore },
): Promise<KeptSetting[]> {
	const { settings } = keptSettings(store.read(id), store.witness(id));
	const problem = context.conversation === null ? await ports.holdSettings(settings) : null;
	if (problem !== null) context.notice(problem);
	return settingsToKeep([...settings, ...given]);
}

const TOPIC_CHARS = 200;

/** For the next agent that gets a packet in a conversation next to the chat. */
function heardOf(talk: Chat, result: ChatResult): string {
	const { id, meta } = talk.session();
	const who = result.participants.map((one) => one.id).join(', ');
	const topic = JSON.stringify(safeLine(meta.objective ?? '', TOPIC_CHARS));
	return `A chat of ${who} about ${topic} ended after ${result.turns} turns: ${CHAT_ENDS[result.outcome]}. What was said: agent-relay show ${id}`;
}
