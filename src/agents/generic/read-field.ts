import { objectOrNull } from '../reading/json-fields.ts';

/** A value and where it was found: the list positions that `*` stood for, so that values of one item belong together. */
interface Found {
	at: string;
	value: unknown;
}

/** A list longer than this is cut; only a broken stream has one. */
const MAX_ITEMS = 1000;

/**
 * Everything at a dotted path: names of own properties, numbers for list positions, `*` for every item of a list
 * (`message.content.*.text`). An undefined path or a path that leads nowhere finds nothing.
 */
export function readField(line: unknown, path: string | undefined): Found[] {
	if (path === undefined) return [];
	let found: Found[] = [{ at: '', value: line }];
	for (const name of path.split('.')) found = found.flatMap((place) => step(place, name));
	return found;
}

/** The first value at the path; with `at`, the one that belongs to that item. */
export function firstField(line: unknown, path: string | undefined, at?: string): unknown {
	const found = readField(line, path);
	if (at === undefined) return found[0]?.value;
	return found.find((place) => place.at === at || place.at === '')?.value;
}

function step({ at, value }: Found, name: string): Found[] {
	if (Array.isArray(value)) {
		if (name === '*')
			return value.slice(0, MAX_ITEMS).map((item, index) => ({ at: `${at}.${index}`, value: item }));
		return /^\d{1,9}$/.test(name) && Number(name) < value.length ? [{ at, value: value[Number(name)] }] : [];
	}
	const object = objectOrNull(value);
	return object !== null && Object.hasOwn(object, name) ? [{ at, value: object[name] }] : [];
}
