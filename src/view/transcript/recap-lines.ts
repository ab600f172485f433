import type { PermissionPreset } from '../../agents/agent-adapter.ts';
import { formatPlural } from '../../core/plural.ts';
import { safeLine } from '../../core/text.ts';
import { describeTime } from '../../limits/describe-limit.ts';
import type { Recap } from '../../relay/resume/recap.ts';
import { formatAgo } from '../../ui/quantities.ts';
import { cutToColumns } from '../../ui/text-width.ts';
import type { Theme } from '../../ui/theme.ts';
import { describeFiles } from '../describe-files.ts';
import { firstLine } from './first-line.ts';

interface RecapLook {
	theme: Theme;
	columns: number;
	/** Epoch ms. */
	now: number;
	/** How `redo` and `show` are called where this is read. */
	called(path: string): string;
	/** Who gets the next words, and what holds for them; null: that is for the session itself to say, as in a chat. */
	next: RecapNext | null;
}

interface RecapNext {
	/** null: nobody can work now. */
	choice: { agent: string; model: string | null } | null;
	permissions: PermissionPreset;
	/** How `full` is given again where this is read. */
	full: string;
}

const TEXT_CHARS = 400;
const NAME_CHARS = 40;

/** A row for each thing that there is to know, cut to the width, indented by two. */
export function recapLines(recap: Recap, look: RecapLook): string[] {
	const { theme, columns } = look;
	const { plan, files, failing } = recap;
	const row = (text: string) => cutToColumns(`  ${text}`, columns);
	return [
		theme.dim(row(factsOf(recap, look))),
		...recap.said.flatMap(({ prompt, answer }) => [
			...(prompt === null ? [] : [theme.bold(row(`› ${safeLine(prompt, TEXT_CHARS)}`))]),
			...(answer === null
				? []
				: [row(`${safeLine(answer.who, NAME_CHARS)}: ${firstLine(answer.text, TEXT_CHARS)}`)]),
		]),
		...leftOf(recap, look).map((text) => theme.warn(row(text))),
		...(plan.every(({ status }) => status === 'completed') ? [] : [theme.dim(row(planOf(plan)))]),
		...failing.map((command) => theme.warn(row(`failing: ${safeLine(command, TEXT_CHARS)}`))),
		...(files.length === 0 ? [] : [theme.dim(row(filesOf(recap)))]),
		...undoneOf(recap, look).map((text) => theme.warn(row(text))),
		...nextOf(recap, look).map(row),
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
function leftOf({ pending, stopped, said }: Recap, { now }: RecapLook): string[] {
	const { prompt = null } = said.findLast((one) => one.prompt !== null) ?? {};
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

/** `changed: 3 files +12 -4 · src/a.ts, src/b.ts`. */
function filesOf({ files }: Recap): string {
	const paths = files.map(({ path }) => safeLine(path, TEXT_CHARS)).join(', ');
	return `changed: ${describeFiles(files)} · ${paths}`;
}

/** `next: claude opus · edit`, and what the session had and does not have now. */
function nextOf({ permissions: had }: Recap, { next, theme }: RecapLook): string[] {
	if (next === null) return [];
	const { choice, permissions, full } = next;
	const who =
		choice === null
			? 'nobody can work now'
			: [choice.agent, choice.model ?? '']
					.map((name) => safeLine(name, NAME_CHARS))
					.join(' ')
					.trim();
	const lost = had === 'full' && permissions !== 'full' ? `full is not given again by itself: ${full}` : '';
	return [
		`next: ${who} · ${permissions === 'full' ? theme.warn(permissions) : permissions}`,
		...(lost === '' ? [] : [theme.warn(lost)]),
	];
}
