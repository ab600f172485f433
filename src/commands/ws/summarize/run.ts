/** `ws summarize` and `ws backfill`: what was done, from the hints that sessions left, and hints for those that left none. */
import { join, resolve } from 'node:path';
import { secretValues } from '../../../agents/secret-values.ts';
import { toIso } from '../../../core/clock.ts';
import { RelayError } from '../../../core/errors.ts';
import { ensureFolder } from '../../../core/files/folders.ts';
import { explainingWrites } from '../../../core/files/write-failure.ts';
import { writeAtomic } from '../../../core/files/write-file.ts';
import type { SessionId } from '../../../core/ids.ts';
import { EXIT } from '../../../relay/exit-codes.ts';
import type { SessionStore } from '../../../sessions/store/session-store.ts';
import { sessionNews } from '../../../workstreams/facts/session-news.ts';
import { requireWorkstream } from '../../../workstreams/registry/registry-file.ts';
import {
	byFolder,
	groupHints,
	type SummaryGroup,
	summaryText,
} from '../../../workstreams/summaries/summary-text.ts';
import { requireWorkstreamName } from '../../../workstreams/workstream-name.ts';
import type { Body } from '../../command.ts';
import type { CommandContext } from '../../context.ts';
import type { Moment } from '../../options/moment.ts';
import { readSince } from '../../options/since.ts';

export interface SummaryData {
	path: string;
	from: string;
	to: string;
	groups: readonly SummaryGroup[];
	withoutHints: number;
	/** Names of hints that cannot be read. */
	unread: readonly string[];
}

interface SummaryOptions {
	/** null: the last 24 hours. */
	since: Moment | null;
	ws: string | null;
	outputDir: string | null;
}

export const wsSummarize: Body<SummaryOptions, SummaryData> = {
	async run(context, { since, ws, outputDir }) {
		const workstreams = await context.workstreams();
		const registry = workstreams.registry();
		const only = ws === null ? null : requireWorkstream(registry, requireWorkstreamName(ws)).name;
		const now = context.clock.now();
		const { hints, unread } = workstreams.hints();
		const begin = (since ?? readSince('24h')).at(now);
		const groups = groupHints({ hints, markers: workstreams.markers(), registry, since: begin, only });
		const told = new Set(hints.map(({ session_id }) => session_id));
		const withoutHints = (await sessionsSince(begin, context)).filter(({ id }) => !told.has(id)).length;
		const [from, to] = [toIso(begin).slice(0, 16), toIso(now).slice(0, 16)];
		const folder = await folderOf(outputDir, context);
		const path = join(folder, `relay-summary-${to.slice(0, 10)}${only === null ? '' : `-${only}`}.md`);
		explainingWrites(path, () => {
			ensureFolder(folder);
			writeAtomic(path, summaryText(groups, { from, to, withoutHints }));
		});
		return { exitCode: EXIT.done, data: { path, from, to, groups, withoutHints, unread } };
	},
	toJson: ({ path, from, to, groups, withoutHints, unread }) => ({
		path,
		from,
		to,
		groups: groups.map(({ name, bullets, decisions, sessions }) => ({
			workstream: name,
			sessions,
			bullets,
			decisions,
		})),
		sessions_without_hints: withoutHints,
		unreadable_hints: unread,
	}),
};

/** A parameter wins over the configuration. */
async function folderOf(outputDir: string | null, context: CommandContext): Promise<string> {
	if (outputDir !== null) return resolve(context.folder, outputDir);
	const { summary_dir: set } = (await context.settings()).loaded.config.ws;
	if (set === null) return join(context.paths.dataHome, 'summaries');
	return set.startsWith('~/') ? join(context.home, set.slice(2)) : set;
}

export interface BackfillData {
	/** Sessions that have a hint now. */
	made: readonly string[];
	/** Sessions whose records say nothing, or cannot be read. */
	left: number;
}

export const wsBackfill: Body<{ since: Moment | null }, BackfillData> = {
	async run(context, { since }) {
		const workstreams = await context.workstreams();
		const { registry: agents } = await context.settings();
		const now = context.clock.now();
		const secrets = secretValues(context.env, agents.adapters);
		const markers = workstreams.markers();
		const made: string[] = [];
		let left = 0;
		for (const { id, store } of await sessionsSince((since ?? readSince('7d')).at(now), context)) {
			if (workstreams.toldUntil(id) !== null) continue;
			const news = newsOrNull(id, store, { secrets, at: toIso(now) });
			if (news === null || news.segment === null) left++;
			else {
				const name = markers.get(id) ?? byFolder(news.session.project, workstreams.registry());
				workstreams.tell(news.session, { ...news.segment, workstream: name });
				made.push(id);
			}
		}
		return { exitCode: EXIT.done, data: { made, left } };
	},
	toJson: ({ made, left }) => ({ made, left_out: left }),
};

function newsOrNull(
	id: SessionId,
	store: SessionStore,
	{ secrets, at }: { secrets: readonly string[]; at: string },
) {
	try {
		return sessionNews(id, null, { store, secrets, at });
	} catch (error) {
		if (error instanceof RelayError) return null;
		throw error;
	}
}

/** In every repo of this user, by when they were used last. */
async function sessionsSince(
	since: number,
	context: CommandContext,
): Promise<Array<{ id: SessionId; store: SessionStore }>> {
	const stores = [await context.store(), ...(await context.otherStores()).map(({ store }) => store)];
	return stores.flatMap((store) =>
		store
			.list({ name: null, kinds: ['shell', 'run'] })
			.filter(({ meta, lastUsedAt }) => meta !== null && meta.turn_count > 0 && lastUsedAt >= since)
			.map(({ id }) => ({ id, store })),
	);
}
