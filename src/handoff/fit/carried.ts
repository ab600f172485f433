import { formatPlural } from '../../core/plural.ts';
import type { Carried } from '../packet.ts';
import { byteLength, type Piece } from '../pieces/budget.ts';
import { SPARE_PRIORITY } from '../talk/statement-pieces.ts';
import type { UserWords } from '../words/user-words.ts';
import type { Fitted } from './fit-to-budget.ts';

/** What a person calls the pieces of a section, one of them. */
const NAMES: Readonly<Record<string, string>> = {
	asked: 'prompt',
	unconfirmed: 'unconfirmed prompt',
	shell: 'own command',
	undone: 'undo',
	plan: 'plan step',
	progress: 'last word',
	statements: 'statement',
	files: 'file',
	diffs: 'diff',
	failing: 'command',
	passing: 'command',
	earlier: 'command',
	commands: 'command',
	questions: 'question',
};

/** Counts what the packet holds of what the records have. */
export function carriedBy(
	words: UserWords,
	{ selection, markdown }: Pick<Fitted, 'selection' | 'markdown'>,
	pieces: readonly Piece[],
): Carried {
	const has = (piece: Piece) => selection.variantOf(piece) !== undefined;
	const of = (section: string) => pieces.filter((piece) => piece.section === section && has(piece));
	const said = of('said').flatMap(({ order }) => words.entries[order] ?? []);
	const prompts = said.filter(({ kind }) => kind === 'prompt');
	const isSaid = (text: string) => prompts.some((entry) => entry.text === text);
	const alone = [of('objective').length > 0 ? words.objective : null, of('now').length > 0 ? words.now : null]
		.flatMap((one) => (one === null || isSaid(one.text) ? [] : [one.text]))
		.filter((text, at, all) => all.indexOf(text) === at);
	const steps = pieces.filter(({ section }) => section === 'plan');
	return {
		prompts: prompts.length + alone.length,
		notes: said.filter(({ kind }) => kind === 'note').length,
		plan:
			steps.length === 0
				? null
				: { done: steps.filter(({ data }) => isDone(data)).length, total: steps.length },
		files: of('files').length,
		bytes: byteLength(markdown),
		leftOut: leftOut(
			words,
			pieces.filter((piece) => !has(piece) && piece.priority >= SPARE_PRIORITY),
		),
	};
}

const isDone = (data: unknown) =>
	typeof data === 'object' && data !== null && 'status' in data && data.status === 'completed';

/** `2 earlier prompts`, `3 diffs`, in the order of the packet's sections. */
function leftOut({ entries }: UserWords, missing: readonly Piece[]): string[] {
	const counts = new Map<string, number>();
	for (const { section, order } of missing) {
		const name =
			section === 'said' ? `earlier ${entries[order]?.kind === 'note' ? 'note' : 'prompt'}` : NAMES[section];
		if (name !== undefined) counts.set(name, (counts.get(name) ?? 0) + 1);
	}
	return [...counts].map(([name, count]) => formatPlural(count, name));
}
