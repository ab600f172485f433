/** What an undo does not cover, in sentences. Pure. */
import type { EditOmission } from '../edits/look-at-paths.ts';
import type { UndoneTurn } from '../sessions/undo/undo-history.ts';
import { hasSnapshots } from './choose-steps.ts';

const SHOWN = 5;

export function describeUncovered(turns: readonly UndoneTurn[], omitted: readonly EditOmission[]): string[] {
	const skipped = [...new Set(turns.flatMap(({ state }) => state.tree.skipped ?? []))];
	const submodules = omitted.filter(({ kind }) => kind === 'submodule').map(({ path }) => path);
	const reserved = omitted.filter(({ kind }) => kind === 'reserved').map(({ path }) => path);
	const without = turns.filter((turn) => !hasSnapshots(turn)).map(({ state }) => String(state.turn));
	return [
		...line('Other repos, large and unreadable files, left out of the snapshots', skipped),
		...line('Submodules', submodules),
		...line('Names that are never written', reserved),
		...line(`Turn${without.length > 1 ? 's' : ''} without snapshots`, without),
		'Files that git ignored, and what is inside submodules and other repos, are never covered.',
	];
}

function line(what: string, names: readonly string[]): string[] {
	if (names.length === 0) return [];
	const more = names.length > SHOWN ? ` and ${names.length - SHOWN} more` : '';
	return [`${what}: ${names.slice(0, SHOWN).join(', ')}${more}.`];
}
