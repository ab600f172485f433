/** What a command that takes its time works with: who follows what happens, and who stops it. */
import type { Race, RaceEvent } from '../race/race-contract.ts';
import type { Conversation, SendOptions } from '../relay/conversation-contract.ts';
import type { RelayEvent } from '../relay/events/relay-events.ts';
import type { Look } from './look.ts';

/** Implemented by each front end, which draws in its own way. */
export interface Live {
	/** False: nothing that is called here may start an agent. */
	readonly startsAgents: boolean;
	/** Somebody is there who can answer what asks on an agent's terminal. */
	readonly canAnswer: boolean;
	/** Somebody is there who answers what agents ask while they work. */
	readonly mayAsk: boolean;
	/** What is printed goes to a screen, not to a file or another program. */
	readonly isOnTerminal: boolean;
	/** How text is drawn that is printed as it comes. */
	readonly look: Look;
	/** To the screen, at once; already safe. */
	print(text: string): void;
	/** Resolves when what was printed has gone out, or is lost: a reader may be slow, and what waits for it takes memory. */
	drained(): Promise<void>;
	/**
	 * Lets `act` work where the user can follow what happens, answer it and stop it. Then `running` is closed, whatever came of
	 * it. `view`: the command draws by itself.
	 */
	conversation<T>(
		running: Running,
		act: (shown: Shown<RelayEvent>) => Promise<T>,
		view?: View<RelayEvent>,
	): Promise<T>;
	/** The same for a race, of which the user may stop one entrant. */
	race<T>(running: RunningRace, act: (shown: Shown<RaceEvent>) => Promise<T>): Promise<T>;
}

/** Whose agents may ask the user while they work. */
export type Asked = Pick<Conversation, 'answer' | 'session' | 'change' | 'setAllowed'>;

/** What runs, and how the user reaches it. Without all of `Asked` its agents ask nothing. */
export interface Running extends Partial<Asked> {
	/** Ends all graces: the second Ctrl+C. */
	stopHard(): void;
	/** Idempotent. */
	close(): Promise<void>;
	/** Takes what the user says to it meanwhile. */
	say?(text: string): void;
	/** One line for what asks on an agent's terminal; null refuses. */
	answerTerminal?(line: string | null): boolean;
}

/** Its agents may ask. */
export const isAsked = (running: Running): running is Running & Asked =>
	[running.answer, running.session, running.change, running.setAllowed].every((one) => one !== undefined);

export type RunningRace = Running & Pick<Race, 'stopEntrant'>;

/** What draws events. */
export interface View<Event> {
	event(event: Event): void;
	/** Shows what is held back. Idempotent. */
	close(): void;
}

/** What `act` has of the front end while it works. */
export interface Shown<Event> {
	/** Aborted when the user stops what runs. */
	readonly signal: AbortSignal;
	event(event: Event): void;
	/** Events are drawn with what changed in files, not printed as documents or kept to itself. */
	readonly showsEdits: boolean;
	/** Lines for people, at once; nobody sees them with `--json` or `--quiet`. */
	lines(draw: (look: Look) => readonly string[]): void;
	/** What is happening, in a few safe words, where no turn says it. */
	status(what: string): void;
	/** The exit code of the signal that stopped it; null: no signal came. */
	stoppedBy(): number | null;
}

/** What every turn takes whose events `shown` shows. `hears`: gets each event before that. */
export function shownTurns(
	{ signal, event, showsEdits }: Shown<RelayEvent>,
	hears: (event: RelayEvent) => void = () => undefined,
): Pick<SendOptions, 'signal' | 'onEvent'> & { showsEdits: boolean } {
	return {
		signal,
		showsEdits,
		onEvent: (happened) => {
			hears(happened);
			event(happened);
		},
	};
}
