/** How much an agent has done since its workstream was saved, and when that is worth a warning. Pure. */
import { formatPlural } from '../../core/plural.ts';

export interface Gauge {
	/** Tool calls of the main conversation; those of sub-agents fill contexts of their own. */
	calls: number;
	/** Read and written, as the CLI counts them. */
	tokens: number;
}

/** Tool calls at which a warning is due, `[ws]` of the configuration; 0: none. */
export interface GaugeMarks {
	warn_first: number;
	warn_second: number;
	/** Beyond the larger of them, each time so many more. */
	warn_every: number;
}

/** The mark that lies beyond `before` and is reached by `after`, so that each warns once; the last of several. null: none does. */
export function markBetween(before: number, after: number, marks: GaugeMarks): number | null {
	const { warn_first, warn_second, warn_every } = marks;
	const last = Math.max(warn_first, warn_second);
	const steps = warn_every > 0 && after > last ? Math.floor((after - last) / warn_every) : 0;
	const reached = [warn_first, warn_second, steps > 0 ? last + steps * warn_every : 0].filter(
		(mark) => mark > before && mark <= after,
	);
	return reached.length === 0 ? null : Math.max(...reached);
}

/** The next mark beyond `calls`; null: there is none. */
export function nextMark(calls: number, marks: GaugeMarks): number | null {
	const { warn_first, warn_second, warn_every } = marks;
	const last = Math.max(warn_first, warn_second);
	const beyond =
		warn_every > 0 ? last + (Math.floor(Math.max(0, calls - last) / warn_every) + 1) * warn_every : 0;
	const coming = [warn_first, warn_second, beyond].filter((mark) => mark > calls);
	return coming.length === 0 ? null : Math.min(...coming);
}

export function describeGauge({ calls, tokens }: Gauge): string {
	return [formatPlural(calls, 'tool call'), ...(tokens === 0 ? [] : [`${inThousands(tokens)} tokens`])].join(
		', ',
	);
}

/** One line. */
export const describeWarning = (name: string, gauge: Gauge): string =>
	`${describeGauge(gauge)} since the workstream ${name} was saved; ws save keeps what matters before the context is full.`;

const inThousands = (tokens: number) =>
	tokens < 1000
		? String(tokens)
		: tokens < 1_000_000
			? `${Math.round(tokens / 1000)}k`
			: `${(tokens / 1_000_000).toFixed(1)}M`;
