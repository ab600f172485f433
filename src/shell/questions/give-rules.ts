/** What the user allows beyond one answer: rules for the session, or for this repo for good. */
import {
	type AllowRule,
	isCovered,
	isLastingRule,
	type LastingRule,
	rulesFor,
} from '../../agents/asking/allow-rules.ts';
import type { Question } from '../../agents/asking/question.ts';
import { RelayError } from '../../core/errors.ts';
import { safeLine } from '../../core/text.ts';
import type { Theme } from '../../ui/theme.ts';

export interface RuleParts {
	theme: Theme;
	print(lines: readonly string[]): void;
	allowInSession(rules: readonly AllowRule[]): void;
	/** Adds to what the user's configuration allows in this repo; returns where. Throws RelayError. */
	allowAlways(rules: readonly LastingRule[]): string;
}

/** The narrowest rules for the command or the edit that is asked for; empty: it is neither. */
export const alwaysRules = ({ wants }: Pick<Question, 'wants'>): LastingRule[] =>
	wants === undefined ? [] : rulesFor(wants).filter(isLastingRule);

/** The rules as a line that can be edited; `rulesIn` reads it. */
export const ruleLine = (rules: readonly AllowRule[]) => rules.map(({ what }) => what).join('; ');

export function giveInSession({ wants }: Question, { allowInSession, print, theme }: RuleParts): void {
	if (wants === undefined) return;
	const rules = rulesFor(wants);
	allowInSession(rules);
	print([theme.dim(`  ${safeLine(ruleLine(rules), 400)}: allowed in this session`)]);
}

/** Throws RelayError, also where neither a command nor an edit is asked for. */
export function giveAlways(question: Question, { allowAlways }: RuleParts): void {
	const rules = alwaysRules(question);
	if (rules.length === 0)
		throw new RelayError('usage', 'Only a command or an edit can be allowed always.', {
			hint: 'Answer yes, or session.',
		});
	allowAlways(rules);
}

/** The rule as the user wrote it. False: it does not cover what is asked, which is said, and nothing changed. Throws RelayError. */
export function giveTyped({ wants }: Question, line: string, parts: RuleParts): boolean {
	const { theme, print, allowAlways } = parts;
	const rules = wants === undefined ? [] : rulesIn(line, wants.action);
	if (wants === undefined || !isCovered(wants, rules)) {
		print([theme.warn(`Not allowed: ${safeLine(line, 200) || 'nothing'} does not cover what is asked.`)]);
		return false;
	}
	const where = allowAlways(rules);
	const how = wants.action === 'leave' ? ' outside the sandbox' : '';
	const place = wants.action === 'edit' ? 'for this repo' : 'in this repo';
	print([theme.dim(`  ${safeLine(ruleLine(rules), 400)}: always allowed${how} ${place}, by ${where}`)]);
	return true;
}

function rulesIn(line: string, action: AllowRule['action']): LastingRule[] {
	const parts = line.split(';').map((part) => part.trim());
	const rules = parts.filter((part) => part !== '').map((what) => ({ action, what }));
	return rules.filter(isLastingRule);
}
