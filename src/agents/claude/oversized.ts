import type { Line } from '../../core/files/line-splitter.ts';
import { type JsonObject, parseObject } from '../reading/json-fields.ts';

/**
 * Reads what is left of a line over the cap. The head of a line is read as JSON up to the string it was cut in. If the tail
 * closes that same string, the rest of the line follows it (a huge answer); else only the head is closed, and what came
 * later is unknown (`isWhole` false). null when not even the head is JSON.
 */
export function readOversized(
	line: Extract<Line, { kind: 'oversized' }>,
): { message: JsonObject; isWhole: boolean } | null {
	const cut = scanHead(line.head);
	if (cut === null) return null;
	const kept = line.head.slice(0, cut.stringStart) + excerptString(line);
	for (const end of quotesIn(line.tail).slice(0, 2)) {
		const whole = parseObject(kept + line.tail.slice(end));
		if (whole !== null) return { message: whole, isWhole: true };
	}
	const start = parseObject(`${kept}"${cut.closers}`);
	return start === null ? null : { message: start, isWhole: false };
}

/** Stands for the cut string's content; `"` closes it. */
function excerptString(line: Extract<Line, { kind: 'oversized' }>): string {
	return `[… a text in a line of ${line.bytes} bytes was left out …]`;
}

/** Where the string that is open at the head's end begins, and what would close all that is open around it. */
function scanHead(head: string): { stringStart: number; closers: string } | null {
	const open: string[] = [];
	let stringStart = -1;
	for (let at = 0; at < head.length; at++) {
		const sign = head[at];
		if (stringStart >= 0) {
			if (sign === '\\') at++;
			else if (sign === '"') stringStart = -1;
		} else if (sign === '"') stringStart = at + 1;
		else if (sign === '{') open.push('}');
		else if (sign === '[') open.push(']');
		else if (sign === '}' || sign === ']') open.pop();
	}
	return stringStart < 0 ? null : { stringStart, closers: open.reverse().join('') };
}

/** Places of quotes that are not escaped. The tail may begin in the middle of an escape, so the first can be wrong. */
function quotesIn(tail: string): number[] {
	const places: number[] = [];
	for (let at = 0; at < tail.length && places.length < 2; at++) {
		if (tail[at] === '\\') at++;
		else if (tail[at] === '"') places.push(at);
	}
	return places;
}
