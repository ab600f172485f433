import { command } from '../command.ts';
import { asJson, asTyped, flag, only, value, words } from '../options/option-table.ts';

export const tag = command({
	path: 'tag',
	about:
		'give a session, a conversation or a message of one tags, or take them away; without a tag: show them',
	examples: [
		'tag latest auth review:security',
		'tag 7F3K2Q auth --remove',
		'tag 1b2c3d4e#12 decision',
		'tag latest --json',
	],
	in: ['cli', 'shell', 'mcp'],
	duringTurn: 'now',
	shell: {
		usage: 'tag [REF#N] [TAG…] [--remove]',
		example: '/tag auth review:security',
		summary: 'give this session, or a message, tags, or take them away; alone: show them',
	},
	options: {
		ref: only(
			'cli',
			value(
				'<ref>',
				'which session or conversation (id, slug, latest); with #N: its message N',
				'sessions',
				asTyped,
			),
		),
		tag: words('[tag...]', 'letters, digits and . _ : / + -', 'text', asTyped),
		remove: flag('--remove', 'take these tags away'),
		json: asJson,
	},
	load: async () => (await import('./run.ts')).tag,
	lines: async () => (await import('./lines.ts')).tagLines,
});
