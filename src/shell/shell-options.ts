import type { CommandContext } from '../commands/context.ts';
import type { Clock } from '../core/clock.ts';
import type { OwnSignals } from '../core/processes/own-signals.ts';
import type { TakeNotices } from '../core/take-notices.ts';
import type { Conversation } from '../relay/conversation-contract.ts';
import type { SurvivorDesk } from '../relay/resume/survivors.ts';
import type { PairMail } from '../sessions/names/pair-mail.ts';
import type { Drawing } from '../ui/drawing.ts';
import type { TerminalOutput } from '../ui/screen-writer.ts';
import type { TerminalInput } from '../ui/terminal-modes.ts';
import type { Theme } from '../ui/theme.ts';
import type { NotifyOptions } from './notices/notices.ts';

export interface ShellOutput extends TerminalOutput {
	isTTY?: boolean;
	on?(event: 'resize', listener: () => void): unknown;
	on?(event: 'error', listener: (error: Error) => void): unknown;
	off?(event: 'resize', listener: () => void): unknown;
}

/** Everything the shell touches; `process` defaults belong to the caller. */
export interface ShellOptions {
	relay: Conversation;
	context: CommandContext;
	/** The relay's own version, for the first line. */
	version: string;
	/** Where agents work; paths are shown relative to it. */
	worktree: string;
	/** Where the history of the name in force is; null: none is kept on disk. */
	historyPath(): string | null;
	/** Removes secrets from what the history file gets. */
	redact(text: string): string;
	/** Files below `folder`, relative to it, for `@`; absent: none are offered. May reject. */
	listFiles?(folder: string): Promise<readonly string[]>;
	/** Opens the user's editor on `text` with the terminal as it is, and gives the saved text. Throws RelayError if there is no editor. */
	openEditor(text: string): Promise<string>;
	/** Shows the lines in the user's pager with the terminal as it is, and returns when that is left; `print`s them where there is none. */
	openPager?(lines: readonly string[], print: (lines: readonly string[]) => void): Promise<void>;
	/** What a repo's files would enable once trusted; null: already trusted, or nothing to trust. Called once. */
	pendingTrust(): Promise<TrustQuestion | null>;
	input: TerminalInput;
	output: ShellOutput;
	errorOutput: ShellOutput;
	signals: OwnSignals;
	clock: Clock;
	theme: Theme;
	/** Where the relay asks about agents that outlived another relay; the shell asks in its own way while it has the terminal. */
	survivorDesk?: SurvivorDesk;
	/** The other shells of the pair that this one belongs to. */
	pair?: PairMail | null;
	/** The shell shows notices above its edit line while it has the terminal. */
	takeNotices?: TakeNotices;
	/** Notices while the terminal has no focus; absent: there are none. */
	notify?: NotifyOptions;
	/** `ui.status`: a row under the edit line; default: none. */
	hasStatus?: boolean;
	/** `ui.thinking`. */
	thinking?: 'dim' | 'hide' | undefined;
	/** How many commands agents ran in the session of that folder before a turn. */
	commandsBefore?: ((folder: string, turn: number) => number) | undefined;
	/** Absent: with all glyphs, and in motion. */
	drawing?: Drawing | undefined;
	/** True: nothing is drawn, not even on a terminal (`TERM=dumb`). */
	isDumb?: boolean;
	/** False: the terminal would print the request to report keys (`TERM=linux` before Linux 5.10). */
	reportsKeys?: boolean;
}

export interface TrustQuestion {
	/** Files that agents would obey, relative to the worktree. */
	files: readonly string[];
	accept(): Promise<void>;
	/** The question does not return until the files change. */
	decline(): void;
}
