import { command } from '../../command.ts';
import { ofRace } from '../../options/of-race.ts';
import { asJson, asTyped, flag, value } from '../../options/option-table.ts';

export const raceAdopt = command({
	path: 'race adopt',
	about: 'write the files of the winner, or of a named entrant, into this checkout',
	examples: ['race adopt', 'race adopt codex --merge', 'race adopt claude --race 7F3K2Q --branch try-claude'],
	in: ['cli', 'shell'],
	duringTurn: 'queued',
	options: {
		entrant: value('[entrant]', 'whose files; default: the winner', 'entrants', asTyped),
		race: ofRace,
		merge: flag('--merge', 'merge three-way into files that were changed here'),
		commit: flag('--commit', 'commit only these files on the current branch'),
		branch: value(
			'--branch <name>',
			'put them on a new branch instead; the checkout stays as it is',
			'none',
			asTyped,
		),
		here: flag('--here', 'also from a race that is not confirmed to be yours'),
		json: asJson,
	},
	load: async () => (await import('./run.ts')).raceAdopt,
	lines: async () => (await import('./lines.ts')).raceAdoptLines,
});
