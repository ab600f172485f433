import type { App } from '../../app/create-app.ts';
import type { FrontEnd } from '../../commands/front-end.ts';
import { isTerminal } from '../../core/processes/is-terminal.ts';

/** How a command line asks its user: on stderr, where that and stdin are a terminal; else nulls. */
export function askOnTerminal({ streams }: Pick<App, 'streams'>): Pick<FrontEnd, 'ask' | 'askText'> {
	const { errorOutput } = streams;
	// A look at `streams.input` would open it, for every command.
	if (!errorOutput.isTTY || !isTerminal(0)) return { ask: null, askText: null };
	const terminal = () => ({ input: streams.input, output: errorOutput, hasColor: false });
	return {
		ask: async (question, choices) => {
			const { pickOne } = await import('../../shell/input/pick.ts');
			return pickOne(question, choices, terminal());
		},
		askText: async (question, { isHidden = false } = {}) => {
			const { typeLine } = await import('../../shell/input/pick.ts');
			return typeLine(question, terminal(), { isHidden });
		},
	};
}
