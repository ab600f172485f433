/** Lets what was begun get as far as its first wait: a process that it starts then works while this one goes on. */
export function letBegin(): Promise<void> {
	return new Promise((resolve) => {
		setImmediate(resolve);
	});
}
