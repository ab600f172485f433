import { columnsOf, wrapToColumns } from '../../ui/text-width.ts';
import type { Theme } from '../../ui/theme.ts';
import { PLAIN_SIZE, type TranscriptSink } from '../transcript-sink.ts';

/** A transcript on one stream, broken at words to `columns`, each row behind `margin`; words appear as they arrive. */
export function createWrappedSink(
	write: (text: string) => void,
	{ columns, margin, theme }: { columns: number; margin: string; theme: Theme },
): TranscriptSink {
	const room = Math.max(10, columns - margin.length);
	let used = 0;
	let word = '';
	const breakLine = () => {
		write('\n');
		used = 0;
	};
	const endWord = (paint: (text: string) => string) => {
		if (word === '') return;
		const width = columnsOf(word);
		if (used > 0 && used + 1 + width > room) breakLine();
		write(`${used === 0 ? margin : ' '}${paint(word)}`);
		used += width + (used === 0 ? 0 : 1);
		word = '';
	};
	return {
		text(kind, text) {
			const paint = kind === 'thought' ? theme.dim : (plain: string) => plain;
			for (const piece of text.split(/(\s)/)) {
				if (piece !== '' && !/^\s$/.test(piece)) word += piece;
				else if (piece !== '') endWord(paint);
				if (piece === '\n') breakLine();
			}
		},
		endText() {
			endWord((plain) => plain);
			if (used > 0) breakLine();
		},
		line(text) {
			if (text === '') write('\n');
			else for (const row of wrapToColumns(text, room, { indent: 2 })) write(`${margin}${row}\n`);
		},
		size: () => ({ columns: room, rows: PLAIN_SIZE.rows }),
		status() {},
	};
}
