/** Adds up what turns recorded: of this repo, or of all repos of this user. Reads every turn's state, one at a time. */
import { fromIso, toIso, yieldToIo } from '../../core/clock.ts';
import { RelayError } from '../../core/errors.ts';
import type { SessionId } from '../../core/ids.ts';
import { EXIT } from '../../relay/exit-codes.ts';
import type { LineageFilter } from '../../sessions/listing/lineage-list.ts';
import type { SessionStore } from '../../sessions/store/session-store.ts';
import type { TurnState } from '../../sessions/turns/turn-state.ts';
import { shortRef } from '../../view/describe-session.ts';
import type { Body } from '../command.ts';
import type { CommandContext } from '../context.ts';
import type { Age } from '../options/age.ts';
import { knownAgent } from '../sessions/known-agent.ts';
import { type SearchedSession, searchedSessions, turnsOf } from './find-turns.ts';
import { type GroupedBy, Grouping } from './grouping.ts';
import type { DamagedSession, MetricsData } from './metrics-data.ts';
import { metricsJson } from './metrics-json.ts';

interface MetricsOptions {
	since: Age | null;
	by: GroupedBy | null;
	agent: string | null;
	all: boolean;
	json: boolean;
	csv: boolean;
}

export const metrics: Body<MetricsOptions, MetricsData> = {
	async run(context, options) {
		const { since, all, csv, json } = options;
		if (csv && json) throw new RelayError('usage', '--csv and --json exclude each other.');
		const by = options.by ?? 'agent';
		const agent = options.agent === null ? null : await knownAgent(options.agent, context);
		const from = since === null ? null : context.clock.now() - since.ms;
		const stores = await storesOf(all, context);
		const filter = await filterOf({ from, agent, all }, context);
		const places = stores.map(({ root, store }) => ({ root, store, ...store.lineages(filter) }));
		const isMeant = (turn: TurnState) =>
			(agent === null || turn.agent === agent) &&
			(from === null || (fromIso(turn.started_at) ?? Number.NEGATIVE_INFINITY) >= from);
		const sessions = searchedSessions(places);
		const grouping = new Grouping(by);
		const damaged = await addUp(sessions, { grouping, isMeant }, context);
		const titles = by === 'lineage' ? titlesOf(sessions, stores) : null;
		const rows = grouping
			.groups()
			.map(({ key, sums }) => ({ key, title: titles?.get(key ?? '') ?? null, sums }));
		const total = grouping.total();
		const data = {
			by,
			since: from === null ? null : toIso(from),
			agent,
			isOfAllRepos: all,
			rows,
			total,
			days: grouping.days(),
			damaged,
			isCsv: csv,
			ownName: context.ownName,
			called: context.called('metrics'),
		};
		return { exitCode: total.turns === 0 ? EXIT.notFound : EXIT.done, data };
	},
	toJson: metricsJson,
};

interface Place {
	root: string;
	store: SessionStore;
}

async function storesOf(all: boolean, context: CommandContext): Promise<Place[]> {
	const own = await context.store();
	const { root } = own.location.repo;
	return [{ root, store: own }, ...(all ? await context.otherStores() : [])];
}

/** As `sessions` has it: of the name in force, or with `--all` of every name unless the user gave one. */
async function filterOf(
	{ from, agent, all }: { from: number | null; agent: string | null; all: boolean },
	context: CommandContext,
): Promise<LineageFilter> {
	const isNameGiven = all && (await context.names()).line.name.isGiven;
	return {
		...(all && !isNameGiven ? { name: null } : {}),
		...(agent === null ? {} : { agent }),
		...(from === null ? {} : { since: from }),
	};
}

interface AddedUp {
	grouping: Grouping;
	isMeant(turn: TurnState): boolean;
}

/** Who waits longer than this sees how far it is; ms. */
const PATIENCE_MS = 500;
const PROGRESS_EVERY_MS = 100;

async function addUp(
	sessions: readonly SearchedSession[],
	{ grouping, isMeant }: AddedUp,
	{ clock, progress }: Pick<CommandContext, 'clock' | 'progress'>,
): Promise<DamagedSession[]> {
	const damaged: DamagedSession[] = [];
	/** The last agent of each line of work. */
	const agents = new Map<SessionId, string>();
	let shownAt = clock.monotonic() + PATIENCE_MS - PROGRESS_EVERY_MS;
	let shownAtYield = clock.monotonic();
	try {
		for (const [count, session] of sessions.entries()) {
			const { id, root, oldest, problem } = session;
			if (problem !== null) damaged.push({ id, root, problem });
			for (const turn of turnsOf(session)) {
				if (typeof turn === 'string') {
					damaged.push({ id, root, problem: turn });
					continue;
				}
				const before = agents.get(oldest) ?? null;
				agents.set(oldest, turn.agent);
				if (isMeant(turn)) grouping.add(turn, { root, lineage: oldest, before });
			}
			const now = clock.monotonic();
			if (now - shownAt >= PROGRESS_EVERY_MS) {
				progress(`${count + 1} of ${sessions.length} sessions read`);
				shownAt = now;
			}
			// The shell answers keys meanwhile.
			if (now - shownAtYield < YIELD_EVERY_MS) continue;
			await yieldToIo();
			shownAtYield = clock.monotonic();
		}
	} finally {
		progress(null);
	}
	return damaged;
}

const YIELD_EVERY_MS = 8;

/** By the oldest session of each line of work. */
function titlesOf(sessions: readonly SearchedSession[], stores: readonly Place[]): Map<string, string> {
	const storeOf = new Map(stores.map(({ root, store }) => [root, store]));
	const titles = new Map<string, string>();
	for (const { oldest, lineage, root } of sessions) {
		if (titles.has(oldest)) continue;
		const meta = storeOf.get(root)?.summary(lineage.head)?.meta;
		titles.set(oldest, meta?.title ?? meta?.last_prompt ?? meta?.objective ?? shortRef(oldest));
	}
	return titles;
}
