/** The server is a front end of its own (`mcp/`): it takes the whole process, and calls commands as this one was called. */
import { EXIT } from '../../relay/exit-codes.ts';
import type { Body } from '../command.ts';

export const mcp: Body<{ readOnly: boolean }, null> = {
	run: async ({ commandLine }, { readOnly }) => {
		if (commandLine === null) throw new Error('mcp is of the command line alone');
		const isWhole = await commandLine.serveTools({ isReadOnly: readOnly });
		return { exitCode: isWhole ? EXIT.done : EXIT.failed, data: null };
	},
	toJson: () => undefined,
};
