import { SLASH_COMMANDS } from '../../src/shell/slash/registry.ts';
import type { SlashContext } from '../../src/shell/slash/slash-command.ts';
import { WaitingPrompts } from '../../src/shell/work/waiting-prompts.ts';
import { createTheme } from '../../src/ui/theme.ts';
import { fakeCommandContext } from './fake-command-context.ts';
import { createFakeRelay } from './fake-relay.ts';

export const NOON = new Date(2026, 2, 1, 12, 0).getTime();

/** A clock that stands at noon and never waits. */
export const noonClock = { now: () => NOON, monotonic: () => 0, sleep: () => Promise.resolve() };

/** What a slash command gets, on a fake relay, with what it printed. */
export function fakeSlashContext(over: Partial<SlashContext> = {}) {
	const printed: string[] = [];
	const relay = createFakeRelay({ clock: noonClock });
	let hasExited = false;
	const context: SlashContext = {
		relay,
		context: fakeCommandContext({ relay, clock: noonClock }),
		commands: SLASH_COMMANDS,
		clock: noonClock,
		theme: createTheme(false),
		columns: 80,
		isInteractive: false,
		waiting: new WaitingPrompts(),
		print: (lines) => printed.push(...lines),
		page: async (lines) => {
			printed.push(...lines);
		},
		lend: null,
		lendTerminal: null,
		work: async (act) => {
			const { signal } = new AbortController();
			await act({
				signal,
				onEvent: () => undefined,
				onStatus: () => undefined,
				onHardStop: () => undefined,
				onSay: () => undefined,
				onAsked: () => undefined,
			});
		},
		say: null,
		isBusy: false,
		pair: null,
		prompt: () => undefined,
		answer: null,
		pick: async () => null,
		exit: async () => {
			hasExited = true;
		},
		...over,
	};
	return { context, relay, printed, hasExited: () => hasExited };
}
