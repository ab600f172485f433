/** A command's table as commander takes it: options, operands, help and examples. */
import { Argument, Option, Command as Program } from 'commander';
import type { Command } from '../../commands/command.ts';
import { type Option as Declared, isOperand, type ValueKind } from '../../commands/options/option-table.ts';
import { FAMILIES } from '../../commands/registry.ts';
import { refuseUnknownCommand } from './unknown-command.ts';

/** An option that knows what its value may be, for completion. */
export class KnownOption extends Option {
	/** null: takes no value. */
	readonly kind: ValueKind | null;

	constructor({ flags, about, kind, fallback, isMany = false }: Omit<Declared<unknown>, 'parse'>) {
		super(flags, about);
		this.kind = kind;
		// One that begins with --no- is a flag like any other, not the opposite of one.
		this.negate = false;
		if (isMany) this.argParser(collect);
		if (fallback !== undefined) this.default(fallback);
		if (typeof kind === 'object' && kind !== null && !kind.isOpen) this.choices([...kind.words]);
	}
}

/** Collects the values of an option that may be given several times. */
function collect(value: string, before: readonly string[] | undefined): string[] {
	return [...(before ?? []), value];
}

export class KnownArgument extends Argument {
	readonly kind: ValueKind;

	constructor({ flags, kind }: Declared<unknown>) {
		super(flags);
		this.kind = kind ?? 'none';
	}
}

/** A command of the program, and the program itself. */
export class BoundCommand extends Program {
	#hasOptions = false;
	/** On a terminal its lines go through the user's pager. */
	pages = false;

	override createCommand(name?: string): BoundCommand {
		return new BoundCommand(name);
	}

	/** Adds what a command takes; its options only when commander first looks at them, as one start needs those of one command. */
	take(declared: readonly Declared<unknown>[]): this {
		const named = declared.filter((option) => !isOperand(option));
		for (const operand of declared.filter(isOperand)) this.addArgument(new KnownArgument(operand));
		this.#hasOptions = named.length > 0;
		const { options } = this;
		const fill = () => {
			Object.defineProperty(this, 'options', { value: options });
			for (const option of named) this.addOption(new KnownOption(option));
			return options;
		};
		return Object.defineProperty(this, 'options', { get: fill, configurable: true });
	}

	/** How the help of the command above lists it, without a look at its options: `run [options] [task]`. */
	term(): string {
		const operands = this.registeredArguments.map((argument) => {
			const name = `${argument.name()}${argument.variadic ? '...' : ''}`;
			return argument.required ? `<${name}>` : `[${name}]`;
		});
		return [
			[this.name(), ...this.aliases()].join('|'),
			...(this.#hasOptions ? ['[options]'] : []),
			...operands,
		].join(' ');
	}
}

/** `limits clear` below `limits`; gives what commander knows of it, without an action. */
export function declareCommand(
	program: BoundCommand,
	{ path, isDefault, about, options, examples, pages, takesForeign }: Command,
) {
	const words = path.split(' ');
	const name = words.pop() ?? '';
	const parent = words.reduce(parentOf, program);
	const bound = parent.command(name, { isDefault });
	bound.pages = pages;
	return bound
		.description(about)
		.allowUnknownOption(takesForeign)
		.take([...options.values()].filter(({ only = 'cli' }) => only === 'cli'))
		.addHelpText('after', () => exampleText(examples));
}

/** As typed behind the program's name. */
export function exampleText(lines: readonly string[]): string {
	return `\nExamples:\n${lines.map((line) => `  $ agent-relay ${line}`.trimEnd()).join('\n')}`;
}

export function findSubcommand(parent: Program, name: string): Program | undefined {
	return parent.commands.find((candidate) => candidate.name() === name);
}

function parentOf(above: BoundCommand, name: string): BoundCommand {
	const found = findSubcommand(above, name);
	if (found instanceof BoundCommand) return found;
	const family = FAMILIES[name];
	if (family === undefined) throw new Error(`${name} is declared after its subcommands`);
	const group = above
		.command(name)
		.hook('preSubcommand', refuseUnknownCommand)
		.description(family.about)
		.addHelpText('after', () => exampleText(family.examples));
	return family.alias === undefined ? group : group.alias(family.alias);
}
