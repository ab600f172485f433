import type { FrontEnd } from '../../src/commands/front-end.ts';
import type { Running, Shown } from '../../src/commands/live.ts';
import { PLAIN_THEME } from '../../src/ui/plain-theme.ts';

async function follow<T>(running: Running, act: (shown: Shown<unknown>) => Promise<T>): Promise<T> {
	try {
		return await act({
			signal: new AbortController().signal,
			event: () => undefined,
			showsEdits: false,
			lines: () => undefined,
			status: () => undefined,
			stoppedBy: () => null,
		});
	} finally {
		await running.close();
	}
}

/** A front end where nobody sits, which shows nothing. */
export const QUIET_FRONT_END: FrontEnd = {
	live: {
		startsAgents: false,
		canAnswer: false,
		mayAsk: false,
		isOnTerminal: false,
		look: { theme: PLAIN_THEME, columns: 80 },
		print: () => undefined,
		drained: async () => undefined,
		conversation: follow,
		race: follow,
	},
	ask: null,
	askText: null,
	show: () => undefined,
	progress: () => undefined,
	readTask: async ({ argument }) => argument,
	lendTerminal: null,
	screen: null,
	commandLine: null,
};
