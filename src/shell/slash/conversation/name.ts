import { DEFAULT_NAME, requireNameId } from '../../../sessions/names/name-id.ts';
import { candidatesOf } from '../candidates.ts';
import { type SlashCommand, usageError } from '../slash-command.ts';

export const name: SlashCommand = {
	name: 'name',
	aliases: [],
	usage: 'name [ID]',
	summary: 'say which name this shell works under, or work under another',
	example: '/name review',
	duringTurn: 'queued',
	complete: (shell) => candidatesOf('names', shell),
	async run({ context, relay, print, theme }, argument) {
		const [typed, ...more] = argument.split(/\s+/).filter((word) => word !== '');
		if (more.length > 0) throw usageError(name, 'A name is one word.');
		const { line } = await context.names();
		const before = line.name.id;
		if (typed === undefined) return print([`This shell works under ${theme.bold(before)}.`]);
		const id = requireNameId(typed);
		if (id === before) return print([`This shell works under ${theme.bold(id)} already.`]);
		// Before the session is left: what is refused changes nothing.
		await context.checkName(id);
		await relay.startNew();
		await context.enterName(id);
		const what = id === DEFAULT_NAME ? 'default, the line of work of every folder' : id;
		print([`This shell works under ${theme.bold(what)} now. The next prompt starts a new session there.`]);
	},
};
