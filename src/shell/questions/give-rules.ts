/** What the user allows beyond one answer: rules for the session, or for this repo for good. */
import {
	type AllowRule,
	type CommandRule,
	isCommandRule,
	isCovered,
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
	allowAlways(rules: readonly CommandRule[]): string;
}

/** The narrowest rules for the command that is asked for; empty: no command is. */
export const alwaysRules = ({ wants }: Pick<Question, 'wants'>): CommandRule[] =>
	wants === undefined ? [] : rulesFor(wants).filter(isCommandRule);

/** The rules as a line that can be edited; `rulesIn` reads it. */
export const ruleLine = (rules: readonly AllowRule[]) => rules.map(({ what }) => what).join('; ');

export function giveInSession({ wants }: Question, { allowInSession, print, theme }: RuleParts): void {
	if (wants === undefined) return;
	const rules = rulesFor(wants);
	allowInSession(rules);
	print([theme.dim(`  ${safeLine(ruleLine(rules), 400)}: allowed in this session`)]);
}

/** Throws RelayError, also where no command is asked for. */
export function giveAlways(question: Question, { allowAlways }: RuleParts): void {
	const rules = alwaysRules(question);
	if (rules.length === 0)
		throw new RelayError('usage', 'only a command can be allowed always', {
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
	print([theme.dim(`  ${safeLine(ruleLine(rules), 400)}: always allowed${how} in this repo, by ${where}`)]);
	return true;
}

function rulesIn(line: string, action: AllowRule['action']): CommandRule[] {
	const commands = line.split(';').map((command) => command.trim());
	const rules = commands.filter((command) => command !== '').map((what) => ({ action, what }));
	return rules.filter(isCommandRule);
}
