import { wordsFirst } from '../../work/words-first.ts';
import { noCandidates, type SlashCommand } from '../slash-command.ts';

export const startNew: SlashCommand = {
	name: 'new',
	aliases: ['clear'],
	usage: 'new',
	summary: 'leave this session; the next prompt starts another',
	example: '/new',
	duringTurn: 'queued',
	complete: noCandidates,
	async run(context) {
		const { relay, print } = context;
		await wordsFirst(context);
		await relay.startNew();
		print(['The next prompt starts a new session.']);
	},
};
