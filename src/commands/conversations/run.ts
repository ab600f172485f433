/** The conversations of the index, each with its place in its line of work. */
import { toIsoOrNull } from '../../core/clock.ts';
import { type ListedConversation, listConversations } from '../../history/query/list-conversations.ts';
import { EXIT } from '../../relay/exit-codes.ts';
import type { Body } from '../command.ts';
import type { PlaceOptions } from '../options/place-options.ts';
import { readFilters } from '../search/read-filters.ts';
import { knownAgent } from '../sessions/known-agent.ts';
import { shortConversation } from './short-conversation.ts';

interface ConversationsOptions extends PlaceOptions {
	agent: string | null;
	slug: string | null;
	subAgents: boolean;
	/** null: all of them. */
	limit: number | null;
}

export interface ConversationsData {
	rows: ReadonlyArray<ListedConversation & { short: string }>;
	count: number;
	/** Some were left out on purpose. */
	isFiltered: boolean;
	home: string;
	now: number;
}

export const conversations: Body<ConversationsOptions, ConversationsData> = {
	async run(context, options) {
		const { slug, limit, subAgents: hasSubAgents } = options;
		const agent = options.agent === null ? null : await knownAgent(options.agent, context);
		const filters = { ...readFilters(options, context), agent };
		const {
			conversations: found,
			count,
			rows,
		} = await context.history((db) => {
			const listed = listConversations(db, { filters, slug, hasSubAgents, limit });
			return {
				...listed,
				rows: listed.conversations.map((row) => ({ ...row, short: shortConversation(db, row) })),
			};
		});
		const { project, since, until, tags } = filters;
		const isFiltered =
			[agent, slug, project, since, until].some((one) => one !== null && one !== undefined) ||
			tags?.length !== 0;
		const data = {
			rows,
			count: Math.max(count, found.length),
			isFiltered,
			home: context.home,
			now: context.clock.now(),
		};
		return { exitCode: EXIT.done, data };
	},
	toJson: ({ rows, count }) => ({
		conversations: rows.map((row) => ({
			conversation: row.ref,
			session: row.native_id,
			agent: row.agent,
			slug: row.slug,
			session_number: row.place.number,
			session_count: row.place.count,
			title: row.title,
			project: row.project,
			started_at: toIsoOrNull(row.started_at),
			ended_at: toIsoOrNull(row.ended_at),
			messages: row.messages,
			tags: row.tags,
			sub_agent: row.is_subagent === 1,
			path: row.path,
			gone: row.is_gone === 1,
		})),
		total: count,
	}),
};
