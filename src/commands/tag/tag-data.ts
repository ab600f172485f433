export interface TagChange {
	add: readonly string[];
	remove: readonly string[];
}

export interface TagData {
	/** A session's ULID, or another conversation's `ref` in the index. */
	id: string;
	/** Which message of it, from 1 on; null: it is all of it. */
	message: number | null;
	/** For people: `Session 7F3K2Q`. */
	called: string;
	/** After the change. */
	tags: readonly string[];
	added: readonly string[];
	removed: readonly string[];
	/** Nothing was asked but to show them. */
	isShown: boolean;
}
