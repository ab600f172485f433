import { formatPlural } from '../../core/plural.ts';
import { safeLine } from '../../core/text.ts';
import type { Look } from '../look.ts';
import type { ReindexData } from './run.ts';

/** More are counted. */
const SHOWN = 5;

export function reindexLines(
	{ outcome, conversations, messages, tookMs, problems }: ReindexData,
	{ theme }: Look,
): string[] {
	if (outcome === 'busy') return ['Another agent-relay is indexing now.'];
	const seconds = (tookMs / 1000).toFixed(1);
	const done = `${formatPlural(conversations, 'conversation')}, ${formatPlural(messages, 'message')} indexed in ${seconds} s.`;
	const unread = problems
		.slice(0, SHOWN)
		.map(
			({ path, reason }) => `  ${theme.warn('not read:')} ${safeLine(path, 200)}: ${safeLine(reason, 200)}`,
		);
	const rest = problems.length - SHOWN;
	return [
		`${theme.good('✓')} ${done}`,
		...(outcome === 'stopped' ? ['There is more to index: the next search goes on.'] : []),
		...unread,
		...(rest > 0 ? [theme.dim(`  and ${rest} more: --json`)] : []),
	];
}
