import { formatPlural } from '../../core/plural.ts';
import { safeLine } from '../../core/text.ts';
import type { Look } from '../look.ts';
import type { ForgetData } from './run.ts';

/** More are counted. */
const SHOWN = 20;

export function forgetLines({ asked, forgotten }: ForgetData, { theme }: Look): string[] {
	const vain = asked
		.filter((typed) => !forgotten.some((one) => one.asked === typed))
		.map(
			(typed) =>
				`Nothing else in the index matches ${safeLine(typed, 200)}; what will match stays out of it.`,
		);
	if (forgotten.length === 0) return vain.map((line) => line.replace('Nothing else', 'Nothing'));
	const rows = forgotten
		.slice(0, SHOWN)
		.map(({ ref, title }) => `  ${theme.bold(safeLine(ref, 80))} ${safeLine(title, 80)}`.trimEnd());
	const rest = forgotten.length - SHOWN;
	const head = `${theme.good('✓')} ${formatPlural(forgotten.length, 'conversation')} will not be found any more.`;
	return [
		head,
		...rows,
		...(rest > 0 ? [theme.dim(`  and ${rest} more; all of them: --json`)] : []),
		...vain,
	];
}
