import { quoteForShell } from '../../core/quote-for-shell.ts';
import { safeLine } from '../../core/text.ts';
import { wrapToColumns } from '../../ui/text-width.ts';
import type { Look } from '../look.ts';
import { excerptLine, factsOf } from './describe-hit.ts';
import { openCommand } from './hit.ts';
import type { SearchData } from './run.ts';

export function searchLines(data: SearchData | null, look: Look): string[] {
	if (data === null) return [];
	if (data.hits.length === 0) return nothingLines(data, look);
	const width = Math.max(10, look.columns - 1);
	const rows = data.hits.flatMap((hit, at) => [
		...wrapToColumns(`${look.theme.bold(String(at + 1))} ${factsOf(hit, data, look)}`, width, { indent: 2 }),
		...indented(excerptLine(hit.excerpt, look), width),
		...indented(look.theme.dim(openCommand(hit, data.called)), width),
		'',
	]);
	return [...rows, ...footLines(data, look).map((line) => look.theme.dim(line))];
}

const indented = (text: string, width: number): string[] =>
	wrapToColumns(text, width - 2).map((row) => `  ${row}`);

function footLines({ hits, hasMore, isCut, isOfCli, called }: SearchData, _: Look): string[] {
	return [
		...(isCut ? ['The end of the query was left out: it is too long.'] : []),
		...(hasMore ? [`These are the best ${hits.length}; more of them: -n ${hits.length * 5}`] : []),
		...(isOfCli ? [`Go on with one, in any agent: ${called('search')} --continue 1 -a AGENT`] : []),
	];
}

function nothingLines({ typed, isEmpty, suggestion, called }: SearchData, { theme }: Look): string[] {
	const what = safeLine(typed, 80);
	if (isEmpty) return [`There is no letter and no digit in ${what}, and nothing else can be found.`];
	const head = typed === '' ? 'Nothing passes these filters.' : `Nothing is found for ${what}.`;
	const next =
		suggestion === null
			? 'Fewer words find more; so do OR and prefix*.'
			: `Did you mean: ${called('search')} ${quoteForShell(safeLine(suggestion, 200))}`;
	return [head, theme.dim(next)];
}
