import { command } from '../command.ts';
import { asJson, asTyped, flag, needed, value } from '../options/option-table.ts';

export const configShow = command({
	path: 'config show',
	isDefault: true,
	about: 'every value with its origin',
	examples: ['config show limits', 'config show turn.idle_s --json'],
	in: ['cli', 'shell'],
	duringTurn: 'now',
	options: { key: value('[key]', 'this one, or those below it', 'settings', asTyped), json: asJson },
	load: async () => (await import('./run.ts')).configShow,
	lines: async () => (await import('./lines.ts')).configLines,
});

export const configPath = command({
	path: 'config path',
	about: 'which files are read and written',
	examples: ['config path'],
	in: ['cli'],
	duringTurn: 'now',
	options: { json: asJson },
	load: async () => (await import('./run.ts')).configPath,
	lines: async () => (await import('./lines.ts')).placeLines,
});

export const configSet = command({
	path: 'config set',
	about: 'set one value in your own file',
	examples: ['config set agents.default codex'],
	in: ['cli'],
	duringTurn: 'now',
	options: { key: needed('<key>', 'which', 'settings'), value: needed('<value>', 'to what', 'none') },
	load: async () => (await import('./run.ts')).configSet,
	lines: async () => (await import('./lines.ts')).editLines,
});

export const configAllow = command({
	path: 'config allow',
	about: 'let agents run this command under the edit preset',
	examples: ['config allow "npm test"'],
	in: ['cli'],
	duringTurn: 'now',
	options: { command: needed('<command>', 'which', 'none') },
	load: async () => (await import('./run.ts')).configAllow,
	lines: async () => (await import('./lines.ts')).editLines,
});

export const configTrust = command({
	path: 'config trust',
	about: 'let agents obey the settings of this repo',
	examples: ['config trust', 'config trust --list'],
	in: ['cli'],
	duringTurn: 'now',
	options: {
		list: flag('--list', 'list the trusted repos'),
		revoke: flag('--revoke', 'take it back'),
		json: asJson,
	},
	load: async () => (await import('./trust/run.ts')).configTrust,
	lines: async () => (await import('./trust/lines.ts')).trustLines,
});
