import type { TurnPlace } from '../../sessions/undo/undo-history.ts';

/** Says of changes that are shown as turns made them which of the turns are undone; null: none. `own`: whose turns need no name. */
export function describeUndone(turns: readonly TurnPlace[], own: string): string | null {
	if (turns.length === 0) return null;
	const names = turns.map(({ session_id, turn }) =>
		session_id === own ? String(turn) : `${turn} of ${session_id.slice(-6)}`,
	);
	const last = names.pop() ?? '';
	const isOne = names.length === 0;
	const which = isOne ? last : `${names.join(', ')} and ${last}`;
	return `Turn${isOne ? '' : 's'} ${which} ${isOne ? 'is' : 'are'} undone: the user took back what ${isOne ? 'it' : 'they'} changed.`;
}
