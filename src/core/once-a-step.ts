/**
 * `read` by key, asked once for each step of the event loop: a decision that looks at one thing many times sees one state of
 * it and pays for one look. A later step looks again. What `read` throws is not kept.
 */
export function onceAStep<Key, Value>(read: (key: Key) => Value): (key: Key) => Value {
	const known = new Map<Key, Value>();
	return (key) => {
		const kept = known.get(key);
		if (kept !== undefined || known.has(key)) return kept as Value;
		const value = read(key);
		if (known.size === 0) setImmediate(() => known.clear());
		known.set(key, value);
		return value;
	};
}
