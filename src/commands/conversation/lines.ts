import { safeLine, safeText } from '../../core/text.ts';
import type { ConversationMessage } from '../../history/query/read-conversation.ts';
import { describeMoment } from '../../limits/describe-limit.ts';
import { formatAgo } from '../../ui/quantities.ts';
import { expandTabs, wrapToColumns } from '../../ui/text-width.ts';
import type { Look } from '../look.ts';
import { saidBy, shortFolder } from '../search/describe-hit.ts';
import type { ConversationData, ReadSession } from './run.ts';

/** A call of a tool: its command, not what it printed. */
const TOOL_CHARS = 300;

export function conversationLines(data: ConversationData, look: Look): string[] {
	const { theme } = look;
	const { messages, count, before, sessions } = data;
	const byId = new Map(sessions.map((one) => [one.id, one]));
	const after = count - before - messages.length;
	const rows = messages.flatMap((message, at) => {
		const session = byId.get(message.conversation);
		const isOther = message.conversation !== messages[at - 1]?.conversation;
		const head = session !== undefined && isOther ? ['', ...headLines(session, data, look)] : [];
		return [...head, '', ...messageLines(message, data, look)];
	});
	return [
		...(before > 0 ? [theme.dim(`${before} earlier messages; all of them: -n ${count}`)] : []),
		...rows.slice(before > 0 ? 0 : 1),
		...(after > 0 ? ['', theme.dim(`${after} later messages`)] : []),
	];
}

function headLines(
	session: ReadSession,
	{ sessionCount, home, now }: ConversationData,
	{ theme, columns }: Look,
): string[] {
	const facts = [
		sessionCount < 2 ? '' : `session ${session.number} of ${sessionCount}`,
		safeLine(session.slug ?? '', 60),
		safeLine(session.title, 100),
		safeLine(session.agent, 40),
		session.project === null ? '' : safeLine(shortFolder(session.project, home), 100),
		session.started_at === null ? '' : formatAgo(session.started_at, now),
		safeLine(session.ref, 100),
		session.is_gone === 1 ? 'transcript gone' : '',
	].filter((fact) => fact !== '');
	return wrapToColumns(`── ${facts.join(' · ')}`, columns - 1, { indent: 3 }).map(theme.bold);
}

function messageLines(
	message: ConversationMessage,
	{ named, now }: ConversationData,
	{ theme, columns }: Look,
): string[] {
	const mark = message.id === named ? theme.warn('▸ ') : '';
	const who =
		message.role === 'assistant' ? safeLine(message.agent, 40) : saidBy({ ...message, is_subagent: 0 });
	const facts = [
		message.at === null ? '' : describeMoment(message.at, { now }),
		safeLine(message.tags.map((tag) => `#${tag}`).join(' '), 100),
	].filter((fact) => fact !== '');
	const beside = facts.map((fact) => ` · ${fact}`).join('');
	const isTool = message.role === 'tool';
	const text = isTool ? safeLine(message.text, TOOL_CHARS) : safeText(message.text).replace(/\n+$/, '');
	const rows = text
		.split('\n')
		.flatMap((line) => wrapToColumns(expandTabs(line), Math.max(10, columns - 3)))
		.map((row) => (row === '' ? '' : `  ${isTool ? theme.dim(row) : row}`));
	return [`${mark}${theme.dim(`#${message.number}`)} ${theme.accent(who)}${theme.dim(beside)}`, ...rows];
}
