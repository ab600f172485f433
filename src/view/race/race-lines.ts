/** A race as lines: for a log, a pipe, and the shell's transcript. One line a change of state, none for progress. */
import { fromIso } from '../../core/clock.ts';
import { formatPlural } from '../../core/plural.ts';
import { safeLine } from '../../core/text.ts';
import type { RaceEvent } from '../../race/race-contract.ts';
import type { EntrantRecord, RaceRecord } from '../../race/record/race-record.ts';
import { describeCost } from '../../ui/quantities.ts';
import type { Theme } from '../../ui/theme.ts';
import {
	checksText,
	checkText,
	filesText,
	limitedText,
	statePaint,
	stateText,
	workText,
} from './race-figures.ts';

const REASON_CHARS = 300;

/** Remembers what was said, so that an event gives only what is new. Lines are styled and may be longer than the screen is wide. */
export class RaceLines {
	readonly #theme: Theme;
	readonly #said = new Map<string, EntrantRecord>();

	constructor(theme: Theme) {
		this.#theme = theme;
	}

	linesOf(event: RaceEvent): string[] {
		switch (event.type) {
			case 'race_started':
				return this.#started(event.record);
			case 'entrant':
				return this.#entrant(event.entrant);
			case 'entrant_event':
				return this.#handOver(event);
			case 'notice':
				return [noticeLine(event, this.#theme)];
			case 'command_output':
			case 'race_ended':
				return [];
			default:
				return event satisfies never;
		}
	}

	#started({ id, entrants, base }: RaceRecord): string[] {
		for (const entrant of entrants) this.#said.set(entrant.id, entrant);
		const names = entrants.map((entrant) => entrant.id).join(', ');
		const from = base.is_snapshot ? 'a snapshot of the checkout' : base.commit.slice(0, 10);
		return [
			`Race ${id} of ${formatPlural(entrants.length, 'entrant')}: ${names}${this.#theme.dim(` · base ${from}`)}`,
		];
	}

	#entrant(entrant: EntrantRecord): string[] {
		const { dim, good, bad } = this.#theme;
		const before = this.#said.get(entrant.id);
		this.#said.set(entrant.id, entrant);
		const checked = entrant.checks.filter(
			({ status }, i) => status !== 'not_run' && before?.checks[i]?.status !== status,
		);
		const lines = checked.map((check) => {
			const isPassed = check.status === 'passed';
			return `${isPassed ? good('✓') : bad('✗')} ${entrant.id}: ${checkText(check)}`;
		});
		if (before?.state === entrant.state) return lines;
		const state = statePaint(entrant, this.#theme)(stateText(entrant));
		if (entrant.state !== 'ended') return [...lines, `${dim('·')} ${entrant.id}: ${state}`];
		const checks = entrant.checks.length === 0 ? '' : `${checksText(entrant)} checks passed`;
		const files =
			entrant.diff === null ? '' : entrant.diff.files === 0 ? 'no files' : `files ${filesText(entrant)}`;
		const facts = [workText(entrant), files, describeCost(entrant), checks].filter((fact) => fact !== '');
		const why = [entrant.reason ?? '', limitedText(entrant, fromIso(entrant.ended_at) ?? 0)];
		const reason = why.filter((text) => text !== '').map((text) => dim(`  ${safeLine(text, REASON_CHARS)}`));
		return [
			...lines,
			`■ ${entrant.id}: ${state}${dim(facts.map((fact) => ` · ${fact}`).join(''))}`,
			...reason,
		];
	}

	#handOver({ entrant, event }: Extract<RaceEvent, { type: 'entrant_event' }>): string[] {
		if (event.type !== 'handed_over') return [];
		return [`${this.#theme.accent('→')} ${entrant}: ${event.to} takes over from ${event.from}`];
	}
}

export function noticeLine(
	{ level, text }: Pick<Extract<RaceEvent, { type: 'notice' }>, 'level' | 'text'>,
	theme: Theme,
): string {
	const safe = safeLine(text, REASON_CHARS);
	return level === 'warning' ? theme.warn(`! ${safe}`) : theme.dim(safe);
}
