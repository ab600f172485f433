/** What happens in the shell while a command works: it stands in the transcript, and the keys of a turn end it. */
import type { Live } from '../../commands/live.ts';
import type { SlashContext, WorkControl } from './slash-command.ts';

export function createLive({ theme, columns, print }: SlashContext, control: WorkControl): Live {
	const { signal, onEvent, onStatus, onHardStop, onSay } = control;
	const look = { theme, columns };
	return {
		// The shell itself knows who answers.
		canAnswer: false,
		look,
		print: (text) => print(text.split('\n')),
		conversation: async (running, act, view) => {
			onHardStop(() => running.stopHard());
			if (running.say !== undefined) onSay((text) => running.say?.(text));
			try {
				return await act({
					signal,
					event: view === undefined ? onEvent : (event) => view.event(event),
					lines: (draw) => print(draw(look)),
					status: onStatus,
					stoppedBy: () => null,
				});
			} finally {
				view?.close();
				await running.close();
			}
		},
	};
}
