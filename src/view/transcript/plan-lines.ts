/** The plan of a turn: a row for each step that begins, what of it is live, and what is left at the end. */
import type { PlanItem } from '../../agents/events.ts';
import { safeLine } from '../../core/text.ts';
import { cutToColumns } from '../../ui/text-width.ts';
import type { Theme } from '../../ui/theme.ts';

/** Characters of a step that are worth a line. */
const STEP_CHARS = 200;
/** Steps named after a turn. */
const LEFT_STEPS = 5;

export type Plan = readonly Pick<PlanItem, 'text' | 'status'>[];

/** `step 3 of 5`: the first that is worked on, else the first open one; null: no plan, or nothing of it is open. */
export function currentStep(plan: Plan): { number: number; of: number } | null {
	const [at] = workedOn(plan);
	return at === undefined ? null : { number: at + 1, of: plan.length };
}

/** Places of the steps that are worked on. A CLI that marks none works on the first open one. */
function workedOn(plan: Plan): number[] {
	const marked = plan.flatMap(({ status }, at) => (status === 'in_progress' ? [at] : []));
	if (marked.length > 0) return marked;
	const open = plan.findIndex(({ status }) => status === 'pending');
	return open < 0 ? [] : [open];
}

export const doneSteps = (plan: Plan) => plan.filter(({ status }) => status === 'completed').length;

/** `▸ 3 of 5  Cover the empty title with a test` for each step that is worked on now and was not before. */
export function begunSteps(before: Plan, after: Plan, theme: Theme, columns: number): string[] {
	const known = new Set(workedOn(before).map((at) => before[at]?.text));
	return workedOn(after)
		.filter((at) => !known.has(after[at]?.text))
		.map((at) => {
			const step = `${at + 1} of ${after.length}  ${stepText(after[at])}`;
			return `${theme.accent('▸')} ${theme.bold(cutToColumns(step, columns - 2))}`;
		});
}

/** As it stands, for the live region; as many rows as it may take. */
export function planRows(
	plan: Plan,
	{ theme, columns, maxRows }: { theme: Theme; columns: number; maxRows: number },
): string[] {
	if (plan.length === 0 || maxRows < 1) return [];
	const done = doneSteps(plan);
	const now = workedOn(plan);
	if (maxRows === 1) return [theme.dim(cutToColumns(`${HEAD}${inBrief(plan, done, now)}`, columns))];
	const open = plan.flatMap(({ status }, at) => (status === 'completed' || now.includes(at) ? [] : [at]));
	const rows = [
		...(done > 0 ? [{ text: `✓ ${done} done`, paint: theme.dim }] : []),
		...now.map((at) => ({ text: `▸ ${stepText(plan[at])}`, paint: theme.bold })),
		...open.map((at) => ({ text: `☐ ${stepText(plan[at])}`, paint: plainly })),
	];
	const shown = rows.length > maxRows ? rows.slice(0, maxRows - 1) : rows;
	const more = rows.length - shown.length;
	if (more > 0) shown.push({ text: `${more} more`, paint: theme.dim });
	return shown.map(({ text, paint }, at) => {
		const head = at === 0 ? theme.dim(HEAD) : ' '.repeat(HEAD.length);
		return `${head}${paint(cutToColumns(text, columns - HEAD.length))}`;
	});
}

const HEAD = '  plan  ';
const plainly = (text: string) => text;

/** `✓ 2 · ▸ Cover the empty title with a test`. */
function inBrief(plan: Plan, done: number, now: readonly number[]): string {
	const [at] = now;
	const parts = [
		done > 0 ? `✓ ${done}` : '',
		at === undefined ? '' : `▸ ${stepText(plan[at])}`,
		now.length > 1 ? `${now.length - 1} more` : '',
	];
	return parts.filter((part) => part !== '').join(' · ');
}

/** `☐ left: Run the whole test suite; Note the change`, after a turn that did not do all of its plan. */
export function leftSteps(plan: Plan): string | null {
	const open = plan.filter(({ status }) => status !== 'completed');
	if (open.length === 0) return null;
	const named = open.length > LEFT_STEPS ? open.slice(0, LEFT_STEPS - 1) : open;
	const more = open.length - named.length;
	const steps = [...named.map((step) => stepText(step)), ...(more > 0 ? [`${more} more`] : [])];
	return `☐ left: ${steps.join('; ')}`;
}

function stepText(step: Plan[number] | undefined): string {
	return safeLine(step?.text ?? '', STEP_CHARS);
}
