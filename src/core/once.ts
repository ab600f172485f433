/** `read` by key, asked once for each. What it throws is not kept. */
export function once<Key, Value>(read: (key: Key) => Value): (key: Key) => Value {
	return remembering(new Map(), read);
}

/**
 * As `once` for each step of the event loop: a decision that looks at one thing many times sees one state of it and pays for
 * one look. A later step looks again.
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
