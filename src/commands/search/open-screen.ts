/** The full screen of `search`: what it finds and reads comes from the index, as the rows of the command do. */
import { RelayError } from '../../core/errors.ts';
import type { IndexDatabase } from '../../history/index/open-index.ts';
import { readQuery } from '../../history/query/read-query.ts';
import { searchMessages } from '../../history/query/search-messages.ts';
import type { CommandContext } from '../context.ts';
import { conversationLines } from '../conversation/lines.ts';
import { readFrom } from '../conversation/run.ts';
import { goOn } from './go-on.ts';
import { hitsOf } from './hit.ts';
import type { SearchSource } from './search-source.ts';

/** More are found by more words. */
const MAX_ROWS = 100;
/** Messages around the one that was found. */
const READ_AROUND = 200;

/** The exit code, of the shell where the user goes on with a conversation. Throws `usage` where there is no terminal to draw on. */
export async function openSearchScreen(context: CommandContext, asked: { here: boolean }): Promise<number> {
	const { commandLine, env, live } = context;
	if (commandLine === null || !commandLine.hasTerminal || env.TERM === 'dumb')
		throw new RelayError('usage', 'What is to be found?', {
			hint: 'For example: agent-relay search "not found"; without a query it needs a terminal.',
		});
	const agents = await ableAgents(context);
	const { choice, exitCode } = await context.history((db) =>
		commandLine.openSearchScreen(sourceOf(db, context, { agents, look: live.look })),
	);
	if (choice === null) return exitCode;
	return goOn(context, { ref: choice.hit.ref, agent: choice.agent, here: asked.here });
}

/** Those that are installed; the demo's say nothing that is worth going on with. */
async function ableAgents({ agents }: CommandContext): Promise<string[]> {
	const all = await agents();
	return all.flatMap(({ agent, isDemo, executable, refused }) =>
		isDemo || executable === null || refused !== null ? [] : [agent],
	);
}

function sourceOf(
	db: IndexDatabase,
	{ clock, home }: CommandContext,
	{ agents, look }: { agents: readonly string[]; look: CommandContext['live']['look'] },
): SearchSource {
	return {
		agents,
		home,
		now: () => clock.now(),
		find: async (typed) => {
			const { query } = readQuery(asItIsTyped(typed));
			const filters = query === null ? { role: 'user' as const } : {};
			const { messages, hasMore } = searchMessages(db, { query, filters, limit: MAX_ROWS, now: clock.now() });
			return { hits: hitsOf(db, messages, query), hasMore };
		},
		read: async ({ target }, columns) => {
			const options = { ref: target, session: null, limit: READ_AROUND, around: null };
			const data = { ...readFrom(db, options, clock.now()), home, now: clock.now() };
			const rows = conversationLines(data, { theme: look.theme, columns });
			return {
				rows,
				at: Math.max(
					0,
					rows.findIndex((row) => row.includes('▸ ')),
				),
			};
		},
	};
}

/** The last word may go on. */
const asItIsTyped = (typed: string): string =>
	/[\p{L}\p{N}]$/u.test(typed) && isClosed(typed) ? `${typed}*` : typed;

const isClosed = (typed: string): boolean => (typed.match(/"/g)?.length ?? 0) % 2 === 0;
