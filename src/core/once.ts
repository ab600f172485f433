/** `read` by key, asked once for each. What it throws is not kept. */
export function once<Key, Value>(read: (key: Key) => Value): (key: Key) => Value {
	const known = new Map<Key, Value>();
	return (key) => {
		const kept = known.get(key);
		if (kept !== undefined || known.has(key)) return kept as Value;
		const value = read(key);
		known.set(key, value);
		return value;
	};
}
