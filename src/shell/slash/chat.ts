import { safeLine } from '../../core/text.ts';
import type { Chat, ChatResult } from '../../relay/chat/contract.ts';
import { exitCodeOfChat } from '../../relay/exit-codes.ts';
import type { Candidate } from '../editor/completion.ts';
import type { ChatFlags } from '../services.ts';
import { CHAT_ENDS, chatBeginLine, chatEndLines } from '../view/chat-lines.ts';
import { completeWhoAndHow, flagAtEnd } from './agent-argument.ts';
import { sessionRows } from './session-rows.ts';
import { type CompletionContext, type SlashCommand, type SlashContext, usageError } from './slash-command.ts';
import { flagsOf, readWordsAndFlags } from './words-and-flags.ts';

export const chat: SlashCommand = {
	name: 'chat',
	aliases: [],
	usage:
		'chat TOPIC --agents A,B [-n TURNS] [--role NAME="…"] [--until "…"] [--timeout TIME] [-p PERMISSIONS] | [TEXT] --continue | [TEXT] --session REF',
	summary: 'let two to five agents answer each other, in a session of its own',
	example: '/chat is the cache worth its bugs? --agents claude,codex -n 4',
	duringTurn: 'queued',
	complete: completeChat,
	async run(context, argument) {
		const { flags, words } = readChat(argument);
		if (words === null && !flags.continue && flags.session === undefined)
			throw usageError(chat, 'what is the chat about?');
		await context.work(async ({ signal, onEvent, onHardStop, onSay }) => {
			const opened = await context.services.openChat(flags, words);
			onHardStop(() => opened.stopHard());
			onSay((text) => opened.say(text));
			const goesOn = flags.continue === true || flags.session !== undefined;
			context.print([chatBeginLine(opened.session().meta, goesOn, context.theme)]);
			try {
				const result = await opened.run({ signal, onEvent });
				tellEnd(context, opened, result);
				return { exitCode: exitCodeOfChat(result.outcome), isBroken: result.outcome === 'interrupted' };
			} finally {
				await opened.close();
			}
		}, 'the chat');
	},
};

const TOPIC_CHARS = 200;

/** The next agent that gets a packet in the shell's own session hears of the chat, in the relay's words. */
function tellEnd(
	{ relay, print, theme, clock, services }: SlashContext,
	opened: Chat,
	result: ChatResult,
): void {
	const { id, meta } = opened.session();
	const who = result.participants.map((one) => one.id).join(', ');
	const topic = safeLine(meta.objective ?? '', TOPIC_CHARS);
	relay.note(
		`A chat of ${who} about ${JSON.stringify(topic)} ended after ${result.turns} turns: ${CHAT_ENDS[result.outcome]}. What was said: agent-relay show ${id}`,
	);
	const { ownName } = services;
	print(chatEndLines(result, meta, { theme, now: clock.now(), ownName, command: '/chat' }));
}

const OPTIONS = {
	agents: { type: 'string', short: 'A' },
	'max-turns': { type: 'string', short: 'n' },
	role: { type: 'string', multiple: true },
	until: { type: 'string' },
	timeout: { type: 'string' },
	permissions: { type: 'string', short: 'p' },
	continue: { type: 'boolean', short: 'c' },
	session: { type: 'string', short: 's' },
	here: { type: 'boolean' },
} as const;
const FLAGS = flagsOf(OPTIONS);

interface ReadChat {
	flags: ChatFlags;
	words: string | null;
}

function readChat(argument: string): ReadChat {
	const { values, words } = readWordsAndFlags(chat, argument, OPTIONS);
	const { 'max-turns': maxTurns, ...flags } = values;
	return { flags: { ...flags, ...(maxTurns === undefined ? {} : { maxTurns }) }, words };
}

async function completeChat(
	{ relay, context }: CompletionContext,
	argument: string,
): Promise<readonly Candidate[]> {
	const last = flagAtEnd(argument);
	const values = last && (await completeWhoAndHow(relay, last));
	if (values) return values;
	if (last?.flag === '--session' || last?.flag === '-s')
		return (await sessionRows(context, ['chat'])).map(({ id, title }) => ({
			value: id,
			hint: safeLine(title, 40),
		}));
	return FLAGS.filter((name) => name.startsWith('--')).map((value) => ({ value }));
}
