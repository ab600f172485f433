/** Reads git's output: records that end in NUL, ids on a line of their own. */

export function nulFields(output: Buffer): string[] {
	return output
		.toString('utf8')
		.split('\0')
		.filter((field) => field !== '');
}

export const firstLineOf = (output: Buffer): string => output.toString('utf8').split('\n', 1)[0] ?? '';

/** Input for `-z --stdin`. */
export const nulInput = (paths: readonly string[]): string => paths.map((path) => `${path}\0`).join('');

/** True for 40 (SHA-1) or 64 (SHA-256) hex digits. */
export const isObjectId = (text: string): boolean => /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(text);
