import { rulesFor } from '../../agents/asking/allow-rules.ts';
import { ALLOW, DENY, type Question } from '../../agents/asking/question.ts';
import { safeLine } from '../../core/text.ts';
import { formatDuration } from '../../ui/quantities.ts';
import type { Theme } from '../../ui/theme.ts';
import type { Key } from '../editor/keys.ts';

/** What one key answers. */
export interface KeyAnswer {
	key: string;
	means: string;
	does: 'answer' | 'session' | 'always' | 'tell';
	option?: string;
}

export function answersTo(question: Question): KeyAnswer[] {
	if (question.kind === 'text') return [{ key: 't', means: 'answer in words', does: 'tell' }];
	if (question.kind === 'choice' || question.wants === undefined)
		return question.options.slice(0, 9).map(({ id, label }, at) => ({
			key: String(at + 1),
			means: safeLine(label, 40),
			does: 'answer',
			option: id,
		}));
	const always: KeyAnswer[] =
		question.wants.action === 'run'
			? [{ key: 'a', means: `always: ${safeLine(commandsOf(question).join('; '), 60)}`, does: 'always' }]
			: [];
	return [
		{ key: 'y', means: 'once', does: 'answer', option: ALLOW },
		{ key: 's', means: 'in this session', does: 'session' },
		...always,
		{ key: 'n', means: 'no', does: 'answer', option: DENY },
		{ key: 't', means: 'no, and say why', does: 'tell' },
	];
}

/** The narrowest rules for the command that is asked for; empty: it is no command. */
export const commandsOf = ({ wants }: Question) =>
	wants === undefined ? [] : rulesFor(wants).map(({ what }) => what);

/** The commands of a rule as a person edits it. */
export function commandsIn(line: string): string[] {
	const commands = line.split(';').map((command) => command.trim());
	return commands.filter((command) => command !== '');
}

/** One typed character, or Esc; null: any other key, a paste, or several characters at once. */
export function letterOf(key: Key): string | null {
	if (key.kind === 'text') return key.text.length === 1 ? key.text.toLowerCase() : null;
	return key.kind === 'press' && key.name === 'escape' ? 'escape' : null;
}

export const isCtrlY = (key: Key) => key.kind === 'press' && key.ctrl && key.character === 'y';

/** `line`: nothing is typed, a prompt is, or the line is for a rule or for words. `more`: how many questions wait behind it. */
export function keyRows(
	question: Question,
	about: { line: 'empty' | 'typed' | 'borrowed'; more: number; code: string | null; theme: Theme },
): string[] {
	const { line, more, code, theme } = about;
	if (line === 'borrowed') return [theme.dim('  Enter sends it · Esc goes back')];
	const others = more > 0 ? [`${more} more wait`] : [];
	if (line === 'typed') return [theme.dim(`  ${['Ctrl+Y answers', ...others].join(' · ')}`)];
	const answers = answersTo(question).map(({ key, means }) => `${theme.bold(key)} ${means}`);
	const elsewhere = code === null ? [] : [theme.dim(`code ${code} for agent-relay answer`)];
	return [`  ${[...answers, `${theme.bold('Esc')} stops the turn`, ...others, ...elsewhere].join(' · ')}`];
}

/** Both in ms. */
export function describeWait(waited: number, deniedIn: number): string {
	return `waiting for you · denied in ${inSeconds(Math.max(0, deniedIn - waited))}`;
}

const inSeconds = (ms: number) => formatDuration(Math.round(ms / 1000) * 1000);

/** The key that matters while something is typed; null: none does. */
export function keyBeside(
	{ current, label }: { current: Question | null; label: string | null },
	typed: string,
): string | null {
	return current !== null && label === null && typed !== '' ? 'Ctrl+Y answers' : null;
}
