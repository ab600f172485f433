/** Workstreams for reading. All text of others is made safe here. */
import { fromIso } from '../../core/clock.ts';
import { safeLine, safeText } from '../../core/text.ts';
import { fieldLines } from '../../ui/field-lines.ts';
import { formatAgo } from '../../ui/quantities.ts';
import { renderTable } from '../../ui/table.ts';
import { describeGauge } from '../../workstreams/gauge/gauge.ts';
import type { Idea } from '../../workstreams/registry/ideas-file.ts';
import type { Workstream } from '../../workstreams/registry/registry-file.ts';
import type { Look } from '../look.ts';
import type { ChangedData } from './change-workstreams.ts';
import type { IdeaData } from './ideas.ts';
import type { ListData, ShowData, StatusData } from './show-workstreams.ts';

export function statusLines(data: StatusData, look: Look): string[] {
	const { attached, gauge, workstreams, now, called } = data;
	const { theme } = look;
	const others = workstreams.filter(({ name, status }) => name !== attached?.name && status !== 'completed');
	const head =
		attached === null
			? ['No workstream is attached.']
			: fieldLines(
					[
						['workstream', attached.name],
						['description', safeLine(attached.description, 300)],
						['last touched', ago(attached, now)],
						['since saved', gauge === null ? '' : gaugeText(gauge)],
					],
					look,
				);
	const rest = others.length === 0 ? [] : ['', ...tableOf(others, data, look)];
	const next =
		attached === null
			? ['ws new NAME DESCRIPTION', ...(others.length === 0 ? [] : ['ws switch NAME'])]
			: ['ws save', 'ws switch NAME', 'ws park', 'ws complete'];
	return [...head, ...rest, '', ...[...next, 'ws idea TEXT'].map((path) => theme.dim(called(path)))];
}

const gaugeText = ({ next, ...gauge }: NonNullable<StatusData['gauge']>): string =>
	`${describeGauge(gauge)}${next === null ? '' : `; a warning at ${next} calls`}`;

export function listLines(data: ListData, look: Look): string[] {
	const { workstreams, ideas, called } = data;
	const { theme } = look;
	const table =
		workstreams.length === 0
			? ['There are no workstreams.', theme.dim(`begin one: ${called('ws new NAME DESCRIPTION')}`)]
			: tableOf(workstreams, data, look);
	return ideas.length === 0 ? table : [...table, '', ...ideaRows(ideas, look)];
}

function tableOf(
	workstreams: readonly Workstream[],
	{ now }: Pick<ListData, 'now'>,
	{ theme, columns }: Look,
): string[] {
	const heads = [
		{ title: 'workstream', paint: theme.bold },
		{ title: 'status' },
		{ title: 'last touched' },
		{ title: 'description', minColumns: 12 },
	];
	const rows = workstreams.map((entry) => [
		entry.name,
		entry.status,
		ago(entry, now),
		safeLine(entry.description, 120),
	]);
	return renderTable(heads, rows, { columns, theme });
}

function ago({ last_touched }: Workstream, now: number): string {
	const at = fromIso(last_touched);
	return at === null ? '' : formatAgo(at, now);
}

export function showLines({ entry, state, plan, architecture }: ShowData, look: Look): string[] {
	const { theme } = look;
	const head = `${theme.bold(entry.name)} (${entry.status})`;
	const described = entry.description === '' ? [] : [safeLine(entry.description, 300)];
	const texts = [
		{ title: 'state.md', text: state },
		{ title: 'plan.md', text: plan },
		{ title: 'architecture.md', text: architecture },
	];
	return [head, ...described, ...texts.flatMap(({ title, text }) => textRows(title, text, look))];
}

function textRows(title: string, text: string | null, { theme }: Look): string[] {
	return text === null ? [] : ['', theme.dim(title), ...safeText(text).trimEnd().split('\n')];
}

export function changedLines(data: ChangedData, look: Look): string[] {
	const { done, workstream, saved, session, texts } = data;
	const { theme } = look;
	const before = saved === null ? '' : `${saved} was saved; `;
	const attached =
		session !== null && done !== 'deleted' ? theme.dim(` (session ${safeLine(session, 40).slice(-6)})`) : '';
	const what = done === 'switched' && session === null ? 'is active' : WORDS[done];
	const line = `${theme.good('✓')} ${before}${workstream.name} ${what}${attached}.`;
	return [line, ...(texts === null ? [] : showLines({ ...texts, paths: NO_PATHS }, look).slice(1))];
}

const NO_PATHS = { state: '', plan: '', architecture: '' };

const WORDS: Record<ChangedData['done'], string> = {
	created: 'was begun',
	saved: 'was saved',
	switched: 'is worked on now',
	parked: 'was saved and parked',
	completed: 'was saved and is completed',
	deleted: 'was removed',
	edited: 'was saved',
	unchanged: 'is as it was',
};

export function ideaLines({ done, idea, ideas, workstream }: IdeaData, look: Look): string[] {
	const { theme } = look;
	if (idea === null) return ideas.length === 0 ? ['There are no ideas.'] : ideaRows(ideas, look);
	const text = safeLine(idea.text, 200);
	switch (done) {
		case 'added':
		case 'listed':
			return [`${theme.good('✓')} Idea ${idea.number} is kept: ${text}`];
		case 'removed':
			return [`${theme.good('✓')} Idea ${idea.number} was removed: ${text}`];
		case 'promoted':
			return [
				`${theme.good('✓')} Idea ${idea.number} is the workstream ${workstream?.name ?? ''} now: ${text}`,
			];
		default:
			return done satisfies never;
	}
}

const ideaRows = (ideas: readonly Idea[], { theme, columns }: Look): string[] =>
	renderTable(
		[
			{ title: 'idea', paint: theme.bold },
			{ title: 'text', minColumns: 12 },
		],
		ideas.map(({ number, text }) => [String(number), safeLine(text, 300)]),
		{ columns, theme },
	);
