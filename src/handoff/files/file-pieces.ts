import type { PacketDiff } from '../packet-input.ts';
import type { Piece } from '../pieces/budget.ts';
import { diffVariants } from './diff-variants.ts';

const LISTED = 150;
const DIFF = 85;
const LAST_TOUCHED = 12;
const USERS = 14;
/** Files that a build or a package manager writes: their diff says little to a reader. */
const GENERATED =
	/(?:^|\/)(?:package-lock\.json|npm-shrinkwrap\.json|yarn\.lock|pnpm-lock\.yaml|bun\.lockb?|Cargo\.lock|poetry\.lock|uv\.lock|Gemfile\.lock|composer\.lock|go\.sum|dist|build|node_modules|vendor|coverage|__snapshots__)(?:\/|$)|\.(?:min\.(?:js|css)|map|snap|svg|lock)$/;

/** Turns changed files and their diffs into quoted pieces of the sections `files` and `diffs`. */
export function filePieces(
	diffs: readonly PacketDiff[],
	userEdits: readonly PacketDiff[],
	lastTouched: ReadonlySet<string>,
	quote: (text: string) => string,
	clean: (text: string) => string,
): Piece[] {
	// A file that only the user changed, once, would otherwise be listed twice.
	const isListedAsUserEdit = ({ by, path, text }: PacketDiff) =>
		by === 'user' && userEdits.some((edit) => edit.path === path && edit.text === text);
	const all = [
		...diffs.filter((diff) => !isListedAsUserEdit(diff)),
		...userEdits.map((edit) => ({ ...edit, by: 'user' as const, isBetween: true })),
	];
	return all.flatMap((diff, order): Piece[] => {
		const isBetween = 'isBetween' in diff;
		const isGenerated = GENERATED.test(diff.path);
		const stat = diff.added === null ? 'binary or not counted' : `+${diff.added} -${diff.removed ?? 0}`;
		const who = isBetween ? ' by the user between turns' : diff.by === 'user' ? ' by the user' : '';
		const path = clean(diff.path).replace(/\s+/g, ' ');
		const line = `${diff.change}${who} ${path} (${stat})`;
		const data = { path, change: diff.change, added: diff.added, removed: diff.removed, by: diff.by };
		const bonus = (lastTouched.has(diff.path) ? LAST_TOUCHED : 0) + (diff.by === 'user' ? USERS : 0);
		const listed: Piece = {
			section: 'files',
			priority: LISTED + bonus - (isGenerated ? 5 : 0),
			order,
			variants: [quote(line)],
			data,
		};
		const variants = diff.text === null || diff.change === 'deleted' ? [] : diffVariants(clean(diff.text));
		if (variants.length === 0) return [listed];
		const size = (variants[0]?.length ?? 0) / 1000;
		return [
			listed,
			{
				section: 'diffs',
				priority: DIFF + bonus - Math.min(20, size) - (isGenerated ? 60 : 0),
				order,
				variants: variants.map((variant, at) =>
					quote(`diff of ${path}${who}${at === 0 ? '' : ' (shortened)'}\n${variant}`),
				),
				data,
			},
		];
	});
}
