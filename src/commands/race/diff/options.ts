import { command } from '../../command.ts';
import { ofRace } from '../../options/of-race.ts';
import { asJson, asTyped, value } from '../../options/option-table.ts';

export const raceDiff = command({
	path: 'race diff',
	about: 'show what an entrant changed, or how two of them differ',
	examples: ['race diff claude', 'race diff claude codex'],
	in: ['cli', 'shell'],
	duringTurn: 'queued',
	options: {
		entrant: value('<entrant>', 'whose changes', 'entrants', asTyped),
		other: value('[other]', 'compare with this one', 'entrants', asTyped),
		race: ofRace,
		json: asJson,
	},
	pages: true,
	load: async () => (await import('./run.ts')).raceDiff,
	lines: async () => (await import('./lines.ts')).raceDiffLines,
});
