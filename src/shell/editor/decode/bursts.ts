/**
 * A paste without brackets: `tmux paste-buffer` and terminals without bracketed paste send a text as if it were typed, much of it
 * at once. Nobody types a line, Enter and more within one read; such keys are one paste and send nothing. Pure.
 */
import type { Key } from './key-codes.ts';

/** A hurried hand on a slow line sends a few keys at once, a paste more. */
const MIN_CHARS = 12;
/** So much without a line break is a paste, too, and what comes right after it may be its rest. */
const LONG_CHARS = 128;
/** How long after a piece of a paste its next piece may come, ms: a terminal hands over 4 KB at a time. */
export const BURST_GAP_MS = 100;

/** `keys`: what one read gave. `isOpen`: a piece of a burst came less than `BURST_GAP_MS` ago. */
export function readBurst(keys: readonly Key[], isOpen: boolean): { keys: readonly Key[]; isOpen: boolean } {
	const parts = keys.map(textOf);
	const text = parts.join('');
	if (keys.length === 0 || parts.includes(null)) return { keys, isOpen: false };
	const isRest = isOpen && text.length > 1;
	if (isRest || (text.length >= MIN_CHARS && /\n[^\n]/.test(text)))
		return { keys: [{ kind: 'paste', text }], isOpen: true };
	return { keys, isOpen: text.length >= LONG_CHARS };
}

/** What a key of a text types; null: a key that no text holds. */
function textOf(key: Key): string | null {
	if (key.kind === 'text') return key.text;
	if (key.kind === 'paste' || key.alt || key.shift) return null;
	if (key.name === 'tab' && !key.ctrl) return '\t';
	return (key.name === 'enter' && !key.ctrl) || (key.ctrl && key.character === 'j') ? '\n' : null;
}
