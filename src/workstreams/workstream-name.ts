import { RelayError } from '../core/errors.ts';

declare const brand: unique symbol;

/** Safe as the name of a folder. Obtained only from this module. */
export type WorkstreamName = string & { readonly [brand]: 'WorkstreamName' };

const RULE = /^[a-z0-9][a-z0-9-]{0,63}$/;

export function isWorkstreamName(text: string): text is WorkstreamName {
	return RULE.test(text);
}

/** Throws RelayError `usage`, which states the rule. Call it before any text becomes a path. */
export function requireWorkstreamName(text: string): WorkstreamName {
	if (isWorkstreamName(text)) return text;
	throw new RelayError('usage', `${JSON.stringify(text.slice(0, 100))} cannot be the name of a workstream.`, {
		hint: 'A name has at most 64 characters: a-z, 0-9 and -, and no - at the start.',
	});
}

/** The nearest name to some words: `Fix the login!` gives `fix-the-login`. null: nothing is left of them. */
export function nameFromWords(words: string): WorkstreamName | null {
	const slug = words
		.normalize('NFKD')
		.replace(/\p{M}+/gu, '')
		.toLowerCase()
		.replace(/[^a-z0-9]+/g, '-')
		.replace(/^-+/, '')
		.slice(0, MAX_SLUG_CHARS)
		.replace(/-+$/, '');
	return isWorkstreamName(slug) ? slug : null;
}

/** Longer names are hard to type. */
const MAX_SLUG_CHARS = 40;

const SESSION_ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;

/** Whether an id, ours or an agent's own, can be part of a file's name. */
export const isSessionKey = (id: string): boolean => SESSION_ID.test(id);

/** Throws RelayError `usage` for an id that cannot be part of a file's name. */
export function requireSessionKey(id: string): string {
	if (isSessionKey(id)) return id;
	throw new RelayError('usage', `${JSON.stringify(id.slice(0, 100))} cannot be the id of a session.`, {
		hint: 'An id has at most 128 characters: letters, digits and . _ -, and begins with a letter or a digit.',
	});
}
