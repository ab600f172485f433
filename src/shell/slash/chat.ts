import { parseArgs } from 'node:util';
import { safeLine } from '../../core/text.ts';
import type { Chat, ChatOutcome, ChatResult } from '../../relay/chat/contract.ts';
import { exitCodeOfChat } from '../../relay/exit-codes.ts';
import type { Candidate } from '../editor/completion.ts';
import type { ChatFlags } from '../services.ts';
import { agentCandidates, PRESETS } from './agent-argument.ts';
import { type CompletionContext, type SlashCommand, type SlashContext, usageError } from './slash-command.ts';

export const chat: SlashCommand = {
	name: 'chat',
	aliases: [],
	usage:
		'chat [TOPIC] --agents A,B [-n TURNS] [--role NAME="…"] [--until "…"] [--timeout TIME] [-p PERMISSIONS]',
	summary: 'let two to five agents answer each other, in a session of its own',
	example: '/chat is the cache worth its bugs? --agents claude,codex -n 4',
	duringTurn: 'queued',
	complete: completeChat,
	async run(context, argument) {
		const { flags, words } = readChat(argument);
		await context.work(async ({ signal, onEvent, onHardStop, onSay }) => {
			const opened = await context.services.openChat(flags, words);
			onHardStop(() => opened.stopHard());
			onSay((text) => opened.say(text));
			try {
				const result = await opened.run({ signal, onEvent });
				tellEnd(context, opened, result);
				return { exitCode: exitCodeOfChat(result.outcome), isBroken: result.outcome === 'interrupted' };
			} finally {
				await opened.close();
			}
		});
	},
};

const ENDS: Readonly<Record<ChatOutcome, string>> = {
	agreed: 'all agreed',
	max_turns: 'its turns were used up',
	timed_out: 'its time was up',
	interrupted: 'it was stopped',
	too_few: 'fewer than two could go on',
	out_of_budget: 'budgets.max_cost was used up',
};
const TOPIC_CHARS = 200;

/** The next agent that gets a packet in the shell's own session hears of the chat, in the relay's words. */
function tellEnd({ relay, print, theme }: SlashContext, opened: Chat, result: ChatResult): void {
	const { id, meta } = opened.session();
	const who = result.participants.map((one) => one.id).join(', ');
	const end = ENDS[result.outcome];
	const topic = safeLine(meta.objective ?? '', TOPIC_CHARS);
	relay.note(
		`A chat of ${who} about ${JSON.stringify(topic)} ended after ${result.turns} turns: ${end}. What was said: agent-relay show ${id}`,
	);
	const next = result.outcome === 'agreed' ? '' : ' · go on: /chat --continue';
	print([
		`${theme.bold('Chat over')}: ${end}`,
		theme.dim(`  session ${id} · read it: agent-relay show ${id.slice(-6)}${next}`),
	]);
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
} as const;
const FLAGS = Object.entries(OPTIONS).flatMap(([name, option]) => [
	`--${name}`,
	...('short' in option ? [`-${option.short}`] : []),
]);

interface ReadChat {
	flags: ChatFlags;
	words: string | null;
}

/** The words stand before the first flag, or behind the flags; they are taken as typed, quotes around all of them apart. */
function readChat(argument: string): ReadChat {
	const words = wordsOf(argument);
	const first = words.findIndex(({ text }) => isFlag(text));
	const at = words[first];
	const before = at === undefined ? argument : argument.slice(0, at.start);
	const rest = first < 0 ? [] : words.slice(first);
	const { values, tokens } = parse(rest.map(({ text }) => text));
	const behind = tokens.find(({ kind }) => kind === 'positional');
	const after = behind === undefined ? '' : argument.slice(rest[behind.index]?.start ?? argument.length);
	const isLast = tokens
		.slice(behind === undefined ? 0 : tokens.indexOf(behind))
		.every(({ kind }) => kind === 'positional');
	if ((before.trim() !== '' && after !== '') || (behind !== undefined && !isLast))
		throw usageError(chat, 'the topic stands in one piece, before or behind the flags');
	const { 'max-turns': maxTurns, ...flags } = values;
	const typed = unquoted((before.trim() === '' ? after : before).trim());
	return {
		flags: { ...flags, ...(maxTurns === undefined ? {} : { maxTurns }) },
		words: typed === '' ? null : typed,
	};
}

function parse(args: string[]) {
	try {
		return parseArgs({ args, options: OPTIONS, allowPositionals: true, tokens: true });
	} catch (error) {
		throw usageError(chat, error instanceof Error ? error.message : String(error));
	}
}

const isFlag = (word: string) => FLAGS.includes(word.split('=', 1)[0] ?? '');

/** With their places; quotes hold one together, also within it (`--role claude="be brief"`). */
function wordsOf(argument: string): Array<{ text: string; start: number }> {
	return [...argument.matchAll(/(?:"[^"]*"|'[^']*'|\S)+/g)].map((match) => ({
		text: match[0].replace(
			/"([^"]*)"|'([^']*)'/g,
			(_, double?: string, single?: string) => double ?? single ?? '',
		),
		start: match.index,
	}));
}

function unquoted(text: string): string {
	const [, inside] = /^"([^"]*)"$/.exec(text) ?? /^'([^']*)'$/.exec(text) ?? [];
	return inside ?? text;
}

async function completeChat(
	{ relay, services }: CompletionContext,
	argument: string,
): Promise<readonly Candidate[]> {
	const [, flag, word = ''] = /(--?[\w-]+)(?:\s+|=)(\S*)$/.exec(argument) ?? [];
	if (flag === '--agents' || flag === '-A') return completeAgents(await agentCandidates(relay), word);
	if (flag === '--permissions' || flag === '-p') return PRESETS.map((value) => ({ value }));
	if (flag === '--session' || flag === '-s')
		return (await services.listSessions(OFFERED)).map(({ id, title }) => ({
			value: id,
			hint: safeLine(title, 40),
		}));
	return FLAGS.filter((name) => name.startsWith('--')).map((value) => ({ value }));
}

const OFFERED = 20;

/** The last of a list: `claude,co` -> `claude,codex`. */
function completeAgents(agents: readonly Candidate[], word: string): Candidate[] {
	const named = word.slice(0, word.lastIndexOf(',') + 1);
	const taken = new Set(named.split(','));
	return agents
		.filter(({ value }) => !taken.has(value))
		.map(({ value, ...rest }) => ({ ...rest, value: named + value }));
}
