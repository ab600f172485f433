/** `1 file`, `3 files`. */
export function formatPlural(count: number, noun: string): string {
	return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
