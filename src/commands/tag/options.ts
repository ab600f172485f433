import { command } from '../command.ts';
import { asJson, asTyped, flag, only, value, words } from '../options/option-table.ts';

export const tag = command({
	path: 'tag',
	about: 'give a session tags, or take them away; without a tag: show them',
	examples: ['tag latest auth review:security', 'tag 7F3K2Q auth --remove', 'tag latest --json'],
	in: ['cli', 'shell'],
	duringTurn: 'now',
	shell: {
		usage: 'tag [TAG…] [--remove]',
		example: '/tag auth review:security',
		summary: 'give this session tags, or take them away; alone: show them',
	},
	options: {
		ref: only('cli', value('<ref>', 'which session', 'sessions', asTyped)),
		tag: words('[tag...]', 'letters, digits and . _ : / + -', 'text', asTyped),
		remove: flag('--remove', 'take these tags away'),
		json: asJson,
	},
	load: async () => (await import('./run.ts')).tag,
	lines: async () => (await import('./lines.ts')).tagLines,
});
