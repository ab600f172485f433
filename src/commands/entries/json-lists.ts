/**
 * Elements of lists in an object of a JSON file of another program: `"hooks": {"SessionStart": [ours, theirs]}`. As in
 * `json-entry.ts` each stands first, behind a blank; what has no blank inside was made for ours, and goes with them.
 */
import { cut, find, insert, quoted } from './json-entry.ts';
import { elementsOf, type Member, membersOf, rootOf, unreadable } from './json-scan.ts';

/** The key of a list, and the element as JSON on one line. */
export type ListElement = readonly [key: string, value: string];

/** `parent`: the key of the object that holds the lists. Throws `refused` where the file cannot be edited. */
export function addListElements(text: string, parent: string, elements: readonly ListElement[]): string {
	const root = rootOf(text);
	const holder = find(text, root, parent);
	if (holder === null) {
		const lists = elements.map(([key, value]) => `${quoted(key)}:[${value}]`);
		return insert(text, root, `${quoted(parent)}:{${lists.join(',')}}`, membersOf(text, root).length > 0);
	}
	// From the last to the first, as each is put in front of the others.
	return elements.toReversed().reduce((before, element) => addOne(before, parent, element), text);
}

function addOne(text: string, parent: string, [key, value]: ListElement): string {
	const holder = find(text, rootOf(text), parent);
	if (holder === null || text[holder.value] !== '{') throw unreadable();
	const list = find(text, holder.value, key);
	if (list === null)
		return insert(text, holder.value, ` ${quoted(key)}:[${value}]`, membersOf(text, holder.value).length > 0);
	if (text[list.value] !== '[') throw unreadable();
	return insert(text, list.value, ` ${value}`, elementsOf(text, list.value).length > 0);
}

/** The text without the elements that are ours; null where there are none. */
export function removeListElements(
	text: string,
	parent: string,
	isOurs: (value: string) => boolean,
): string | null {
	let after = text;
	for (let next = removeOne(after, parent, isOurs); next !== null; next = removeOne(after, parent, isOurs))
		after = next;
	return after === text ? null : after;
}

function removeOne(text: string, parent: string, isOurs: (value: string) => boolean): string | null {
	const root = rootOf(text);
	const holder = find(text, root, parent);
	if (holder === null || text[holder.value] !== '{') return null;
	const lists = membersOf(text, holder.value);
	for (const list of lists) {
		if (text[list.value] !== '[') continue;
		const elements = elementsOf(text, list.value);
		const own = elements.find(({ start, end }) => isOurs(text.slice(start, end)));
		if (own === undefined) continue;
		if (elements.length > 1 || isMarked(text, list)) return cut(text, list.value, own, elementsOf);
		// Where it was the only list too, the whole object may have been made for ours.
		if (lists.length > 1 || isMarked(text, holder)) return cut(text, holder.value, list);
		return cut(text, root, holder);
	}
	return null;
}

/** The first element stands behind the blank of an insertion: what holds it was there before. */
const isMarked = (text: string, { value }: Member) => /^[[{] (?=["{])/.test(text.slice(value, value + 3));
