import type { Command } from 'commander';
import { nearestName } from '../config/nearest-name.ts';
import { RelayError } from '../core/errors.ts';

/** Where a command runs because none was named, the first word may be a mistyped one. Throws RelayError `usage`. */
export function refuseUnknownCommand(parent: Command, chosen: Command): void {
	const [word] = parent.args;
	if (word === undefined || word.startsWith('-') || word === chosen.name()) return;
	const names = parent.commands.map((command) => command.name());
	if (names.includes(word)) return;
	const nearest = nearestName(word, names);
	// A word may be meant for the chosen command; it is its own judge unless a command is near.
	if (chosen.registeredArguments.length > 0 && (nearest === null || word.includes('.'))) return;
	const whole = [parent.parent?.name(), parent.name()].filter((name) => name !== undefined).join(' ');
	throw new RelayError('usage', `There is no command ${JSON.stringify(word)}.`, {
		hint: nearest === null ? `See them all: ${whole} --help` : `Did you mean: ${whole} ${nearest}?`,
	});
}
