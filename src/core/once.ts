/** Caches `read` by key. A call that throws is not cached. */
export function once<Key, Value>(read: (key: Key) => Value): (key: Key) => Value {
	return remembering(new Map(), read);
}

/**
 * As `once`, for the current step of the event loop only: a decision that reads one thing many times sees one state and pays for
 * one read.
 */
export function onceAStep<Key, Value>(read: (key: Key) => Value): (key: Key) => Value {
	const known = new Map<Key, Value>();
	return remembering(known, (key) => {
		const value = read(key);
		if (known.size === 0) setImmediate(() => known.clear());
		return value;
	});
}

function remembering<Key, Value>(known: Map<Key, Value>, read: (key: Key) => Value): (key: Key) => Value {
	return (key) => {
		const kept = known.get(key);
		if (kept !== undefined || known.has(key)) return kept as Value;
		const value = read(key);
		known.set(key, value);
		return value;
	};
}
