/** What was done since a moment, by workstream, as Markdown. Pure. */
import { fromIso } from '../../core/clock.ts';
import { formatPlural } from '../../core/plural.ts';
import { safeLine } from '../../core/text.ts';
import type { Hint } from '../records/session-records.ts';
import type { Registry } from '../registry/registry-file.ts';
import type { WorkstreamName } from '../workstream-name.ts';

export interface SummaryGroup {
	/** null: of no workstream. */
	name: WorkstreamName | null;
	bullets: readonly string[];
	decisions: readonly string[];
	sessions: number;
}

export interface SummarySource {
	hints: readonly Hint[];
	/** By the id of the session. */
	markers: ReadonlyMap<string, WorkstreamName>;
	registry: Registry;
	/** Epoch ms. */
	since: number;
	/** Only this one; null: all. */
	only: WorkstreamName | null;
}

export interface SessionSummary {
	session: string;
	/** The folder it worked in, absolute; null: not known. */
	project: string | null;
	agents: readonly string[];
	/** null: of no workstream. */
	workstream: WorkstreamName | null;
	/** ISO-8601. */
	from: string;
	to: string;
	bullets: readonly string[];
	decisions: readonly string[];
}

/** A row a segment, oldest first, by the workstream of the segment, else of the session's marker, else of the longest folder around it. */
export function summariesOf({ hints, markers, registry, since, only }: SummarySource): SessionSummary[] {
	return hints
		.flatMap(({ session_id: session, project, agents, segments }) =>
			segments.map(({ from, to, workstream: own, bullets, decisions }) => {
				const workstream = own ?? markers.get(session) ?? byFolder(project, registry);
				return { session, project, agents, workstream, from, to, bullets, decisions };
			}),
		)
		.filter(({ to, workstream }) => (fromIso(to) ?? 0) >= since && (only === null || workstream === only))
		.sort((a, b) => (fromIso(a.to) ?? 0) - (fromIso(b.to) ?? 0));
}

/** Each line once. */
export function groupHints(source: SummarySource): SummaryGroup[] {
	const groups = new Map<
		WorkstreamName | null,
		{ bullets: Set<string>; decisions: Set<string>; sessions: Set<string> }
	>();
	for (const { session, workstream, bullets, decisions } of summariesOf(source)) {
		const group = groups.get(workstream) ?? { bullets: new Set(), decisions: new Set(), sessions: new Set() };
		for (const bullet of bullets) group.bullets.add(safeLine(bullet, MAX_CHARS));
		for (const decision of decisions) group.decisions.add(safeLine(decision, MAX_CHARS));
		group.sessions.add(session);
		groups.set(workstream, group);
	}
	return [...groups]
		.map(([name, { bullets, decisions, sessions }]) => ({
			name,
			bullets: [...bullets],
			decisions: [...decisions],
			sessions: sessions.size,
		}))
		.sort(
			(a, b) =>
				Number(a.name === null) - Number(b.name === null) || ((a.name ?? '') < (b.name ?? '') ? -1 : 1),
		);
}

const MAX_CHARS = 400;

/** The workstream with the longest folder at or above this one; null: none has one. */
export function byFolder(project: string | null, { workstreams }: Registry): WorkstreamName | null {
	if (project === null) return null;
	let found: { name: WorkstreamName; length: number } | null = null;
	for (const { name, projects } of workstreams)
		for (const folder of projects) {
			const isAround = project === folder || project.startsWith(`${folder}/`);
			if (isAround && folder.length > (found?.length ?? 0)) found = { name, length: folder.length };
		}
	return found?.name ?? null;
}

export function summaryText(
	groups: readonly SummaryGroup[],
	{ from, to, withoutHints }: { from: string; to: string; withoutHints: number },
): string {
	const parts = groups.flatMap(({ name, bullets, decisions, sessions }) => [
		`## ${name ?? 'Other work'}`,
		'',
		`${formatPlural(sessions, 'session')}`,
		'',
		...bullets.map((bullet) => `- ${bullet}`),
		...(decisions.length === 0
			? []
			: ['', '### Decisions', '', ...decisions.map((decision) => `- ${decision}`)]),
		'',
	]);
	const missing =
		withoutHints === 0
			? []
			: [
					`${formatPlural(withoutHints, 'session')} left no summary; \`agent-relay ws backfill\` makes them from the records.`,
					'',
				];
	const none = groups.length === 0 ? ['Nothing was recorded.', ''] : [];
	return [`# Work from ${from} to ${to}`, '', ...none, ...parts, ...missing].join('\n');
}
