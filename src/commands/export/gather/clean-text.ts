import { safeText } from '../../../core/text.ts';
import type { Redactor } from '../../../handoff/redact.ts';
import { formatBytes } from '../../../ui/quantities.ts';
import type { ExportRedaction } from '../document.ts';

/** Text of others on its way into an export; it counts what it takes out. */
export interface Cleaner {
	text(text: string): string;
	/**
	 * As `text`, with its beginning and its end alone where it is longer than `maxChars`. `whole`: where all of it is. Each cut is
	 * passed to `onCut` in words.
	 */
	clip(text: string, limits: Clip): string;
	/** Every text in a value of JSON, keys aside. */
	data(value: unknown): unknown;
	report(): ExportRedaction;
}

interface Clip {
	maxChars: number;
	what: string;
	whole: string;
	onCut(words: string): void;
}

interface CleanerOptions {
	/** null: nothing is taken out. */
	redactor: Redactor | null;
	/** Absolute paths that become `~`. */
	homes: readonly string[];
}

/** A secret is never longer: what is cut off before redaction is so much more than what is cut off after it. */
const MARGIN_CHARS = 64 * 1024;

export function createCleaner({ redactor, homes }: CleanerOptions): Cleaner {
	const home = redactor === null ? null : homePattern(homes);
	let homePaths = 0;
	let shortened = 0;
	const countHome = () => {
		homePaths++;
		return '~';
	};
	const clean = (text: string): string => {
		const safe = safeText(text);
		// First, as a path of a folder with an odd name would count as a secret.
		const named = home === null ? safe : safe.replace(home, countHome);
		return redactor?.record(named) ?? named;
	};
	const cleanData = (value: unknown): unknown => {
		if (typeof value === 'string') return clean(value);
		if (Array.isArray(value)) return value.map(cleanData);
		if (typeof value !== 'object' || value === null) return value;
		return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, cleanData(one)]));
	};
	return {
		text: clean,
		data: cleanData,
		clip(text, { maxChars, what, whole, onCut }) {
			if (text.length <= maxChars) return clean(text);
			shortened++;
			const headChars = Math.floor(maxChars * 0.75);
			const head = headOf(clean(text.slice(0, headChars + MARGIN_CHARS)), headChars);
			const tail = tailOf(clean(text.slice(-(maxChars - headChars + MARGIN_CHARS))), maxChars - headChars);
			const left = formatBytes(Math.max(1, text.length - head.length - tail.length));
			onCut(`${left} of ${what}; the whole is in ${whole}`);
			return `${head}\n\n[… ${left} left out here; the whole is in ${whole} …]\n\n${tail}`;
		},
		report: () => ({
			is_redacted: redactor !== null,
			removed: [...(redactor?.kinds() ?? [])]
				.map(([kind, count]) => ({ kind, count }))
				.sort((a, b) => b.count - a.count || (a.kind < b.kind ? -1 : 1)),
			home_paths: homePaths,
			shortened,
		}),
	};
}

/** The end of `cleaned` may be half of a secret. */
function headOf(cleaned: string, chars: number): string {
	const text = cleaned.slice(0, Math.max(0, Math.min(chars, cleaned.length - MARGIN_CHARS)));
	const end = text.lastIndexOf('\n');
	return end > text.length / 2 ? text.slice(0, end) : withoutHalf(text);
}

const withoutHalf = (text: string): string => text.replace(/[\ud800-\udbff]$/, '');

function tailOf(cleaned: string, chars: number): string {
	const text = cleaned.slice(Math.max(cleaned.length - chars, Math.min(MARGIN_CHARS, cleaned.length)));
	const start = text.indexOf('\n') + 1;
	return start > 0 && start < text.length / 2 ? text.slice(start) : text.replace(/^[\udc00-\udfff]/, '');
}

/** null: there is no home folder whose paths say anything. */
function homePattern(homes: readonly string[]): RegExp | null {
	const folders = [...new Set(homes.map((home) => home.replace(/\/+$/, '')))].filter(
		(home) => home.length > 1,
	);
	if (folders.length === 0) return null;
	const escaped = folders
		.sort((a, b) => b.length - a.length)
		.map((home) => home.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
	return new RegExp(`(?<![\\w.~-])(?:${escaped.join('|')})(?![\\w.-]*[\\w-])`, 'g');
}
