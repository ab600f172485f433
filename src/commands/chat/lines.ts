/** How a chat begins and how it ended, in lines: who, how long, at what cost, what to do next. Styled, safe, not yet wrapped. */
import { formatPlural } from '../../core/plural.ts';
import { safeLine, safeText } from '../../core/text.ts';
import { describeTime } from '../../limits/describe-limit.ts';
import type { ChatOutcome, ChatResult } from '../../relay/chat/chat-contract.ts';
import { withoutVerdict } from '../../relay/chat/chat-verdict.ts';
import type { SessionMeta } from '../../sessions/session-meta.ts';
import { PLAIN_THEME, type Theme } from '../../ui/plain-theme.ts';
import { describeCost, formatCount } from '../../ui/quantities.ts';
import { wrapToColumns } from '../../ui/text-width.ts';
import { shortRef } from '../../view/describe-session.ts';
import type { Look } from '../look.ts';

export interface ChatData {
	result: ChatResult;
	exitCode: number;
	/** The session's, as it ended. */
	meta: SessionMeta;
	/** Epoch ms. */
	now: number;
	/** How this program is called here, and how a chat is begun: `agent-relay chat` or `/chat`. */
	ownName: string;
	command: string;
}

const WORDS_CHARS = 120;
const REASON_CHARS = 300;

/** How the chat ended, apart from what was said in it. */
export function chatLines(
	{ result, meta, now, ownName, command }: ChatData,
	{ theme, columns }: Look,
): string[] {
	// A command that is broken into rows cannot be pasted.
	const rows = (text: string) =>
		text.includes(`${ownName} `) ? [text] : wrapToColumns(text, columns, { indent: 2 });
	return ['', ...chatEndLines(result, meta, { theme, now, ownName, command }).flatMap(rows)];
}

export function lastMessageLines({ result: { lastMessage } }: ChatData): string[] {
	return lastMessage ? [safeText(withoutVerdict(lastMessage.text))] : [];
}

/** For a chat that ended without an agreement, of which only the last message is printed. `left`: who can speak no more, and why. */
export function whyOver({ result, meta, ...rest }: ChatData, left: readonly string[]): string[] {
	const [, ...steps] = chatEndLines(result, meta, { theme: PLAIN_THEME, ...rest });
	const reasons = left.map((text) => `  ${safeLine(text, REASON_CHARS)}`);
	return [`the chat is over: ${CHAT_ENDS[result.outcome]}`, ...reasons, ...steps];
}

export function chatBeginLines(
	meta: Pick<SessionMeta, 'chat' | 'objective'>,
	isContinued: boolean,
	{ theme, columns }: Look,
): string[] {
	return wrapToColumns(chatBeginLine(meta, isContinued, theme), columns, { indent: 2 });
}

/** Said before anyone speaks, so that the user sees what was asked for, and in a continued chat what it is about. */
export function chatBeginLine(
	{ chat, objective }: Pick<SessionMeta, 'chat' | 'objective'>,
	isContinued: boolean,
	theme: Theme,
): string {
	if (chat === undefined) return '';
	const { participants, max_turns, permissions, until } = chat;
	const who = participants.map(({ id }) => safeLine(id, WORDS_CHARS)).join(', ');
	const facts = [
		isContinued
			? `Chat about ${JSON.stringify(safeLine(objective ?? '', WORDS_CHARS))} continues: ${who}`
			: `Chat of ${who}`,
		`at most ${formatPlural(max_turns, isContinued ? 'more turn' : 'turn')}`,
		permissions,
		until === null ? '' : `until ${JSON.stringify(safeLine(until, WORDS_CHARS))}`,
	];
	return theme.dim(facts.filter((fact) => fact !== '').join(' · '));
}

export const CHAT_ENDS: Readonly<Record<ChatOutcome, string>> = {
	agreed: 'all agree',
	max_turns: 'its turns are used up',
	timed_out: 'its time is up',
	interrupted: 'stopped',
	too_few: 'fewer than two can continue',
	out_of_turns: 'budgets.max_turns is used up',
	out_of_budget: 'budgets.max_cost is used up',
};

interface ChatEndOptions {
	theme: Theme;
	/** Epoch ms. */
	now: number;
	/** `agent-relay chat` or `/chat`. */
	command: string;
	/** How this program is called where it works. */
	ownName: string;
}

/** `meta`: of the session as it ended; turns, tokens and cost are those of the whole session. */
export function chatEndLines(
	result: ChatResult,
	{ turn_count, usage, chat }: Pick<SessionMeta, 'turn_count' | 'usage' | 'chat'>,
	{ theme, now, command, ownName }: ChatEndOptions,
): string[] {
	const { outcome, sessionId, earliestReset } = result;
	const short = shortRef(sessionId);
	const isAgreed = outcome === 'agreed';
	// It must be given again.
	const again = chat?.permissions === 'full' ? ' -p full' : '';
	const mark = isAgreed ? theme.good('✓') : theme.warn('■');
	const facts = [formatPlural(turn_count, 'turn'), tokensOf(usage), costOf(usage)].filter(Boolean);
	const step = (what: string, line: string) => `  ${theme.dim(`${what}:`)} ${line}`;
	const isWaiting = outcome === 'too_few' && earliestReset !== null && earliestReset > now;
	return [
		`${mark} ${theme.bold(`Chat over: ${CHAT_ENDS[outcome]}`)}${theme.dim(facts.map((fact) => ` · ${fact}`).join(''))}`,
		...(isWaiting ? [theme.dim(`  the first is free again ${describeTime(earliestReset, { now })}`)] : []),
		step('read it', `${ownName} show ${short}`),
		...(outcome === 'out_of_turns'
			? [step('raise it', 'agent-relay config set budgets.max_turns TURNS')]
			: []),
		...(outcome === 'out_of_budget' ? [step('raise it', 'agent-relay config set budgets.max_cost USD')] : []),
		...(isAgreed ? [] : [step('continue', `${command} --session ${short}${again}`)]),
	];
}

function tokensOf(usage: SessionMeta['usage']): string {
	const read = usage.input_tokens + usage.cache_read_tokens + usage.cache_write_tokens;
	const written = usage.output_tokens + usage.reasoning_tokens;
	return read + written === 0 ? '' : `${formatCount(read)} in ${formatCount(written)} out`;
}

const costOf = (usage: SessionMeta['usage']) => (usage.cost_usd === 0 ? '' : describeCost(usage));
