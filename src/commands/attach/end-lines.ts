import type { AttachEnd } from '../../attach/attach-contract.ts';
import { formatPlural } from '../../core/plural.ts';
import { safeLine } from '../../core/text.ts';
import { describeLimit } from '../../limits/describe-limit.ts';
import { shortRef } from '../../view/describe-session.ts';
import type { Look } from '../look.ts';

/** What happened in one TUI, and what stands against the next agent. */
export function endLines(end: AttachEnd, { theme, now }: Pick<Look, 'theme'> & { now: number }): string[] {
	const { agent, turns, limit, working, notices, exitCode, sessionId } = end;
	const files = new Set(turns.flatMap((turn) => turn.files.map(({ path }) => path)));
	const changed = files.size === 0 ? '' : `, ${formatPlural(files.size, 'file')} changed`;
	const what = turns.length === 0 ? 'nothing was said' : formatPlural(turns.length, 'turn') + changed;
	const failed = exitCode !== null && exitCode !== 0 ? ` It ended with exit code ${exitCode}.` : '';
	return [
		`Back from ${theme.bold(agent)}: ${what} in session ${shortRef(sessionId)}.${failed}`,
		...(limit === null
			? []
			: [theme.warn(`${agent}: ${safeLine(describeLimit(limit, { now }).summary, 200)}`)]),
		...working.map((one) => theme.warn(`No other agent takes over: ${safeLine(one, 300)}`)),
		...notices.map((one) => theme.dim(safeLine(one, 300))),
	];
}
