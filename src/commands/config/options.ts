import { command } from '../command.ts';
import { asJson, asTyped, flag, needed, value } from '../options/option-table.ts';

export const configShow = command({
	path: 'config show',
	isDefault: true,
	about: 'show every value and where it comes from',
	examples: ['config show limits', 'config show turn.idle_s --json'],
	in: ['cli', 'shell'],
	duringTurn: 'now',
	ignoresName: true,
	options: { key: value('[key]', 'this setting, or all below it', 'settings', asTyped), json: asJson },
	load: async () => (await import('./run.ts')).configShow,
	lines: async () => (await import('./lines.ts')).configLines,
});

export const configPath = command({
	path: 'config path',
	about: 'show which files are read and written',
	examples: ['config path'],
	in: ['cli'],
	duringTurn: 'now',
	ignoresName: true,
	options: { json: asJson },
	load: async () => (await import('./run.ts')).configPath,
	lines: async () => (await import('./lines.ts')).placeLines,
});

export const configGet = command({
	path: 'config get',
	about: 'print one value, and on stderr where it comes from',
	examples: ['config get agents.default', 'config get turn.idle_s --json'],
	in: ['cli'],
	duringTurn: 'now',
	ignoresName: true,
	options: { key: needed('<key>', 'the setting', 'settings'), json: asJson },
	load: async () => (await import('./run.ts')).configGet,
	lines: async () => (await import('./lines.ts')).valueLines,
});

export const configSet = command({
	path: 'config set',
	about: 'set a value in your own file',
	examples: ['config set agents.default codex'],
	in: ['cli'],
	duringTurn: 'now',
	ignoresName: true,
	options: {
		key: needed('<key>', 'the setting', 'settings'),
		value: needed('<value>', 'its new value', 'none'),
	},
	load: async () => (await import('./run.ts')).configSet,
	lines: async () => (await import('./lines.ts')).editLines,
});

export const configUnset = command({
	path: 'config unset',
	about: 'take a value out of your own file',
	examples: ['config unset agents.default'],
	in: ['cli'],
	duringTurn: 'now',
	ignoresName: true,
	options: { key: needed('<key>', 'the setting', 'settings') },
	load: async () => (await import('./run.ts')).configUnset,
	lines: async () => (await import('./lines.ts')).editLines,
});

export const configEdit = command({
	path: 'config edit',
	about: 'open your own file in $VISUAL or $EDITOR; it is checked before it counts',
	examples: ['config edit'],
	in: ['cli'],
	duringTurn: 'now',
	ignoresName: true,
	options: {},
	load: async () => (await import('./edit.ts')).configEdit,
	lines: async () => (await import('./lines.ts')).editLines,
});

const allowOptions = {
	command: needed('<command>', 'which', 'none'),
	repo: flag('--repo', 'in this repo (the default in one)'),
	global: flag('--global', 'in all repos'),
};

export const configAllow = command({
	path: 'config allow',
	about: 'let agents run this command under the edit preset',
	examples: ['config allow "npm test"', 'config allow --global "git status"'],
	in: ['cli'],
	duringTurn: 'now',
	ignoresName: true,
	options: allowOptions,
	load: async () => (await import('./run.ts')).configAllow,
	lines: async () => (await import('./lines.ts')).editLines,
});

export const configDisallow = command({
	path: 'config disallow',
	about: 'take back what config allow let agents run',
	examples: ['config disallow "npm test"'],
	in: ['cli'],
	duringTurn: 'now',
	ignoresName: true,
	options: allowOptions,
	load: async () => (await import('./run.ts')).configDisallow,
	lines: async () => (await import('./lines.ts')).editLines,
});

export const configTrust = command({
	path: 'config trust',
	about: 'let agents obey the settings of this repo',
	examples: ['config trust', 'config trust --list'],
	in: ['cli'],
	duringTurn: 'now',
	ignoresName: true,
	options: {
		list: flag('--list', 'list the trusted repos'),
		revoke: flag('--revoke', 'stop trusting this repo'),
		json: asJson,
	},
	load: async () => (await import('./trust/run.ts')).configTrust,
	lines: async () => (await import('./trust/lines.ts')).trustLines,
});
