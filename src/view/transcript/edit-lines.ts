import type { EditHunk } from '../../agents/events.ts';

/** A line of a diff. */
export interface EditLine {
	sign: ' ' | '-' | '+';
	/** Without its sign; untrusted. */
	text: string;
	/** In the old file for `-`, in the new one for the others; null: not reported. */
	number: number | null;
	/** Lines before it are left out. */
	isAfterGap: boolean;
	/** What a `-` became, or what a `+` was before: the line at the same place of the other half of the change. */
	pair: string | null;
	/** Which change of the edit it belongs to, from 0 on: lines that changed without one between them that did not. */
	change: number | null;
}

interface Numbered {
	sign: EditLine['sign'];
	text: string;
	old: number | null;
	now: number | null;
}

/** The lines of an edit worth showing: those that changed, with at most `context` lines before and after each. */
export function editLines(hunks: readonly EditHunk[], context: number): EditLine[] {
	const lines: EditLine[] = [];
	let changes = 0;
	for (const hunk of hunks) {
		const all = numbered(hunk);
		const near = nearChanges(all, context);
		let isAfterGap = lines.length > 0 && !follows(lines, all[0]);
		for (let at = 0; at < all.length; ) {
			const end = endOfChange(all, at);
			if (end === at) {
				const line = all[at];
				if (line !== undefined && near.has(at)) {
					const { sign, text, now: number } = line;
					lines.push({
						sign,
						text,
						number,
						isAfterGap: isAfterGap && lines.length > 0,
						pair: null,
						change: null,
					});
					isAfterGap = false;
				} else isAfterGap = true;
				at++;
				continue;
			}
			const changed = changedLines(all.slice(at, end), changes++);
			lines.push(...changed.map((line, i) => (i === 0 && lines.length > 0 ? { ...line, isAfterGap } : line)));
			isAfterGap = false;
			at = end;
		}
	}
	return lines;
}

/** True where a hunk goes on right below what stands above it. */
function follows(lines: readonly EditLine[], next: Numbered | undefined): boolean {
	const last = lines.findLast(({ sign }) => sign !== '-')?.number ?? null;
	return last !== null && next !== undefined && next.now === last + 1;
}

function numbered({ oldStart, newStart, lines }: EditHunk): Numbered[] {
	let [old, now] = [oldStart, newStart];
	return lines.map((line) => {
		const sign = line.startsWith('-') ? '-' : line.startsWith('+') ? '+' : ' ';
		const at = { sign, text: line.slice(1), old, now } as const;
		if (sign !== '+' && old !== null) old++;
		if (sign !== '-' && now !== null) now++;
		return at;
	});
}

function nearChanges(lines: readonly Numbered[], context: number): Set<number> {
	const near = new Set<number>();
	for (const [at, { sign }] of lines.entries()) {
		if (sign === ' ') continue;
		for (let i = at - context; i <= at + context; i++) near.add(i);
	}
	return near;
}

function endOfChange(lines: readonly Numbered[], from: number): number {
	let end = from;
	while (end < lines.length && lines[end]?.sign !== ' ') end++;
	return end;
}

function changedLines(lines: readonly Numbered[], change: number): EditLine[] {
	const out = lines.filter(({ sign }) => sign === '-');
	const made = lines.filter(({ sign }) => sign === '+');
	const of = new Map(lines.map((line) => [line, null as string | null]));
	for (const [at, line] of out.entries()) of.set(line, made[at]?.text ?? null);
	for (const [at, line] of made.entries()) of.set(line, out[at]?.text ?? null);
	return lines.map((line) => ({
		sign: line.sign,
		text: line.text,
		number: line.sign === '-' ? line.old : line.now,
		isAfterGap: false,
		pair: of.get(line) ?? null,
		change,
	}));
}
