import { safeLine, safeText } from '../../core/text.ts';
import { diffLines } from '../../ui/diff-lines.ts';
import { formatDuration } from '../../ui/quantities.ts';
import { shortRef } from '../../view/describe-session.ts';
import type { Look } from '../look.ts';
import type { QuestionsData } from './run.ts';

const CHARS = 300;

export function questionLines({ questions, now }: QuestionsData, look: Look): string[] {
	if (questions.length === 0) return ['No agent asks anything now.'];
	return questions.flatMap((question) => [...oneQuestion(question, now, look), '']).slice(0, -1);
}

/** All that a person should read before answering. */
export function oneQuestion(
	question: QuestionsData['questions'][number],
	now: number,
	{ theme }: Look,
): string[] {
	const { id, agent, title, detail, folder, reason, session_id, turn, denied_at } = question;
	const facts = [
		folder === null ? '' : `in ${safeLine(folder, CHARS)}`,
		reason === null ? '' : `${safeLine(agent, 40)} says: "${safeLine(reason, CHARS)}"`,
		`session ${shortRef(session_id)}, turn ${turn}`,
		`denied in ${formatDuration(Math.max(0, Math.round((denied_at - now) / 1000) * 1000))}`,
	];
	return [
		`${theme.bold(id.slice(0, 6))}  ${theme.warn(`${safeLine(agent, 40)} asks to ${safeLine(title, CHARS)}`)}`,
		...diffLines(safeText(detail), theme).map((line) => `  ${line}`),
		theme.dim(`  ${facts.filter((fact) => fact !== '').join(' · ')}`),
	];
}
