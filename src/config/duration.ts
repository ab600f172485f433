const UNIT_SECONDS: Record<string, number> = { s: 1, sec: 1, m: 60, min: 60, h: 3600, d: 86_400 };
const PART = /^(\d+(?:\.\d+)?)\s*(sec|s|min|m|h|d)\s*/;

/** Seconds in text such as `90s`, `5 min`, `1h 30m`, `6h`, or a bare number of seconds; null for anything else. */
export function parseDuration(text: string): number | null {
	let rest = text.trim().toLowerCase();
	if (/^\d+(\.\d+)?$/.test(rest)) return Number(rest);
	if (rest === '') return null;
	let seconds = 0;
	while (rest !== '') {
		const part = PART.exec(rest);
		if (part === null) return null;
		seconds += Number(part[1]) * (UNIT_SECONDS[part[2] ?? ''] ?? 0);
		rest = rest.slice(part[0].length);
	}
	return seconds;
}
