/** Marks and frames for terminals that show nothing but ASCII. Letters of other scripts are left to the terminal. */
import { columnsOf, cutToColumns } from './text-width.ts';

const ASCII: Readonly<Record<string, string>> = {
	'✓': 'v',
	'✔': 'v',
	'✗': 'x',
	'✘': 'x',
	'×': 'x',
	'⊘': 'o',
	'■': '#',
	'○': '-',
	'●': '*',
	'›': '>',
	'❯': '>',
	'▸': '>',
	'☐': '-',
	'☑': 'v',
	'→': '->',
	'←': '<-',
	'↑': '^',
	'↓': 'v',
	'↻': '~',
	'⋮': ':',
	'…': '...',
	'·': '|',
	'•': '*',
	'–': '-',
	'—': '-',
	'‘': "'",
	'’': "'",
	'“': '"',
	'”': '"',
	'⠋': '|',
	'⠙': '/',
	'⠹': '-',
	'⠸': '\\',
	'⠼': '|',
	'⠴': '/',
	'⠦': '-',
	'⠧': '\\',
	'⠇': '|',
	'⠏': '/',
	'\u00a0': ' ',
};
const SYMBOLS = /[\u00a0-\u00bf\u2010-\u2bff]\ufe0f?/g;

/** The same with every symbol of ours in ASCII; of others' symbols the lines of frames are kept as such, the rest is `?`. */
function toAscii(text: string): string {
	return text.replace(SYMBOLS, ([symbol = '']) => ASCII[symbol] ?? frameLine(symbol) ?? '?');
}

/** Box drawing: U+2500 to U+257F. */
function frameLine(symbol: string): string | null {
	const at = symbol.charCodeAt(0) - 0x2500;
	if (at < 0 || at > 0x7f) return null;
	if ([0, 1, 4, 5, 8, 9, 0x4c, 0x4d, 0x50].includes(at)) return '-';
	return [2, 3, 6, 7, 0xa, 0xb, 0x4e, 0x4f, 0x51].includes(at) ? '|' : '+';
}

/** A drawn row: what it grows by goes at its end. */
export function asciiRow(row: string, columns: number): string {
	const ascii = toAscii(row);
	return ascii === row || columnsOf(ascii) <= columns ? ascii : cutStyled(ascii, columns);
}

const STYLES = /(\x1b\[[\d;]*m)/;

/** Cut at the width with its styles kept; `...` where it was cut before. */
function cutStyled(text: string, columns: number): string {
	const end = text.replace(/\x1b\[[\d;]*m/g, '').endsWith('...') ? '...' : '';
	let left = columns - end.length;
	return text
		.split(STYLES)
		.map((part) => {
			if (STYLES.test(part)) return part;
			// With more behind it, so that it is cut for certain, also where it is one column too wide.
			const kept = columnsOf(part) <= left ? part : cutToColumns(`${part}--`, left + 1).replace(/…$/, '');
			const isCut = kept !== part;
			left -= columnsOf(kept);
			if (!isCut) return kept;
			left = 0;
			return kept;
		})
		.join('')
		.concat(end);
}
