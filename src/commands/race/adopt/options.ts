import { command } from '../../command.ts';
import { ofRace } from '../../options/of-race.ts';
import { asJson, asTyped, flag, value } from '../../options/option-table.ts';

export const raceAdopt = command({
	path: 'race adopt',
	about: "write the winner's or the named one's files into this checkout",
	examples: ['race adopt', 'race adopt codex --merge', 'race adopt claude --race 7F3K2Q --branch try-claude'],
	in: ['cli', 'shell'],
	duringTurn: 'queued',
	options: {
		entrant: value('[entrant]', 'whose; default: of the winner', 'entrants', asTyped),
		race: ofRace,
		merge: flag('--merge', 'merge files that are changed here three-way'),
		commit: flag('--commit', 'commit these files alone on the current branch'),
		branch: value(
			'--branch <name>',
			'make a branch of them instead; the checkout stays as it is',
			'none',
			asTyped,
		),
		here: flag('--here', 'also from a race of which no witness says that it is yours'),
		json: asJson,
	},
	load: async () => (await import('./run.ts')).raceAdopt,
	lines: async () => (await import('./lines.ts')).raceAdoptLines,
});
