/** Builds the index anew. */
import { RelayError } from '../../core/errors.ts';
import type { UpdateReport } from '../../history/index/bring-up-to-date.ts';
import { EXIT } from '../../relay/exit-codes.ts';
import type { Body } from '../command.ts';
import { openUpToDateIndex } from './up-to-date-index.ts';

export interface ReindexData extends UpdateReport {
	conversations: number;
	/** Epoch ms that it took. */
	tookMs: number;
}

/** The most that `--changed` takes, which also runs where nobody waits for it; the next one goes on where it ended. */
const MOST_MS = 60_000;

export const reindex: Body<{ changed: boolean }, ReindexData> = {
	async run(context, { changed }) {
		const began = context.clock.monotonic();
		const how = changed ? { signal: AbortSignal.timeout(MOST_MS) } : { isAnew: true };
		const { db, report } = await openUpToDateIndex(context, how);
		try {
			if (report.outcome === 'busy' && !changed)
				throw new RelayError('session_locked', 'Another agent-relay is indexing now.', {
					hint: 'Try again when it is done.',
				});
			const { conversations, messages } = db
				.prepare(
					'select count(*) as conversations, coalesce(sum(messages), 0) as messages from conversations where messages > 0',
				)
				.get() as { conversations: number; messages: number };
			const tookMs = context.clock.monotonic() - began;
			return { exitCode: EXIT.done, data: { ...report, conversations, messages, tookMs } };
		} finally {
			db.close();
		}
	},
	toJson: ({ outcome, conversations, messages, sources, tookMs, problems }) => ({
		outcome,
		conversations,
		messages,
		sources,
		duration_ms: Math.round(tookMs),
		problems,
	}),
};
