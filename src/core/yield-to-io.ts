/** Lets work just started reach its first wait, so that a process it starts runs while this one continues. */
export function yieldToIo(): Promise<void> {
	return new Promise((resolve) => {
		setImmediate(resolve);
	});
}
