import type { CommandContext } from '../../commands/context.ts';
import type { Clock } from '../../core/clock.ts';
import { RelayError } from '../../core/errors.ts';
import type { Conversation } from '../../relay/conversation-contract.ts';
import type { RelayEvent } from '../../relay/events/relay-events.ts';
import type { Theme } from '../../ui/theme.ts';
import type { Candidate } from '../editor/completion.ts';
import type { WaitingPrompts } from '../work/waiting-prompts.ts';

/** One command of the shell: a plain module with all that help, completion and the shell need to know of it. */
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
	/** Those that its first word may name: `/race show`. */
	members?: readonly SlashCommand[];
	/** `now`: answers while a turn runs. `queued`: waits for its turn, in the order typed. */
	duringTurn: 'now' | 'queued';
	/** Candidates for the word at the end of `argument`. */
	complete(context: CompletionContext, argument: string): Promise<readonly Candidate[]>;
	/** Prints its answer. Throws RelayError for what the user can mend. */
	run(context: SlashContext, argument: string): Promise<void>;
}

export interface CompletionContext {
	relay: Conversation;
	/** What the commands that other front ends have too work with. */
	context: CommandContext;
	/** Every command, for `/help`. */
	commands: readonly SlashCommand[];
}

export interface SlashContext extends CompletionContext {
	clock: Clock;
	theme: Theme;
	/** Of the terminal. */
	columns: number;
	/** False: pickers answer null, the flag form must be used. */
	isInteractive: boolean;
	waiting: WaitingPrompts;
	/** Plain or styled lines, already safe. */
	print(lines: readonly string[]): void;
	/**
	 * Long work of a `queued` command, as a turn is: the keys of a turn end it, and what it tells stands in the transcript. A
	 * rejection is shown as an error. `what`: its name where it is no turn of the active agent.
	 */
	work(act: (control: WorkControl) => Promise<WorkEnd>, what?: string): Promise<void>;
	/** Gives the user's words to what runs; null where nothing that runs listens. */
	say: ((text: string) => void) | null;
	/** Lets the user type one line to what asks on the agent's terminal; null where nothing asks. */
	answer: (() => void) | null;
	pick(message: string, choices: readonly PickChoice[]): Promise<string | null>;
	exit(): void;
}

export interface WorkEnd {
	exitCode: number;
	/** What was typed behind it is dropped; default: where the exit code is not 0. */
	isBroken?: boolean;
}

export interface WorkControl {
	/** Aborted by the first Ctrl+C, and when the shell is left. */
	signal: AbortSignal;
	/** Shows it in the transcript. */
	onEvent(event: RelayEvent): void;
	/** What goes on, in a few safe words, where no turn says it: shown with the time since the work began. */
	onStatus(what: string): void;
	/** What a second Ctrl+C does; a later call replaces it. */
	onHardStop(stop: () => void): void;
	/** Who takes what the user says to it meanwhile (`/say`), until it ends. */
	onSay(take: (text: string) => void): void;
}

export interface PickChoice {
	value: string;
	/** Safe, one line, different from the others. */
	label: string;
}

export const noCandidates = async (): Promise<readonly Candidate[]> => [];

/** Words of an argument; quotes hold one together. */
export function splitWords(argument: string): string[] {
	return [...argument.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(
		([, double, single, bare]) => double ?? single ?? bare ?? '',
	);
}

export function usageError(command: Pick<SlashCommand, 'usage' | 'example'>, message: string): RelayError {
	return new RelayError('usage', message, {
		hint: `usage: /${command.usage}, for example ${command.example}`,
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
