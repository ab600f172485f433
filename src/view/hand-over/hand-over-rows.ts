/** The hand-over as it is shown: a rule, why, what went along and what did not. Pure; text of others goes through `core/text`. */
import { formatPlural } from '../../core/plural.ts';
import { safeLine } from '../../core/text.ts';
import { describeLimit } from '../../limits/describe-limit.ts';
import type { Carried, RelayEvent } from '../../relay/events/relay-events.ts';
import { formatBytes } from '../../ui/quantities.ts';
import { factRows, type RuleLook, ruleRows } from './rule.ts';

type HandedOver = Extract<RelayEvent, { type: 'handed_over' }>;

/** Where it is shown. */
export interface HandOverLook extends RuleLook {
	now: number;
	/** What shows the packet: `/packet shows it`; absent: nothing here does. */
	packet?: string;
}

const REASON_CHARS = 400;
const LABEL = { carried: '  carried   ', leftOut: '  left out  ' };

export function handOverRows(event: HandedOver, look: HandOverLook): string[] {
	return switchRows({ ...event, why: whyOf(event, look.now) }, look);
}

/** `why`: facts in words, safe. */
export function switchRows(
	{
		from,
		to,
		why,
		carried,
		losses,
	}: Pick<HandedOver, 'from' | 'to' | 'carried' | 'losses'> & { why: string[] },
	look: HandOverLook,
): string[] {
	const { theme, packet = null } = look;
	const left = carried?.leftOut.map((one) => safeLine(one, 80)) ?? [];
	const cannot = `${to} cannot: `;
	return [
		...ruleRows(from, to, why, look),
		...(carried === undefined ? [] : factRows(LABEL.carried, carriedFacts(carried), packet, look)),
		...(left.length === 0 ? [] : factRows(LABEL.leftOut, left, null, look)),
		...(losses.length === 0
			? []
			: factRows(
					`  ${cannot}`,
					losses.map((loss) => safeLine(loss, REASON_CHARS)),
					null,
					look,
				).map(theme.warn)),
	];
}

/** `2 prompts`, `1 note`, `plan 3 of 5`, `4 files`, `5.6 KB`: what there is. */
function carriedFacts({ prompts, notes, plan, files, bytes }: Carried): string[] {
	return [
		...(prompts === 0 ? [] : [formatPlural(prompts, 'prompt')]),
		...(notes === 0 ? [] : [formatPlural(notes, 'note')]),
		...(plan === null ? [] : [`plan ${plan.done} of ${plan.total}`]),
		...(files === 0 ? [] : [formatPlural(files, 'file')]),
		formatBytes(bytes),
	];
}

/** `5-hour window used up`, `resets 16:40 (in 2 h 10 min)`. */
function whyOf({ reason, limit, failure, from }: HandedOver, now: number): string[] {
	if (limit !== null) {
		const { what, summary } = describeLimit(limit, { now });
		return [what, summary.slice(what.length + 2)].map((fact) => safeLine(fact, REASON_CHARS));
	}
	switch (reason) {
		case 'limit':
			return ['a limit'];
		case 'switch':
			return ['you switched'];
		case 'failed_successor':
			return [couldNotStart(from, failure)];
	}
}

export function couldNotStart(who: string, failure: string | null): string {
	return `${who} could not start${failure === null ? '' : ` (${safeLine(failure, REASON_CHARS)})`}`;
}
