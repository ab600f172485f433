import type { CommandContext } from '../../commands/context.ts';
import type { FrontEnd } from '../../commands/front-end.ts';
import type { Asked } from '../../commands/live.ts';
import type { Clock } from '../../core/clock.ts';
import { RelayError } from '../../core/errors.ts';
import type { Conversation } from '../../relay/conversation-contract.ts';
import type { RelayEvent } from '../../relay/events/relay-events.ts';
import type { PairMail } from '../../sessions/names/pair-mail.ts';
import type { Theme } from '../../ui/theme.ts';
import type { Candidate } from '../editor/completion.ts';
import type { WaitingPrompts } from '../work/waiting-prompts.ts';

/** One command of the shell: a plain module with all that help, completion and the shell need to know. */
export interface SlashCommand {
	/** Without the slash. */
	name: string;
	aliases: readonly string[];
	/** After the slash: `use [agent[:model]] [--permissions P]`. */
	usage: string;
	/** One line. */
	summary: string;
	/** A whole line as typed. */
	example: string;
	/** Its words and flags, each with what it does, for `/help`. */
	flags?: ReadonlyArray<readonly [flag: string, does: string]>;
	/** Commands that its first word may name: `/race show`. */
	members?: readonly SlashCommand[];
	/** The value in force or a count, for the menu; empty: none. */
	now?(shell: CompletionContext): string;
	/** `now`: answers while a turn runs. `queued`: waits for its turn, in the order typed. */
	duringTurn: 'now' | 'queued';
	/** Candidates for the word at the end of `argument`. */
	complete(context: CompletionContext, argument: string): Promise<readonly Candidate[]>;
	/** Prints its answer. Throws RelayError for what the user can correct. */
	run(context: SlashContext, argument: string): Promise<void>;
}

export interface CompletionContext {
	relay: Conversation;
	/** What commands that are shared with other front ends work with. */
	context: CommandContext;
	/** Every command, for `/help`. */
	commands: readonly SlashCommand[];
	/** How many prompts wait. */
	queued?(): number;
}

export interface SlashContext extends CompletionContext {
	clock: Clock;
	theme: Theme;
	/** The terminal's width. */
	columns: number;
	/** The terminal's height; absent: there is no end to it. */
	rows?: number | undefined;
	/** False: pickers answer null, so arguments must be given. */
	isInteractive: boolean;
	waiting: WaitingPrompts;
	/** Plain or styled lines, already safe. */
	print(lines: readonly string[]): void;
	/** The same, through the user's pager where they do not fit on the screen; returns when that is left. */
	page(lines: readonly string[]): Promise<void>;
	/** Gives the terminal to what takes it whole, while work goes on behind it. Rejects with what `act` meets. null: there is none. */
	lend: (<T>(act: () => Promise<T>) => Promise<T>) | null;
	readonly lendTerminal: FrontEnd['lendTerminal'];
	/**
	 * Long work of a `queued` command, like a turn: the same keys stop it, and its events are shown in the transcript. A
	 * rejection is shown as an error. `what`: its name, unless it is a turn of the active agent.
	 */
	work(act: (control: WorkControl) => Promise<WorkEnd>, what?: string): Promise<void>;
	/** Gives the user's words to what runs; null if nothing that runs listens. */
	say: ((text: string) => void) | null;
	/** Something runs, so that no other work can begin. */
	isBusy: boolean;
	/** The other shells of a pair; null: this one is in none. */
	pair: PairMail | null;
	/** Makes it a prompt, whatever it begins with; it waits for its turn. */
	prompt(text: string): void;
	/** Lets the user answer the agent's terminal with one hidden line; null if it asks nothing. */
	answer: (() => void) | null;
	pick(message: string, choices: readonly PickChoice[]): Promise<string | null>;
	exit(): Promise<void>;
}

export interface WorkEnd {
	exitCode: number;
	/** What was typed after it is dropped; default: true unless the exit code is 0. */
	isBroken?: boolean;
}

export interface WorkControl {
	/** Aborted by the first Ctrl+C, and when the shell is left. */
	signal: AbortSignal;
	/** Shows it in the transcript. */
	onEvent(event: RelayEvent): void;
	/** What happens, in a few safe words, when no turn shows it: drawn with the time since the work began. */
	onStatus(what: string): void;
	/** What a second Ctrl+C does; a later call replaces it. */
	onHardStop(stop: () => void): void;
	/** Takes what the user says to it (`/say`) until it ends. */
	onSay(take: (text: string) => void): void;
	/** Its agents ask the user, until it ends; default: those of the shell's own conversation. */
	onAsked(asked: Asked): void;
}

export interface PickChoice {
	value: string;
	/** Safe, one line, different from the others. */
	label: string;
	/** The value in force: the list begins there. */
	isNow?: boolean;
}

export const noCandidates = async (): Promise<readonly Candidate[]> => [];

/** Splits an argument into words; quotes hold one together. */
export function splitWords(argument: string): string[] {
	return [...argument.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(
		([, double, single, bare]) => double ?? single ?? bare ?? '',
	);
}

export function usageError(command: Pick<SlashCommand, 'usage' | 'example'>, message: string): RelayError {
	return new RelayError('usage', message, {
		hint: `Usage: /${command.usage}, for example ${command.example}`,
	});
}

/** Completion from a fixed list. */
export const oneOf =
	(...values: readonly string[]) =>
	async (): Promise<readonly Candidate[]> =>
		values.map((value) => ({ value }));

export async function turnCandidates({ relay }: CompletionContext): Promise<readonly Candidate[]> {
	return relay.view
		.turns()
		.map((turn) => ({ value: String(turn.turn), hint: `${turn.agent} ${turn.status}` }));
}
