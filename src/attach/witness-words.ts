/** Which words of a TUI's turns are the user's, as the relay itself knows: those that it sent, and those of the keyboard. */
import type { PreparedTui } from '../relay/turn/prepare-tui.ts';
import type { OpenSession } from '../sessions/store/session-store.ts';

interface Known {
	session: Pick<OpenSession, 'witness'>;
	prepared: Pick<PreparedTui, 'words' | 'isConfirmed'>;
	hasSent(words: string): boolean;
}

/** To be called before the turn is on record. `isFirst`: the relay sent the prompt, with the packet. */
export function witnessWords(
	{ turn, prompt, isFirst }: { turn: number; prompt: string; isFirst: boolean },
	{ session: { witness }, prepared, hasSent }: Known,
): void {
	const all = { turn, start: 0, end: Buffer.byteLength(prompt) };
	const range = isFirst ? prepared.words(turn, prompt) : hasSent(prompt) ? all : null;
	if (range === null) return;
	if (range.turn !== turn) witness.repeat(turn, range);
	else if (!isFirst || prepared.isConfirmed) {
		const words = Buffer.from(prompt).subarray(range.start, range.end);
		witness.add({ kind: 'prompt', turn, range, words });
	}
}
