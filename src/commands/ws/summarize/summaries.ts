/** `ws summaries`: what each session did, by its hints. */
import { EXIT } from '../../../relay/exit-codes.ts';
import { requireWorkstream } from '../../../workstreams/registry/registry-file.ts';
import { type SessionSummary, summariesOf } from '../../../workstreams/summaries/summary-text.ts';
import { requireWorkstreamName } from '../../../workstreams/workstream-name.ts';
import type { Body } from '../../command.ts';
import type { Moment } from '../../options/moment.ts';
import { readSince } from '../../options/since.ts';

export interface SessionSummaries {
	/** The latest first. */
	summaries: readonly SessionSummary[];
	/** Names of hints that cannot be read. */
	unread: readonly string[];
}

interface SummariesOptions {
	/** null: the last 24 hours. */
	since: Moment | null;
	/** null: all. */
	ws: string | null;
}

export const wsSummaries: Body<SummariesOptions, SessionSummaries> = {
	async run(context, { since, ws }) {
		const workstreams = await context.workstreams();
		const registry = workstreams.registry();
		const only = ws === null ? null : requireWorkstream(registry, requireWorkstreamName(ws)).name;
		const { hints, unread } = workstreams.hints();
		const begin = (since ?? readSince('24h')).at(context.clock.now());
		const markers = workstreams.markers();
		const summaries = summariesOf({ hints, markers, registry, since: begin, only }).reverse();
		return { exitCode: EXIT.done, data: { summaries, unread } };
	},
	toJson: ({ summaries, unread }) => ({ summaries, unreadable_hints: unread }),
};
