import type { AgentEvent } from '../../agents/events.ts';
import { formatDuration } from '../../ui/quantities.ts';

type Retry = Extract<AgentEvent, { type: 'retry' }>;

const REASONS: Readonly<Record<Retry['reason'], string>> = {
	rate: 'too many requests',
	overloaded: 'the provider is overloaded',
	server: 'a server error',
	network: 'a network error',
	auth: 'the login was not accepted',
};

/** `claude tries again in 40 s (2 of 10): too many requests`. `leftMs`: until the next try; null: not reported. */
export function describeRetry(
	{ attempt, maxAttempts, reason }: Pick<Retry, 'attempt' | 'maxAttempts' | 'reason'>,
	agent: string,
	leftMs: number | null,
): string {
	const count = attempt === null ? '' : ` (${attempt}${maxAttempts === null ? '' : ` of ${maxAttempts}`})`;
	const seconds = leftMs === null ? null : Math.ceil(leftMs / 1000);
	const wait = seconds === null ? '' : seconds < 1 ? ' now' : ` in ${formatSeconds(seconds)}`;
	return `${agent} tries again${wait}${count}: ${REASONS[reason]}`;
}

/** `7 s`, `1 min 5 s`: whole seconds, for what is drawn again as time passes. */
export function formatSeconds(seconds: number): string {
	return seconds < 60 ? `${seconds} s` : formatDuration(seconds * 1000);
}
