/** A `WORKSTREAMS.md`: tables under Active, Parked and Completed, and a Parking Lot of ideas. Pure. */
import { MAX_IDEA_CHARS } from '../registry/ideas-file.ts';
import type { WorkstreamStatus } from '../registry/registry-file.ts';
import { isWorkstreamName, nameFromWords, type WorkstreamName } from '../workstream-name.ts';

export interface RegistryPage {
	entries: ReadonlyArray<{
		name: WorkstreamName;
		description: string;
		status: WorkstreamStatus;
		folder: string;
	}>;
	ideas: readonly string[];
	/** Rows that name nothing that can be a workstream. */
	odd: readonly string[];
}

type Section = WorkstreamStatus | 'ideas';

export function readRegistryPage(text: string): RegistryPage {
	const entries: Array<RegistryPage['entries'][number]> = [];
	const ideas: string[] = [];
	const odd: string[] = [];
	let section: Section | null = null;
	let heads: string[] | null = null;
	for (const line of text.replaceAll('\r\n', '\n').split('\n')) {
		const title = /^#{1,6}\s+(.*?)\s*$/.exec(line)?.[1];
		if (title !== undefined) {
			section = sectionOf(title);
			heads = null;
			continue;
		}
		const cells = cellsOf(line);
		if (cells === null) {
			const item = /^\s*(?:[-*+]|\d+[.)])\s+(?:\[[ x]\]\s+)?(\S.*)$/.exec(line)?.[1];
			if (section === 'ideas' && item !== undefined) ideas.push(plain(item).slice(0, MAX_IDEA_CHARS));
			if (line.trim() === '') heads = null;
			continue;
		}
		if (section === null || cells.every((cell) => /^:?-*:?$/.test(cell))) continue;
		if (heads === null) {
			heads = cells.map((cell) => plain(cell).toLowerCase());
			continue;
		}
		const of = (pattern: RegExp, otherwise: number) => {
			const at = heads?.findIndex((head) => pattern.test(head)) ?? -1;
			return plain(cells[at < 0 ? otherwise : at] ?? '');
		};
		const named = of(/name|workstream|idea/, 0);
		const description = of(/description|summary|about|what|focus|notes?/, 1);
		if (section === 'ideas')
			ideas.push(
				[named, description]
					.filter((one) => one !== '')
					.join(': ')
					.slice(0, MAX_IDEA_CHARS),
			);
		else {
			const name = isWorkstreamName(named) ? named : nameFromWords(named);
			if (name === null || entries.some((one) => one.name === name)) odd.push(named);
			else entries.push({ name, description, status: section, folder: named });
		}
	}
	return { entries, ideas: ideas.filter((idea) => idea !== ''), odd };
}

function sectionOf(title: string): Section | null {
	if (/parking lot|ideas?\b/i.test(title)) return 'ideas';
	if (/\bactive\b/i.test(title)) return 'active';
	if (/\b(?:parked|paused)\b/i.test(title)) return 'parked';
	return /\b(?:completed?|done|finished)\b/i.test(title) ? 'completed' : null;
}

function cellsOf(line: string): string[] | null {
	const row = line.trim();
	if (!row.startsWith('|')) return null;
	return row
		.replace(/^\|/, '')
		.replace(/\|$/, '')
		.split(/(?<!\\)\|/)
		.map((cell) => cell.replaceAll('\\|', '|').trim());
}

/** Without the marks of Markdown: `**[auth](auth/)**` is `auth`. */
const plain = (text: string) =>
	text
		.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
		.replace(/\*\*|__|`/g, '')
		.replace(/\s+/g, ' ')
		.trim();
