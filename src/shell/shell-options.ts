import type { CommandContext } from '../commands/context.ts';
import type { Clock } from '../core/clock.ts';
import type { OwnSignals } from '../core/processes/own-signals.ts';
import type { TakeNotices } from '../core/take-notices.ts';
import type { Conversation } from '../relay/contract.ts';
import type { SurvivorDesk } from '../relay/resume/survivors.ts';
import type { TerminalOutput } from '../ui/screen-writer.ts';
import type { TerminalInput } from '../ui/terminal-modes.ts';
import type { Theme } from '../ui/theme.ts';
import type { ShellServices } from './services.ts';

export interface ShellOutput extends TerminalOutput {
	isTTY?: boolean;
	on?(event: 'resize', listener: () => void): unknown;
	on?(event: 'error', listener: (error: Error) => void): unknown;
	off?(event: 'resize', listener: () => void): unknown;
}

/** All that the shell touches; `process` defaults belong to whoever calls it. */
export interface ShellOptions {
	relay: Conversation;
	context: CommandContext;
	services: ShellServices;
	input: TerminalInput;
	output: ShellOutput;
	errorOutput: ShellOutput;
	signals: OwnSignals;
	clock: Clock;
	theme: Theme;
	/** Where the relay asks about agents that outlived another relay; the shell asks in its own way while it has the terminal. */
	survivorDesk?: SurvivorDesk;
	/** The shell shows notices above its edit line while it has the terminal. */
	takeNotices?: TakeNotices;
	/** `ui.thinking`. */
	thinking?: 'dim' | 'hide' | undefined;
	/** True: nothing is drawn, also on a terminal (`TERM=dumb`). */
	isDumb?: boolean;
}
