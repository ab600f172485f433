/** A command's table as commander takes it: options, operands, help and examples. */
import { Argument, Option, type Command as Program } from 'commander';
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

/** `limits clear` below `limits`; gives what commander knows of it, without an action. */
export function declareCommand(program: Program, command: Command): Program {
	const words = command.path.split(' ');
	const name = words.pop() ?? '';
	const parent = words.reduce(subcommandOf, program);
	const declared = parent.command(name, { isDefault: command.isDefault }).description(command.about);
	for (const option of command.options.values()) {
		if (option.only !== undefined && option.only !== 'cli') continue;
		if (isOperand(option)) declared.addArgument(new KnownArgument(option));
		else declared.addOption(new KnownOption(option));
	}
	return declared.addHelpText(
		'after',
		exampleText(...command.examples.map((line) => `agent-relay ${line}`.trimEnd())),
	);
}

export function exampleText(...lines: readonly string[]): string {
	return `\nExamples:\n${lines.map((line) => `  $ ${line}`).join('\n')}`;
}

function subcommandOf(parent: Program, name: string): Program {
	const found = parent.commands.find((candidate) => candidate.name() === name);
	if (found !== undefined) return found;
	const family = FAMILIES[name];
	if (family === undefined) throw new Error(`${name} is declared after its subcommands`);
	const examples = family.examples.map((line) => `agent-relay ${line}`);
	return parent
		.command(name)
		.hook('preSubcommand', refuseUnknownCommand)
		.description(family.about)
		.addHelpText('after', exampleText(...examples));
}
