import { noCandidates, type SlashCommand, usageError } from '../slash-command.ts';

export const note: SlashCommand = {
	name: 'note',
	aliases: [],
	usage: 'note TEXT',
	summary: 'add a note that every later agent gets with its packet',
	example: '/note the staging database is read-only',
	duringTurn: 'now',
	complete: noCandidates,
	async run({ relay, print, pair }, argument) {
		if (argument === '') throw usageError(note, 'Nothing to note.');
		relay.note(argument);
		pair?.post({ kind: 'note', text: argument });
		print([pair === null ? 'Noted.' : 'Noted, in every shell of this pair.']);
	},
};
