/** A tool: a command under the name that agents know, with what it takes and gives, and what it does to the machine. */
import type { Command } from '../../commands/command.ts';
import type { ToolName } from '../../commands/mcp/tool-names.ts';
import type {
	ArgumentSchema,
	CountSchema,
	Described,
	FlagSchema,
	ListSchema,
	TextSchema,
} from './argument-schema.ts';

export interface Argument extends Described {
	isNeeded: boolean;
	/** The command's option that gets it. */
	option: string;
	/** As a front end reads it: text, true, or a list. */
	toGiven(value: unknown): unknown;
}

/** JSON Schema of an object; more fields than these may come. */
export interface ResultSchema {
	type: 'object';
	properties: Readonly<Record<string, object>>;
	required: readonly string[];
}

export interface Tool {
	name: ToolName;
	title: string;
	about: string;
	/** `reads`: it changes nothing. `adds`: what was there stays. `changes`: it can replace or remove something. */
	does: 'reads' | 'adds' | 'changes';
	/** Calling it twice comes to the same. */
	isIdempotent: boolean;
	command: Command;
	takes: Readonly<Record<string, Argument>>;
	/** Where several arguments make one option: what the command gets, of arguments that fit. Throws RelayError `usage`. */
	toOptions?: (given: Readonly<Record<string, unknown>>) => Readonly<Record<string, unknown>>;
	gives: ResultSchema;
	/** Options that are given beside them; absent: that the answer is for a program. */
	given?: Readonly<Record<string, unknown>>;
}

interface ArgumentFacts {
	option: string;
	about: string;
	isNeeded?: boolean;
	form?: string;
}

const asText = (value: unknown) => (typeof value === 'string' ? value : String(value));

function argument(
	schema: ArgumentSchema,
	{ option, about, isNeeded = false, form }: ArgumentFacts,
	toGiven: Argument['toGiven'],
): Argument {
	return {
		schema: { ...schema, description: about },
		isNeeded,
		option,
		toGiven,
		...(form === undefined ? {} : { form }),
	};
}

export const textOf = (facts: ArgumentFacts & Omit<TextSchema, 'type' | 'description'>): Argument => {
	const { option, about, isNeeded, form, ...bounds } = facts;
	const own = { option, about, ...(isNeeded ? { isNeeded } : {}), ...(form === undefined ? {} : { form }) };
	return argument({ type: 'string', minLength: 1, ...bounds }, own, asText);
};

export const countOf = (facts: ArgumentFacts & Omit<CountSchema, 'type' | 'description'>): Argument => {
	const { minimum, maximum, default: fallback, ...own } = facts;
	const schema: CountSchema = { type: 'integer', minimum, maximum };
	return argument(fallback === undefined ? schema : { ...schema, default: fallback }, own, asText);
};

/** Given to the command as the flag is typed, or not at all. */
export const flagOf = (facts: ArgumentFacts): Argument => {
	const schema: FlagSchema = { type: 'boolean', default: false };
	return argument(schema, facts, (value) => (value === true ? true : undefined));
};

/** `join`: the command takes one text, with the items behind each other. */
export const listOf = (
	facts: ArgumentFacts & Omit<ListSchema, 'type' | 'description'> & { join?: string },
): Argument => {
	const { items, minItems, maxItems, join, ...own } = facts;
	const schema: ListSchema = {
		type: 'array',
		items,
		maxItems,
		...(minItems === undefined ? {} : { minItems }),
	};
	return argument(schema, own, (value) =>
		join === undefined || !Array.isArray(value) ? value : value.join(join),
	);
};

/** The fields that a result always has. */
export function resultOf(properties: Record<string, object>, optional: readonly string[] = []): ResultSchema {
	const required = Object.keys(properties).filter((key) => !optional.includes(key));
	return { type: 'object', properties, required };
}
