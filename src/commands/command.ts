/**
 * Commands: each capability once. A folder `<name>/` has `options.ts` (what can be typed; loaded at every start, so it imports
 * almost nothing), `run.ts` (context and options to data) and `lines.ts` (data to rows of text), which are loaded when the
 * command is called. What does not live here: argv, keys, streams and exit, which are the front ends'.
 */
import type { CommandContext } from './context.ts';
import type { Look } from './look.ts';
import {
	type FrontEnd,
	type Given,
	type Option,
	type OptionTable,
	readOptions,
} from './options/option-table.ts';
import { pathRefsIn, type TakesTranscripts } from './options/path-ref.ts';

/** What a command found or did. */
export interface Result<Data> {
	exitCode: number;
	data: Data;
	/** What the next agent of the open conversation is to hear of it, in the relay's words. */
	heard?: string;
	/** The user stopped it: what was typed behind it in the shell runs no more. */
	isStopped?: boolean;
}

/** The part that works. Throws RelayError for what the user can mend. */
export interface Body<Options, Data> {
	run(context: CommandContext, options: Options): Promise<Result<Data>>;
	/** The document that `--json` prints; undefined: none. */
	toJson(data: Data): unknown;
}

/** How pieces are printed. */
export interface PieceForm extends Look {
	/** As the document of `--json`, newline included. */
	isJson: boolean;
	/** A terminal or a pager shows it: nothing in it is obeyed, not even what was asked for as bytes. */
	isOnTerminal: boolean;
	/** About so many characters, then where to read the rest; null: all of it. */
	maxChars: number | null;
}

/** Data that is too large to be held as rows, newlines included; null: it has rows, and a document. */
type Pieces<Data> = (data: Data, form: PieceForm) => Iterable<string | Uint8Array> | null;

/** Data as rows, already safe to show. */
type Lines<Data> = (data: Data, look: Look) => readonly string[];

interface CommandFacts {
	/** Words that call it: `config show`. */
	path: string;
	/** It also runs where the last word of its path is left out. */
	isDefault?: boolean;
	/** One line. */
	about: string;
	/** Whole lines as typed behind the program's name. */
	examples: readonly string[];
	in: readonly FrontEnd[];
	/** `now`: the shell answers while a turn runs. `queued`: it waits for the end of the turn. */
	duringTurn: 'now' | 'queued';
	/** What the shell says where it has words of its own. */
	shell?: Partial<ShellWords>;
	/**
	 * What runs, for the user who stops it ("the chat"): the command takes its time, shows what happens by `context.live`, and
	 * prints it with `--json` as a document a line, its data last.
	 */
	live?: string | null;
	/** It works whatever name is in force, also an unknown one. */
	ignoresName?: boolean;
	/** On the command line its last operand takes options that it does not know, for another program. */
	takesForeign?: boolean;
	/** On a terminal its lines go through the user's pager. */
	pages?: boolean;
	/** In the shell on a terminal too. */
	pagesInShell?: boolean;
	/** What it does with a REF that is a path to an agent's own transcript. */
	transcripts?: TakesTranscripts;
	/** Where its lines go on the command line; with `stderr` only documents and `quietLines` are on stdout. */
	linesTo?: 'stdout' | 'stderr';
}

interface ShellWords {
	/** One line. */
	summary: string;
	/** Behind the slash, its name included. */
	usage: string;
	/** A whole line as typed, slash included. */
	example: string;
}

interface CommandSpec<Options, Data> extends CommandFacts {
	options: OptionTable<Options>;
	load(): Promise<Body<NoInfer<Options>, Data>>;
	lines(): Promise<Lines<Data>>;
	/** Text that is printed piece by piece, in place of its lines. */
	pieces?(): Promise<Pieces<Data>>;
	/** What `--quiet` prints in the end; nothing is shown on the way then. Absent: `--quiet` shows answers as they come. */
	quietLines?(): Promise<Lines<Data>>;
}

/** A command as front ends see it, whatever its options and its data are. */
export interface Command extends Required<CommandFacts> {
	readonly options: ReadonlyMap<string, Option<unknown>>;
	/** With `--quiet` it shows nothing before its end. */
	readonly isSilentWhenQuiet: boolean;
	/** Loads what a call needs, so that it can be loaded at the same time as other things. */
	preload(): Promise<unknown>;
	/** Throws RelayError, also for options that cannot be read. */
	call(context: CommandContext, given: Given): Promise<Called>;
}

/** What a call gave. */
export interface Called {
	exitCode: number;
	heard: string | null;
	isStopped: boolean;
	toJson(): unknown;
	lines(look: Look): readonly string[];
	/** null: it has lines, and a document. */
	pieces(form: PieceForm): Iterable<string | Uint8Array> | null;
	quietLines(look: Look): readonly string[];
}

/** Declares a command; what it is and what loads it stand in one place. */
export function command<Options, Data>(spec: CommandSpec<Options, Data>): Command {
	const { options, load, lines, pieces, quietLines, ...facts } = spec;
	const table = new Map(Object.entries<Option<unknown>>(options));
	const preload = () => Promise.all([load(), lines(), quietLines?.() ?? NO_LINES, pieces?.() ?? NO_PIECES]);
	return {
		isDefault: false,
		shell: {},
		live: null,
		ignoresName: false,
		takesForeign: false,
		pages: false,
		pagesInShell: false,
		transcripts: 'no',
		linesTo: 'stdout',
		...facts,
		options: table,
		isSilentWhenQuiet: quietLines !== undefined,
		preload,
		call: async (at, typed) => {
			const names = pathRefsIn(table, typed);
			const { context, given } =
				names.length === 0
					? { context: at, given: typed }
					: await (await import('./sessions/place-path-refs.ts')).placePathRefs(at, typed, {
							names,
							transcripts: spec.transcripts ?? 'no',
						});
			const read = readOptions(options, given);
			const [body, linesOf, quietLinesOf, piecesOf] = await preload();
			const { exitCode, data, heard = null, isStopped = false } = await body.run(context, read);
			return {
				exitCode,
				heard,
				isStopped,
				toJson: () => body.toJson(data),
				lines: (look) => linesOf(data, look),
				pieces: (form) => piecesOf(data, form),
				quietLines: (look) => quietLinesOf(data, look),
			};
		},
	};
}

const NO_LINES = () => [];
const NO_PIECES = () => null;
