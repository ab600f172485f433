/** Where the parts of a JSON text stand, comments and last commas allowed, so that it can be edited as text. */
import { RelayError } from '../../core/errors.ts';

export interface Member {
	key: string;
	start: number;
	value: number;
	end: number;
}

/** Where the object of the document opens. Throws `refused` for what is not a whole one. */
export function rootOf(text: string): number {
	const root = skip(text, text.startsWith('\uFEFF') ? 1 : 0);
	if (text[root] !== '{') throw unreadable();
	// Throws for what is not whole.
	if (skip(text, valueEnd(text, root)) !== text.length) throw unreadable();
	return root;
}

/** The members of the object that opens at `open`. */
export function membersOf(text: string, open: number): Member[] {
	const members: Member[] = [];
	let at = skip(text, open + 1);
	while (text[at] === '"') {
		const keyEnd = stringEnd(text, at);
		const colon = skip(text, keyEnd);
		if (text[colon] !== ':') throw unreadable();
		const value = skip(text, colon + 1);
		const end = valueEnd(text, value);
		members.push({ key: textOf(text.slice(at, keyEnd)), start: at, value, end });
		const next = skip(text, end);
		at = text[next] === ',' ? skip(text, next + 1) : next;
	}
	if (text[at] !== '}') throw unreadable();
	return members;
}

/** The values of the list that opens there. */
export function elementsOf(text: string, open: number): { start: number; end: number }[] {
	const elements: { start: number; end: number }[] = [];
	let at = skip(text, open + 1);
	while (text[at] !== ']') {
		const end = valueEnd(text, at);
		elements.push({ start: at, end });
		const next = skip(text, end);
		if (text[next] !== ',' && text[next] !== ']') throw unreadable();
		at = text[next] === ',' ? skip(text, next + 1) : next;
	}
	return elements;
}

function textOf(literal: string): string {
	try {
		return String(JSON.parse(literal));
	} catch {
		throw unreadable();
	}
}

/** Behind blanks and comments. */
export function skip(text: string, from: number): number {
	const blank = /(?:\s|\/\/[^\n]*|\/\*[\s\S]*?\*\/)*/y;
	blank.lastIndex = from;
	blank.test(text);
	return blank.lastIndex;
}

function stringEnd(text: string, from: number): number {
	const string = /"(?:[^"\\\n]|\\.)*"/y;
	string.lastIndex = from;
	if (!string.test(text)) throw unreadable();
	return string.lastIndex;
}

/** Behind the value that begins there. */
function valueEnd(text: string, from: number): number {
	if (text[from] === '"') return stringEnd(text, from);
	if (text[from] !== '{' && text[from] !== '[') {
		const plain = /[\w.+-]+/y;
		plain.lastIndex = from;
		if (!plain.test(text)) throw unreadable();
		return plain.lastIndex;
	}
	const closers: string[] = [];
	for (let at = from; at < text.length; at = skip(text, at)) {
		const sign = text[at] ?? '';
		if (sign === '"') {
			at = stringEnd(text, at);
			continue;
		}
		if (sign === '{' || sign === '[') closers.push(sign === '{' ? '}' : ']');
		else if (sign === '}' || sign === ']') {
			if (closers.pop() !== sign) throw unreadable();
			if (closers.length === 0) return at + 1;
		}
		at++;
	}
	throw unreadable();
}

export const unreadable = () =>
	new RelayError('refused', 'The file is not JSON that can be edited safely.', {
		hint: 'Mend it first, or add the entry by hand: docs/mcp.md, docs/agent-hooks.md',
	});
