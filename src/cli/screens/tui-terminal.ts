import type { App } from '../../app/create-app.ts';
import type { TuiTerminal } from '../../attach/attach-contract.ts';
import { createProcessSignals } from '../../core/processes/own-signals.ts';
import { lendTerminal } from '../../shell/terminal/lent-terminal.ts';

/** The terminal that the relay was started in, for an agent's own TUI. */
export function tuiTerminal(key: string, app: App): TuiTerminal {
	const { input, output } = app.streams;
	return lendTerminal({ input, output, signals: createProcessSignals(process, app), clock: app.clock, key });
}
