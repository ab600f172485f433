import { formatPlural } from '../../core/plural.ts';
import { safeLine } from '../../core/text.ts';
import { describeTime } from '../../limits/describe-limit.ts';
import type { Recap } from '../../relay/resume/recap.ts';
import { formatAgo } from '../../ui/quantities.ts';
import { cutToColumns } from '../../ui/text-width.ts';
import type { Theme } from '../../ui/theme.ts';
import { firstLine } from './first-line.ts';

interface RecapLook {
	theme: Theme;
	columns: number;
	/** Epoch ms. */
	now: number;
	/** How `redo` and `show` are called where this is read. */
	called(path: string): string;
}

const TEXT_CHARS = 400;
const NAME_CHARS = 40;

/** A row for each thing that there is to know, cut to the width, indented by two. */
export function recapLines(recap: Recap, look: RecapLook): string[] {
	const { theme, columns } = look;
	const { prompt, answer, plan } = recap;
	const row = (text: string) => cutToColumns(`  ${text}`, columns);
	return [
		theme.dim(row(factsOf(recap, look))),
		...(prompt === null ? [] : [theme.bold(row(`› ${safeLine(prompt, TEXT_CHARS)}`))]),
		...(answer === null
			? []
			: [row(`${safeLine(answer.who, NAME_CHARS)}: ${firstLine(answer.text, TEXT_CHARS)}`)]),
		...leftOf(recap, look).map((text) => theme.warn(row(text))),
		...(plan.every(({ status }) => status === 'completed') ? [] : [theme.dim(row(planOf(plan)))]),
		...undoneOf(recap, look).map((text) => theme.warn(row(text))),
		theme.dim(row(`all of it: ${look.called('show')}`)),
	];
}

function factsOf({ title, turns, agents, endedAt }: Recap, { now }: RecapLook): string {
	return [
		title === null ? '' : `"${safeLine(title, TEXT_CHARS)}"`,
		formatPlural(turns, 'turn'),
		agents.map((agent) => safeLine(agent, NAME_CHARS)).join(', '),
		endedAt === null ? '' : formatAgo(endedAt, now),
	]
		.filter((fact) => fact !== '')
		.join(' · ');
}

/** `stopped: limit · your prompt waits for codex · until 16:40 (in 2 h)`, and the prompt where it is not the last one. */
function leftOf({ pending, stopped, prompt }: Recap, { now }: RecapLook): string[] {
	if (pending === null && stopped === null) return [];
	const who = stopped?.nextAgent ? safeLine(stopped.nextAgent, NAME_CHARS) : null;
	const resetAt = stopped?.resetAt ?? null;
	const facts = [
		stopped === null ? '' : `stopped: ${stopped.reason.replaceAll('_', ' ')}`,
		pending === null
			? who === null
				? ''
				: `${who} is next`
			: `your prompt waits${who === null ? '' : ` for ${who}`}`,
		resetAt === null || resetAt <= now ? '' : `until ${describeTime(resetAt, { now })}`,
	].filter((fact) => fact !== '');
	const isOther = pending !== null && pending.trim() !== prompt?.trim();
	return [facts.join(' · '), ...(isOther ? [`waits: ${safeLine(pending, TEXT_CHARS)}`] : [])];
}

/** `plan: 3 of 5 done · next: add a test`. */
function planOf(plan: Recap['plan']): string {
	const done = plan.filter(({ status }) => status === 'completed').length;
	const next =
		plan.find(({ status }) => status === 'in_progress') ?? plan.find(({ status }) => status === 'pending');
	const what = next === undefined ? '' : ` · next: ${safeLine(next.text, TEXT_CHARS)}`;
	return `plan: ${done} of ${plan.length} done${what}`;
}

function undoneOf({ undone: { own, others } }: Recap, { called }: RecapLook): string[] {
	if (own.length + others === 0) return [];
	const parts = [
		own.length === 0 ? '' : `${own.length === 1 ? 'turn' : 'turns'} ${own.join(', ')}`,
		others === 0 ? '' : `${formatPlural(others, 'turn')} of the sessions before`,
	].filter((part) => part !== '');
	return [`undone: ${parts.join(' and ')} · ${called('redo')}`];
}
