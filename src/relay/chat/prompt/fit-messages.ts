/** Cuts long messages so that all of them fit: the longest first, in their middle, each cut announced. Pure. */

/** A message that must be cut keeps at least this much: enough for its first and its last sentences. */
const MIN_SHOWN_BYTES = 512;

export interface FittingMessage {
	text: string;
	/** Renders the message for the prompt from `text` or what is left of it. */
	render(part: string): string;
	/** Where the whole text is. */
	whereWhole: string;
}

/** Rendered messages, in order, within `maxBytes` together if the minimum for each allows that. */
export function fitMessages(messages: readonly FittingMessage[], maxBytes: number): string[] {
	const whole = messages.map(({ text, render }) => render(text));
	const share = fairShare(whole.map(byteLength), maxBytes);
	return messages.map((message, i) => {
		const text = whole[i] ?? '';
		return byteLength(text) <= share ? text : cutToFit(message, Math.max(share, MIN_SHOWN_BYTES));
	});
}

/** The largest size per message at which all fit. */
function fairShare(sizes: readonly number[], maxBytes: number): number {
	let left = maxBytes;
	const ascending = [...sizes].sort((a, b) => a - b);
	for (const [i, size] of ascending.entries()) {
		const share = left / (ascending.length - i);
		if (size > share) return Math.floor(share);
		left -= size;
	}
	return Number.POSITIVE_INFINITY;
}

/** The most of both ends that renders within `maxBytes`. */
function cutToFit(message: FittingMessage, maxBytes: number): string {
	const bytes = Buffer.from(message.text);
	let low = 0;
	let high = Math.min(bytes.length, maxBytes);
	while (low < high) {
		const middle = Math.ceil((low + high) / 2);
		if (byteLength(message.render(withGap(bytes, middle, message.whereWhole))) <= maxBytes) low = middle;
		else high = middle - 1;
	}
	return message.render(withGap(bytes, low, message.whereWhole));
}

/** `keep` bytes, half from either end, never half a character. */
function withGap(bytes: Buffer, keep: number, whereWhole: string): string {
	const head = startOf(bytes, Math.ceil(keep / 2));
	const tail = endOf(bytes, Math.floor(keep / 2));
	const left = bytes.length - head.length - tail.length;
	return `${head.toString()}\n[… ${left} bytes left out here; the whole message: ${whereWhole} …]\n${tail.toString()}`;
}

const isContinuation = (byte: number | undefined) => byte !== undefined && (byte & 0xc0) === 0x80;

function startOf(bytes: Buffer, length: number): Buffer {
	let end = length;
	while (end > 0 && isContinuation(bytes[end])) end--;
	return bytes.subarray(0, end);
}

function endOf(bytes: Buffer, length: number): Buffer {
	let start = bytes.length - length;
	while (start < bytes.length && isContinuation(bytes[start])) start++;
	return bytes.subarray(start);
}

const byteLength = (text: string) => Buffer.byteLength(text);
