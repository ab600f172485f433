import { command } from '../../command.ts';
import { ofRace } from '../../options/of-race.ts';
import { asJson, asTyped, value } from '../../options/option-table.ts';

export const raceOpen = command({
	path: 'race open',
	about: "print the path of an entrant's worktree",
	examples: ['race open claude'],
	in: ['cli', 'shell'],
	duringTurn: 'queued',
	options: { entrant: value('<entrant>', 'whose', 'entrants', asTyped), race: ofRace, json: asJson },
	load: async () => (await import('./run.ts')).raceOpen,
	lines: async () => (await import('./lines.ts')).raceOpenLines,
});
