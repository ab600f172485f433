/** Waits until `look` gives something; after `timeoutMs` fails with what it waited for and `context`. */
export async function until<T>(
	look: () => T | null | undefined | false,
	waitedFor: string,
	context: () => string = () => '',
	timeoutMs = 20_000,
): Promise<T> {
	const deadline = Date.now() + timeoutMs;
	for (;;) {
		const found = look();
		if (found) return found;
		if (Date.now() > deadline) throw new Error(`waited ${timeoutMs} ms for ${waitedFor} ${context()}`);
		await new Promise((wake) => setTimeout(wake, 20));
	}
}
