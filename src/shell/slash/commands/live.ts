/** What the shell shows while a command works: its events are in the transcript, and the keys of a turn stop it. */
import { isAsked, type Live } from '../../../commands/live.ts';
import type { Look } from '../../../commands/look.ts';
import type { RaceEvent } from '../../../race/race-contract.ts';
import { PLAIN_THEME } from '../../../ui/plain-theme.ts';
import { RaceLines } from '../../../view/race/race-lines.ts';
import { RaceProgress } from '../../../view/race/race-progress.ts';
import type { SlashContext, WorkControl } from '../slash-command.ts';

export function createLive(
	{ theme, columns, print, isInteractive }: SlashContext,
	control: WorkControl,
): Live {
	const { signal, onEvent, onStatus, onHardStop, onSay, onAsked } = control;
	const look = { theme, columns };
	const show = (draw: (look: Look) => readonly string[]) => print(draw(look));
	return {
		startsAgents: true,
		// The shell itself asks and answers.
		canAnswer: false,
		mayAsk: isInteractive,
		isOnTerminal: true,
		look,
		print: (text) => print(text.split('\n')),
		drained: async () => undefined,
		conversation: async (running, act, view) => {
			onHardStop(() => running.stopHard());
			if (running.say !== undefined) onSay((text) => running.say?.(text));
			if (isAsked(running)) onAsked(running);
			try {
				return await act({
					signal,
					event: view === undefined ? onEvent : (event) => view.event(event),
					showsEdits: true,
					lines: show,
					status: onStatus,
					stoppedBy: () => null,
				});
			} finally {
				view?.close();
				await running.close();
			}
		},
		race: async (running, act) => {
			onStatus('race');
			onHardStop(() => running.stopHard());
			try {
				const event = raceEvents(control);
				return await act({
					signal,
					event,
					showsEdits: false,
					lines: show,
					status: onStatus,
					stoppedBy: () => null,
				});
			} finally {
				await running.close();
			}
		},
	};
}

/** For a command that answers at once, and in the middle of it may let an agent write something, while nothing else runs. */
export function liveBetween(shell: SlashContext): Live {
	const { theme, columns, print, work, isBusy } = shell;
	const during = async <T>(act: (live: Live) => Promise<T>): Promise<T> => {
		let done: Promise<T> = Promise.reject(new Error('the work did not begin'));
		done.catch(() => undefined);
		await work(async (control) => {
			done = act(createLive(shell, control));
			await done;
			return { exitCode: 0 };
		}, 'what the command waits for');
		return done;
	};
	return {
		startsAgents: !isBusy,
		canAnswer: false,
		mayAsk: false,
		isOnTerminal: true,
		look: { theme, columns },
		print: (text) => print(text.split('\n')),
		drained: async () => undefined,
		conversation: (running, act, view) => during((live) => live.conversation(running, act, view)),
		race: (running, act) => during((live) => live.race(running, act)),
	};
}

/** Shows each change of state as a line of the transcript, and next to the time how many are done. */
function raceEvents({ onEvent, onStatus }: WorkControl): (event: RaceEvent) => void {
	const lines = new RaceLines(PLAIN_THEME);
	const progress = new RaceProgress();
	return (event) => {
		progress.event(event);
		onStatus(statusOf(progress));
		const level = event.type === 'notice' ? event.level : 'info';
		for (const text of lines.linesOf(event)) onEvent({ type: 'notice', level, text });
	};
}

/** `race, 1 of 3 done`. */
function statusOf(progress: RaceProgress): string {
	const all = progress.entrants();
	const done = all.filter(({ record }) => record.state === 'ended').length;
	return all.length === 0 ? 'race' : `race, ${done} of ${all.length} done`;
}
