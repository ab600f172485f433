import { formatPlural } from '../../core/plural.ts';
import { safeLine } from '../../core/text.ts';
import { formatBytes } from '../../ui/quantities.ts';
import { wrapToColumns } from '../../ui/text-width.ts';
import type { Look } from '../look.ts';
import { redactionWords } from './render/words.ts';
import type { ExportData } from './run.ts';

/** Where it is, and what was taken out of it. */
export function exportLines({ file, bytes, turns, tail }: ExportData, { theme, columns }: Look): string[] {
	if (tail === null) return [theme.warn('Stopped; nothing was written.')];
	const what = `${formatPlural(turns, 'turn')}, ${formatBytes(bytes)}`;
	const head = file === null ? [] : [`${safeLine(file, 400)} (${what})`];
	const { redaction, problems } = tail;
	const paint = redaction.is_redacted ? theme.dim : theme.warn;
	return [
		...head,
		...redactionWords(redaction).flatMap((line) => wrapToColumns(line, columns).map(paint)),
		...problems.flatMap((text) => wrapToColumns(theme.warn(`! ${safeLine(text, 300)}`), columns)),
	];
}
