/**
 * One entry in a JSON file of another program, comments allowed: put in and taken out as text, so that all else stays as it is to
 * the byte. The entry stands first in its object, behind a blank; without the blank the whole object was made for it.
 */
import { type Member, membersOf, rootOf, skip, unreadable } from './json-scan.ts';

interface Span {
	start: number;
	end: number;
}

/** `parent`: the key of the object that holds entries. `value`: JSON on one line. Throws `refused` where the file cannot be edited. */
export function addJsonEntry(text: string, parent: string, name: string, value: string): string {
	const root = rootOf(text);
	const holder = find(text, root, parent);
	if (holder === null)
		return insert(
			text,
			root,
			`${quoted(parent)}:{${quoted(name)}:${value}}`,
			membersOf(text, root).length > 0,
		);
	if (text[holder.value] !== '{') throw unreadable();
	return insert(text, holder.value, ` ${quoted(name)}:${value}`, membersOf(text, holder.value).length > 0);
}

/** The text without the entry; null where it has none. */
export function removeJsonEntry(text: string, parent: string, name: string): string | null {
	const root = rootOf(text);
	const holder = find(text, root, parent);
	if (holder === null || text[holder.value] !== '{') return null;
	const entry = find(text, holder.value, name);
	if (entry === null) return null;
	const isMadeForIt = text.startsWith(`{${quoted(name)}:`, holder.value) && holder.end === entry.end + 1;
	return isMadeForIt && isJoined(text, holder) ? cut(text, root, holder) : cut(text, holder.value, entry);
}

/** The entry's value as it stands in the file; null where there is none. */
export function jsonEntry(text: string, parent: string, name: string): string | null {
	const holder = find(text, rootOf(text), parent);
	if (holder === null || text[holder.value] !== '{') return null;
	const entry = find(text, holder.value, name);
	return entry === null ? null : text.slice(entry.value, entry.end);
}

/** Nobody but us puts a member right behind its neighbour and makes it for one entry. */
const isJoined = (text: string, { start }: Member) => text[start - 1] === '{' || text[start - 1] === ',';

export const quoted = (word: string) => JSON.stringify(word);

/** Puts a member, or an element, first into what opens there. */
export function insert(text: string, open: number, member: string, hasMore: boolean): string {
	return `${text.slice(0, open + 1)}${member}${hasMore ? ',' : ''}${text.slice(open + 1)}`;
}

/** Takes one out of what opens there, with the comma behind it, else the one before it. */
export function cut(
	text: string,
	open: number,
	{ start: at, end }: Span,
	others: (text: string, open: number) => readonly Span[] = membersOf,
): string {
	const start = at === open + 2 && text[open + 1] === ' ' ? at - 1 : at;
	const next = skip(text, end);
	if (text[next] === ',') return text.slice(0, start) + text.slice(next + 1);
	const before = others(text, open).findLast((one) => one.end <= start);
	return text.slice(0, before === undefined ? start : before.end) + text.slice(end);
}

export const find = (text: string, open: number, key: string): Member | null =>
	membersOf(text, open).find((one) => one.key === key) ?? null;
