/** `agent-relay sessions`: the sessions of this repo, newest use first. Reads no more records than it shows. */
import type { App } from '../../app/create-app.ts';
import { toIso } from '../../core/clock.ts';
import { RelayError } from '../../core/errors.ts';
import { safeLine } from '../../core/text.ts';
import { EXIT } from '../../relay/exit-codes.ts';
import { type SessionSummary, sessionPlaces } from '../../sessions/session-list.ts';
import { shortIds } from '../../sessions/short-ids.ts';
import { formatAgo } from '../../ui/quantities.ts';
import { renderTable } from '../../ui/table.ts';
import { describeKind } from '../../view/describe-session.ts';
import type { CommandResult, Output } from '../command.ts';
import { agentsOfSessions } from '../session-agents.ts';

export interface SessionsOptions {
	limit: string;
	all?: boolean;
	status?: SessionSummary['status'];
}

export async function sessions(app: App, options: SessionsOptions, output: Output): Promise<CommandResult> {
	const limit = readLimit(options.limit);
	const store = await app.store();
	const places = sessionPlaces(store.location);
	const all = [...places.keys()];
	const found = store.list({
		places,
		// For reading a race is one thing; as data, and with --all, everything stands there.
		isFolded: !output.isJson && !options.all,
		...(options.all ? {} : { limit }),
		...(options.status === undefined ? {} : { status: options.status }),
	});
	const others = store.location.others.filter((folder) =>
		[...places.values()].some((place) => place.startsWith(folder)),
	);
	const data = { folder: store.location.folder, other_folders: others, sessions: found.map(sessionToJson) };
	if (output.isJson) return { exitCode: EXIT.done, data };
	if (found.length === 0) return { exitCode: EXIT.done, lines: nothingLines(app, options, output) };
	const isCut = !options.all && found.length === limit && all.length > limit;
	const shortOf = shortIds(
		found.map(({ id }) => id),
		all,
	);
	const agentsOf = await agentsOfSessions(found, store);
	const lines = tableLines(found, { shortOf, agentsOf, now: app.clock.now() }, output);
	if (isCut) lines.push('', output.theme.dim(`The newest ${limit} of ${all.length}; every one: --all`));
	return { exitCode: EXIT.done, lines };
}

function readLimit(text: string): number {
	const limit = Number(text);
	if (/^\d{1,9}$/.test(text) && limit > 0) return limit;
	throw new RelayError('usage', `--limit takes a number from 1 on, not ${JSON.stringify(text)}.`);
}

function nothingLines({ ownName }: App, { status }: SessionsOptions, { theme }: Output): string[] {
	const what = status === undefined ? 'No sessions here yet.' : `No ${status} session here.`;
	const next =
		status === undefined ? `Start one: ${ownName} run "TASK"` : `See them all: ${ownName} sessions`;
	return [what, theme.dim(next)];
}

interface RowFacts {
	shortOf: (id: SessionSummary['id']) => string;
	agentsOf: (session: SessionSummary) => string[];
	/** Epoch ms. */
	now: number;
}

function tableLines(
	found: readonly SessionSummary[],
	{ shortOf, agentsOf, now }: RowFacts,
	{ theme, columns }: Output,
): string[] {
	const rows = found.map((session) => [
		shortOf(session.id),
		session.meta === null ? '' : describeKind(session.meta),
		session.reason === null ? session.status : `${session.status} (${session.reason.replaceAll('_', ' ')})`,
		formatAgo(session.lastUsedAt, now),
		turnsOf(session),
		safeLine(agentsOf(session).join(' '), 60),
		taskOf(session),
	]);
	const heads = [
		{ title: 'session', paint: theme.bold },
		{ title: 'kind' },
		{ title: 'status' },
		{ title: 'last used' },
		{ title: 'turns', align: 'right' as const },
		{ title: 'agents', minColumns: 8, paint: theme.accent },
		{ title: 'task', minColumns: 12, paint: theme.dim },
	];
	return renderTable(heads, rows, { columns, theme });
}

/** A race has none of its own. */
function turnsOf({ meta }: SessionSummary): string {
	if (meta === null || (meta.kind === 'race' && meta.turn_count === 0)) return '';
	return String(meta.turn_count);
}

function taskOf({ meta, problem }: SessionSummary): string {
	return safeLine(problem ?? meta?.name ?? meta?.title ?? meta?.objective ?? '', 120);
}

export function sessionToJson(session: SessionSummary): Record<string, unknown> {
	const { meta } = session;
	return {
		id: session.id,
		status: session.status,
		reason: session.reason,
		name: meta?.name ?? null,
		title: meta?.title ?? null,
		objective: meta?.objective ?? null,
		kind: meta?.kind ?? null,
		agents: Object.keys(meta?.agents ?? {}),
		active_agent: meta?.active_agent ?? null,
		turn_count: meta?.turn_count ?? null,
		parent: meta?.parent ?? null,
		created_at: meta?.created_at ?? null,
		last_used_at: toIso(session.lastUsedAt),
		folder: session.folder,
		problem: session.problem,
	};
}
