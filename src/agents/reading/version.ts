/** Whether a version is among those that a behaviour was seen in; null, or no version: it is not. */
export function isBetween(
	version: string | null,
	{ from, below }: { from: string; below?: string },
): boolean {
	const parts = version === null ? null : partsOf(version);
	if (parts === null || compare(parts, partsOf(from)) < 0) return false;
	return below === undefined || compare(parts, partsOf(below)) < 0;
}

function partsOf(version: string): number[] | null {
	const match = /^(\d+)\.(\d+)\.(\d+)/.exec(version);
	return match === null ? null : match.slice(1).map(Number);
}

function compare(a: readonly number[], b: readonly number[] | null): number {
	const at = a.findIndex((part, index) => part !== b?.[index]);
	return at < 0 ? 0 : (a[at] ?? 0) - (b?.[at] ?? 0);
}
