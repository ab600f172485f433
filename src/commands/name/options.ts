import { command } from '../command.ts';
import { asJson, asTyped, flag, needed, value } from '../options/option-table.ts';

const id = needed('<id>', 'this name', 'names');
const worktree = value(
	'--worktree <path>',
	'bind it to this folder (default: the current one)',
	'folders',
	asTyped,
);
const facts = { in: ['cli', 'shell'], duringTurn: 'now', ignoresName: true } as const;
/** Metadata alone: nothing is launched or ended. */
const toolFacts = { ...facts, in: ['cli', 'shell', 'mcp'] } as const;

export const nameList = command({
	...facts,
	path: 'name list',
	about: 'list the names of this repo, and what is live under each',
	examples: ['name list', 'name list --archived --json'],
	options: { archived: flag('--archived', 'archived ones too'), json: asJson },
	load: async () => (await import('./list-names.ts')).listNames,
	lines: async () => (await import('./lines.ts')).nameListLines,
});

export const nameCreate = command({
	...toolFacts,
	path: 'name create',
	about: 'create a name and bind it to a folder',
	examples: ['name create review', 'name create review --worktree ../review --label "second pair of eyes"'],
	options: {
		id: needed('<id>', 'a-z first, then a-z, 0-9, _ and -; 2 to 64 characters', 'none'),
		label: value('--label <text>', 'what it is for, at most 80 characters', 'none', asTyped),
		worktree,
		json: asJson,
	},
	load: async () => (await import('./change-names.ts')).createName,
	lines: async () => (await import('./lines.ts')).changedLines,
});

export const nameSelect = command({
	...toolFacts,
	path: 'name select',
	about: 'put a name in focus, for lists and status; commands that name none still work on default',
	examples: ['name select review', 'name select default'],
	options: { id, json: asJson },
	load: async () => (await import('./change-names.ts')).selectName,
	lines: async () => (await import('./lines.ts')).changedLines,
});

export const nameArchive = command({
	...toolFacts,
	path: 'name archive',
	about: 'put a name away; it is not listed or launched until it is taken back',
	examples: ['name archive review'],
	options: { id, json: asJson },
	load: async () => (await import('./change-names.ts')).archiveName,
	lines: async () => (await import('./lines.ts')).changedLines,
});

export const nameUnarchive = command({
	...facts,
	path: 'name unarchive',
	about: 'take an archived name back',
	examples: ['name unarchive review'],
	options: { id, json: asJson },
	load: async () => (await import('./change-names.ts')).unarchiveName,
	lines: async () => (await import('./lines.ts')).changedLines,
});

export const nameRebind = command({
	...toolFacts,
	path: 'name rebind',
	about: 'bind a name to another folder',
	examples: ['name rebind review', 'name rebind review --worktree ../review'],
	options: { id, worktree, json: asJson },
	load: async () => (await import('./change-names.ts')).rebindName,
	lines: async () => (await import('./lines.ts')).changedLines,
});

export const namePrune = command({
	...facts,
	path: 'name prune',
	about: 'show what relays that are gone left under names; --apply removes it',
	examples: ['name prune', 'name prune --archived --apply'],
	options: {
		archived: flag('--archived', 'archived names too; their sessions stay'),
		apply: flag('--apply', 'remove it; without this nothing is removed'),
		json: asJson,
	},
	load: async () => (await import('./prune-names.ts')).pruneNames,
	lines: async () => (await import('./lines.ts')).prunedLines,
});

export const nameKill = command({
	...facts,
	in: ['cli'],
	path: 'name kill',
	about: 'stop the live relays of a name, and their agents',
	examples: ['name kill review'],
	options: { id, json: asJson },
	load: async () => (await import('./kill-names.ts')).killName,
	lines: async () => (await import('./lines.ts')).killedLines,
});

export const nameStatus = command({
	...facts,
	path: 'name status',
	about: 'show a name: its folder, what is live, its sessions (default: the one in focus)',
	examples: ['name status', 'name status review --json'],
	options: { id: value('[id]', 'this name', 'names', asTyped), json: asJson },
	load: async () => (await import('./show-name.ts')).showName,
	lines: async () => (await import('./lines.ts')).nameLines,
});

export const kill = command({
	...facts,
	in: ['cli'],
	path: 'kill',
	about: 'stop the live relays that work under no name, and their agents',
	examples: ['kill', 'kill --all', 'kill --session review'],
	options: {
		all: flag('--all', 'those of every name of this repo'),
		session: value('--session <id>', 'those of this name alone, as `name kill` does', 'names', asTyped),
		json: asJson,
	},
	load: async () => (await import('./kill-names.ts')).killRelays,
	lines: async () => (await import('./lines.ts')).killedLines,
});
