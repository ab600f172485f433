/**
 * Names: second lines of work in one repo, each kept apart and bound to a folder. This folder has the rule of their ids, the
 * registry, what is live under them, and the guards. What starts under a name asks here; nothing here starts anything.
 */
import { RelayError } from '../../core/errors.ts';
import type { SessionMeta } from '../session-meta.ts';

declare const brand: unique symbol;

/** `default`, or an id of the user's. Safe as the name of a folder. Obtained only from this module. */
export type NameId = string & { readonly [brand]: 'NameId' };

const RULE = /^[a-z][a-z0-9_-]{1,63}$/;

/** The line of work of everything that names none. It needs no setup, and no guard is asked about it. */
export const DEFAULT_NAME: NameId = requireNameId('default');

/** The name that commands of this process work under. */
export interface NameInForce {
	id: NameId;
	/** The user gave it, so that only its sessions are found. */
	isGiven: boolean;
}

export function isNameId(text: string): text is NameId {
	return RULE.test(text);
}

/** Throws RelayError `usage`, which states the rule. Call it before any text becomes a path. */
export function requireNameId(text: string): NameId {
	if (isNameId(text)) return text;
	throw new RelayError('usage', `${JSON.stringify(text.slice(0, 100))} cannot be a name.`, {
		hint: 'A name has 2 to 64 characters: a-z first, then a-z, 0-9, _ and -.',
	});
}

/** What was typed, else `AGENT_RELAY_NAME`, else `default`. Throws RelayError `usage` for what cannot be a name. */
export function nameInForce(
	typed: string | undefined,
	{ AGENT_RELAY_NAME: named }: Readonly<Record<string, string | undefined>>,
): NameInForce {
	const text = typed ?? (named || undefined);
	return { id: text === undefined ? DEFAULT_NAME : requireNameId(text), isGiven: text !== undefined };
}

/** The name that a session belongs to; a record that names none, or nothing that can be one, belongs to `default`. */
export function nameOf(meta: Pick<SessionMeta, 'name'> | null): NameId {
	const name = meta?.name ?? null;
	return name !== null && isNameId(name) ? name : DEFAULT_NAME;
}

/** As it is recorded. */
export function toMetaName(id: NameId): string | null {
	return id === DEFAULT_NAME ? null : id;
}
