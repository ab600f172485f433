/**
 * Shortens a long prompt of the user to whole passages of it, unchanged, as many as fit. People paste logs around a sentence that
 * matters; so lines of a log are dropped first, then prose from the middle.
 */
import { cutText } from '../pieces/cut-text.ts';

interface Span {
	text: string;
	bytes: number;
	/** Higher is kept longer. */
	worth: number;
	isBulk: boolean;
}

/** The cost of a gap: the notice between two fences. */
const GAP_BYTES = 170;
const MAX_PASSAGES = 12;
/** From this many lines of one shape on, they are pasted data. */
const BULK_LINES = 4;
const MAX_SPAN_CHARS = 500;
/** How much of a longer prompt is read, at its two ends together: about 30 ms. */
const MAX_READ_CHARS = 128 * 1024;
/** This much of pasted data shows what it was. */
const MAX_BULK = 8;

/** Passages of `text` in order, together at most `maxBytes` with their gaps; null when that is not worth it. */
export function condenseWords(text: string, maxBytes: number): string[] | null {
	const spans = readableSpans(text);
	const isKept = new Array<boolean>(spans.length).fill(false);
	let left = maxBytes;
	let bulk = 0;
	let passagesSoFar = 0;
	const ranked = spans
		.map((span, at) => ({ span, at }))
		.sort((a, b) => b.span.worth - a.span.worth || a.at - b.at);
	for (const { span, at } of ranked) {
		const neighbours = Number(isKept[at - 1] === true) + Number(isKept[at + 1] === true);
		const isBeside = neighbours > 0;
		const cost = span.bytes + (isBeside ? 0 : GAP_BYTES);
		if (cost > left) continue;
		if (!isBeside && passagesSoFar >= MAX_PASSAGES) continue;
		if (span.isBulk && ++bulk > MAX_BULK) continue;
		left -= cost;
		passagesSoFar += 1 - neighbours;
		isKept[at] = true;
	}
	const passages: string[] = [];
	spans.forEach(({ text: words }, at) => {
		if (!isKept[at]) return;
		if (isKept[at - 1]) passages[passages.length - 1] += words;
		else passages.push(words);
	});
	return passages.length === 0 ? null : passages;
}

/** The two ends of a text of megabytes, as sentences; the middle becomes one span that never fits. */
function readableSpans(text: string): Span[] {
	if (text.length <= MAX_READ_CHARS) return spansOf(text);
	const end = cutText(text, MAX_READ_CHARS / 2).length;
	const from = text.length - MAX_READ_CHARS / 2;
	const start = /[\udc00-\udfff]/.test(text.charAt(from)) ? from + 1 : from;
	const middle = { text: text.slice(end, start), bytes: Number.POSITIVE_INFINITY, worth: 0, isBulk: false };
	return [...spansOf(text.slice(0, end)), middle, ...spansOf(text.slice(start))];
}

/** Lines, long ones by sentence; joined they are the text. */
function spansOf(text: string): Span[] {
	const lines = text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
	const shapes = new Map<string, number>();
	for (const line of lines) shapes.set(shapeOf(line), (shapes.get(shapeOf(line)) ?? 0) + 1);
	const total = Math.max(1, text.length);
	let place = 0;
	return lines.flatMap((line) => {
		const isBulk = (shapes.get(shapeOf(line)) ?? 0) >= BULK_LINES && /\d/.test(line);
		return sentencesOf(line).map((part): Span => {
			const worth = worthOf(part, isBulk, place / total);
			place += part.length;
			return { text: part, bytes: Buffer.byteLength(part), worth, isBulk };
		});
	});
}

/** 0 to about 3: the beginning and the end of a prompt say what it wants. */
function worthOf(text: string, isBulk: boolean, place: number): number {
	if (text.trim() === '') return 0.3;
	const toAnEnd = 1.5 * Math.abs(place - 0.45) * 2;
	if (isBulk) return toAnEnd - 3;
	const names = /`[^`]+`|[\w-]+\/[\w.-]+/.test(text) ? 0.5 : 0;
	const words = text.match(/\p{L}{2,}/gu)?.length ?? 0;
	const prose = words >= 4 || /[\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af]{6}/.test(text) ? 1 : 0;
	return toAnEnd + prose + names;
}

const sentencesOf = (line: string): string[] =>
	line.length <= MAX_SPAN_CHARS
		? [line]
		: (line.match(/[\s\S]{1,400}?(?:[.!?…]["'”»)]*\s+|[。！？]|$)|[\s\S]{1,400}/g) ?? [line]);

/** Lines of a log differ only in numbers and ids. */
const shapeOf = (line: string) =>
	line
		.slice(0, 200)
		.replace(/\b[0-9a-f]*\d[0-9a-f]*\b/gi, '#')
		.replace(/\s+/g, ' ')
		.trim();
