import type { FrontEnd } from '../../src/commands/front-end.ts';
import { PLAIN_THEME } from '../../src/ui/plain-theme.ts';

/** A front end where nobody sits, which shows nothing. */
export const QUIET_FRONT_END: FrontEnd = {
	live: {
		canAnswer: false,
		look: { theme: PLAIN_THEME, columns: 80 },
		print: () => undefined,
		conversation: async (running, act) => {
			try {
				return await act({
					signal: new AbortController().signal,
					event: () => undefined,
					lines: () => undefined,
					status: () => undefined,
					stoppedBy: () => null,
				});
			} finally {
				await running.close();
			}
		},
	},
	ask: null,
	readTask: async ({ argument }) => argument,
	commandLine: null,
};
