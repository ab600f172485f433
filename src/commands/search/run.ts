/** Searches the conversations of all agents, and goes on with one that was found. */
import { RelayError } from '../../core/errors.ts';
import type { IndexDatabase } from '../../history/index/open-index.ts';
import { findChain } from '../../history/query/chains.ts';
import type { Filters } from '../../history/query/filters.ts';
import { type Query, readQuery } from '../../history/query/read-query.ts';
import { searchMessages } from '../../history/query/search-messages.ts';
import { suggestQuery } from '../../history/query/suggest-query.ts';
import { EXIT } from '../../relay/exit-codes.ts';
import type { Body, Result } from '../command.ts';
import type { CommandContext } from '../context.ts';
import type { PlaceOptions } from '../options/place-options.ts';
import { knownAgent } from '../sessions/known-agent.ts';
import { type Hit, hitsOf, hitToJson, openCommand } from './hit.ts';
import { keepSearch, keptSearch } from './last-search.ts';
import { readFilters } from './read-filters.ts';

interface SearchOptions extends PlaceOptions {
	query: string | null;
	agent: string | null;
	role: 'user' | 'assistant' | 'tool' | null;
	session: string | null;
	limit: number;
	/** A row of this search, or of the last one. */
	continue: number | null;
	here: boolean;
}

export interface SearchData {
	/** As typed. */
	typed: string;
	hits: readonly Hit[];
	hasMore: boolean;
	/** The query was longer than a search can be. */
	isCut: boolean;
	/** What was looked for has no letter and no digit. */
	isEmpty: boolean;
	/** Another query, where nothing was found. */
	suggestion: string | null;
	/** Rows can be gone on with by their number. */
	isOfCli: boolean;
	home: string;
	called(path: string): string;
	/** Epoch ms. */
	now: number;
}

/** null: another program had the screen. */
export const search: Body<SearchOptions, SearchData | null> = {
	async run(context, options) {
		const { query: typed, continue: row } = options;
		if (row !== null) return goOnWith(row, context, options);
		if (typed === null && !isFiltered(options)) {
			const { openSearchScreen } = await import('./open-screen.ts');
			return { exitCode: await openSearchScreen(context, options), data: null };
		}
		const data = await find(context, options);
		return { exitCode: EXIT.done, data };
	},
	toJson: (data) =>
		data === null
			? undefined
			: {
					query: data.typed,
					results: data.hits.map((hit, at) => ({
						...hitToJson(hit, at + 1),
						open: openCommand(hit, data.called),
					})),
					more: data.hasMore,
					cut: data.isCut,
					suggestion: data.suggestion,
				},
};

const isFiltered = ({ agent, project, role, tag, since, until, session }: SearchOptions): boolean =>
	[agent, project, role, since, until, session].some((one) => one !== null) || tag.length > 0;

async function find(context: CommandContext, options: SearchOptions): Promise<SearchData> {
	const { clock, home, called, paths, commandLine, conversation } = context;
	const typed = options.query ?? '';
	const { query, isCut } = readQuery(typed);
	const agent = options.agent === null ? null : await knownAgent(options.agent, context);
	const filters = { ...readFilters(options, context), agent, role: options.role };
	const now = clock.now();
	const isBlank = typed !== '' && query === null;
	return context.history((db) => {
		const found = isBlank
			? { messages: [], hasMore: false, isEmpty: true }
			: searchMessages(db, {
					query,
					filters: { ...filters, conversations: conversationsOf(db, options.session) },
					limit: options.limit,
					now,
				});
		const hits = hitsOf(db, found.messages, query);
		// What an agent looks for is not what the user goes on from.
		if (commandLine !== null || conversation !== null)
			keepSearch(
				paths,
				hits.map(({ ref }) => ref),
			);
		return {
			typed,
			hits,
			hasMore: found.hasMore,
			isCut,
			isEmpty: found.isEmpty,
			suggestion: hits.length === 0 ? suggestionFor(db, typed, query, filters) : null,
			isOfCli: commandLine !== null,
			home,
			called,
			now,
		};
	});
}

const conversationsOf = (db: IndexDatabase, session: string | null): number[] | null =>
	session === null ? null : findChain(db, session).members.map(({ id }) => id);

/** Only what finds something with the same filters. */
function suggestionFor(
	db: IndexDatabase,
	typed: string,
	query: Query | null,
	filters: Filters,
): string | null {
	const suggestion = query === null ? null : suggestQuery(db, typed, query);
	if (suggestion === null) return null;
	const { messages } = searchMessages(db, { query: readQuery(suggestion).query, filters, limit: 1, now: 0 });
	return messages.length === 0 ? null : suggestion;
}

async function goOnWith(
	row: number,
	context: CommandContext,
	options: SearchOptions,
): Promise<Result<SearchData | null>> {
	const refs = options.query === null ? keptSearch(context.paths) : await refsOf(context, options);
	if (refs === null)
		throw new RelayError('usage', 'There is no earlier search to go on from.', {
			hint: 'Search first, or give the query too: agent-relay search login --continue 1',
		});
	const ref = refs[row - 1];
	if (ref === undefined)
		throw new RelayError(
			'usage',
			refs.length === 0 ? 'That search found nothing.' : `That search has ${refs.length} rows, not ${row}.`,
		);
	const { goOn } = await import('./go-on.ts');
	const { agent, here } = options;
	return { exitCode: await goOn(context, { ref, agent, here }), data: null };
}

/** `--agent` names who goes on, so it is no filter. */
async function refsOf(context: CommandContext, options: SearchOptions): Promise<string[]> {
	const { hits } = await find(context, { ...options, agent: null });
	return hits.map(({ ref }) => ref);
}
