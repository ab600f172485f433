import { sessionInWords, shownWords } from '../../commands/ws/in-words-first.ts';
import type { SlashContext } from '../slash/slash-command.ts';

type Context = Pick<SlashContext, 'relay' | 'context' | 'work' | 'print' | 'theme' | 'columns'>;

/** Before the session is left: has the agent that the user's configuration names write its state; Ctrl+C ends that. */
export async function wordsFirst({ relay, context, work, print, theme, columns }: Context): Promise<void> {
	if (relay.session() === null || context.parentTurn !== null) return;
	if ((await context.settings()).loaded.config.ws.summarize_with === null) return;
	await work(async ({ signal, onStatus }) => {
		const lines = (draw: (look: { theme: typeof theme; columns: number }) => readonly string[]) =>
			print(draw({ theme, columns }));
		await sessionInWords(relay, shownWords({ signal, status: onStatus, lines }));
		return { exitCode: 0 };
	}, 'the state of the workstream');
}
