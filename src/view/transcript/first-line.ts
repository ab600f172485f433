import { safeLine } from '../../core/text.ts';

/** The first line of an answer that says something, without the mark of a heading; empty: there is none. */
export function firstLine(text: string, maxChars: number): string {
	for (const line of text.split('\n', LOOK)) {
		const said = safeLine(line.replace(/^\s*#{1,6}\s+/, ''), maxChars);
		if (said !== '') return said;
	}
	return '';
}

/** An answer begins sooner than that. */
const LOOK = 200;
