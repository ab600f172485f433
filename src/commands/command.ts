/**
 * Commands: each capability once. A folder `<name>/` has `options.ts` (what can be typed; loaded at every start, so it imports
 * almost nothing), `run.ts` (context and options to data) and `lines.ts` (data to rows of text), which are loaded when the
 * command is called. What does not live here: argv, keys, streams and exit, which are the front ends'.
 */
import type { Theme } from '../ui/plain-theme.ts';
import type { CommandContext } from './context.ts';
import {
	type FrontEnd,
	type Given,
	type Option,
	type OptionTable,
	readOptions,
} from './options/option-table.ts';

/** How lines are drawn. */
export interface Look {
	theme: Theme;
	/** Width of the terminal, or what stands for it. */
	columns: number;
}

/** What a command found or did. */
interface Result<Data> {
	exitCode: number;
	data: Data;
	/** What the next agent of the open conversation is to hear of it, in the relay's words. */
	heard?: string;
}

/** The part that works. Throws RelayError for what the user can mend. */
export interface Body<Options, Data> {
	run(context: CommandContext, options: Options): Promise<Result<Data>>;
	/** The document that `--json` prints; undefined: none. */
	toJson(data: Data): unknown;
}

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
}

interface CommandSpec<Options, Data> extends CommandFacts {
	options: OptionTable<Options>;
	load(): Promise<Body<NoInfer<Options>, Data>>;
	lines(): Promise<Lines<Data>>;
}

/** A command as front ends see it, whatever its options and its data are. */
export interface Command extends Required<CommandFacts> {
	readonly options: ReadonlyMap<string, Option<unknown>>;
	/** Loads what a call needs, so that it can be loaded beside other things. */
	preload(): Promise<unknown>;
	/** Throws RelayError, also for options that cannot be read. */
	call(context: CommandContext, given: Given): Promise<Called>;
}

/** What a call gave. */
interface Called {
	exitCode: number;
	heard: string | null;
	toJson(): unknown;
	lines(look: Look): readonly string[];
}

/** Declares a command; what it is and what loads it stand in one place. */
export function command<Options, Data>(spec: CommandSpec<Options, Data>): Command {
	const { path, isDefault = false, about, examples, duringTurn } = spec;
	const preload = () => Promise.all([spec.load(), spec.lines()]);
	return {
		path,
		isDefault,
		about,
		examples,
		in: spec.in,
		duringTurn,
		options: new Map(Object.entries<Option<unknown>>(spec.options)),
		preload,
		call: async (context, given) => {
			const options = readOptions(spec.options, given);
			const [body, lines] = await preload();
			const { exitCode, data, heard = null } = await body.run(context, options);
			return { exitCode, heard, toJson: () => body.toJson(data), lines: (look) => lines(data, look) };
		},
	};
}
