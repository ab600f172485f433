import { safeLine } from '../core/text.ts';
import type { Transcript } from '../view/transcript.ts';
import { asPrompt } from './input/read-entry.ts';
import type { ShellOptions } from './shell-options.ts';

/** What the user says in another shell of the pair is said here, too, until it is stopped. Outside a pair nothing is heard. */
export function hearPair(
	{ pair = null, relay, theme }: Pick<ShellOptions, 'pair' | 'relay' | 'theme'>,
	queue: { add(typed: string): void },
	transcript: Pick<Transcript, 'lines'>,
): () => void {
	if (pair === null) return () => undefined;
	return pair.listen(({ kind, text }) => {
		if (kind === 'say') return queue.add(asPrompt(text));
		relay.note(text);
		transcript.lines([theme.dim(`Noted in the other shell: ${safeLine(text, 200)}`)]);
	});
}
