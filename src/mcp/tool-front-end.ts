/** The front end of a tool: nobody can be asked, nothing is drawn, and no agent can be started. */
import type { FrontEnd } from '../commands/front-end.ts';
import { RelayError } from '../core/errors.ts';

export const TOOL_FRONT_END: FrontEnd = {
	live: {
		startsAgents: false,
		canAnswer: false,
		mayAsk: false,
		isOnTerminal: false,
		get look(): never {
			throw noWork();
		},
		print: () => undefined,
		drained: async () => undefined,
		conversation: async () => {
			throw noWork();
		},
		race: async () => {
			throw noWork();
		},
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

const noWork = () => new RelayError('refused', 'A tool starts no agent.');
