import { editDistance } from '../../config/nearest-name.ts';
import { RelayError } from '../../core/errors.ts';
import { safeLine } from '../../core/text.ts';
import type { SlashCommand } from './slash-command.ts';

/** Finds a command by name or alias, or one of a family by both words (`race show`); null if there is none. */
export function findCommand(commands: readonly SlashCommand[], name: string): SlashCommand | null {
	const found = commands.find((command) => command.name === name || command.aliases.includes(name));
	const members = commands.flatMap(({ members = [] }) => members);
	return found ?? members.find((member) => member.name === name) ?? null;
}

/** What `/help` is asked for by `/use --help` or `/race show --help`; null: the words are no such question. */
export function helpAskedBy(command: SlashCommand, argument: string): string | null {
	const asked = /^(?:(\S+)\s+)?(?:--help|-h)$/.exec(argument);
	if (asked === null) return null;
	const [, word] = asked;
	if (word === undefined) return command.name;
	return command.members?.find(({ name }) => name === `${command.name} ${word}`)?.name ?? null;
}

/** The error for an unknown command: names the nearest ones, and how to type a prompt that begins with a slash. */
export function unknownCommand(commands: readonly SlashCommand[], name: string): RelayError {
	const near = nearest(
		commands.map((command) => command.name),
		name,
	);
	const suggestion =
		near.length === 0
			? '/help lists all commands.'
			: `Did you mean ${near.map((word) => `/${word}`).join(' or ')}?`;
	return new RelayError('usage', `No command is called /${safeLine(name, 40)}; nothing was sent.`, {
		hint: `${suggestion} A prompt that begins with a slash is typed as //…`,
	});
}

function nearest(names: readonly string[], wanted: string): string[] {
	const typed = wanted.toLowerCase();
	const allowed = Math.floor(typed.length / 3) + 1;
	return names
		.map((name) => ({ name, edits: typed !== '' && name.startsWith(typed) ? 0 : editDistance(typed, name) }))
		.filter(({ edits }) => edits <= allowed)
		.sort((a, b) => a.edits - b.edits)
		.slice(0, 3)
		.map(({ name }) => name);
}
