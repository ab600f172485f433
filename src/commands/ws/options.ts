import { command } from '../command.ts';
import { asJson, asTyped, flag, needed, only, value, words, yes } from '../options/option-table.ts';
import { readSince } from '../options/since.ts';

const facts = { in: ['cli', 'shell'], duringTurn: 'now', ignoresName: true } as const;
/** Agents have it as a tool, too. */
const toolFacts = { ...facts, in: ['cli', 'shell', 'mcp'] } as const;
const named = value('[name]', 'this workstream; default: the one that is attached', 'workstreams', asTyped);
const must = needed('<name>', 'this workstream', 'workstreams');
const session = only(
	'cli',
	value(
		'--session <id>',
		'the session that works on it; default: the one that this is called from',
		'sessions',
		asTyped,
	),
);

export const wsStatus = command({
	...facts,
	path: 'ws status',
	isDefault: true,
	about: 'show the workstream that is attached, the others, and what can be done',
	examples: ['ws status', 'ws status --json'],
	shell: {
		usage: 'ws',
		example: '/ws',
		summary: 'show the workstream that is attached, the others, and what can be done',
	},
	options: { session, json: asJson },
	load: async () => (await import('./show-workstreams.ts')).wsStatus,
	lines: async () => (await import('./lines.ts')).statusLines,
});

export const wsList = command({
	...toolFacts,
	path: 'ws list',
	about: 'list the workstreams by status, and the ideas',
	examples: ['ws list', 'ws list --json'],
	options: { json: asJson },
	load: async () => (await import('./show-workstreams.ts')).wsList,
	lines: async () => (await import('./lines.ts')).listLines,
});

export const wsShow = command({
	...facts,
	path: 'ws show',
	about: 'show the state, the plan and the architecture of a workstream',
	examples: ['ws show auth', 'ws show --json'],
	pages: true,
	pagesInShell: true,
	options: { name: named, session, json: asJson },
	load: async () => (await import('./show-workstreams.ts')).wsShow,
	lines: async () => (await import('./lines.ts')).showLines,
});

export const wsNew = command({
	...toolFacts,
	path: 'ws new',
	about: 'begin a workstream: save the present one, write a first state, and attach this session',
	examples: ['ws new auth move the login to tokens'],
	options: {
		name: needed('<name>', 'a-z, 0-9 and -, at most 64 characters', 'none'),
		description: words('[description...]', 'what it is for, in a line', 'none', asTyped),
		session,
		json: asJson,
	},
	load: async () => (await import('./change-workstreams.ts')).wsNew,
	lines: async () => (await import('./lines.ts')).changedLines,
});

export const wsSave = command({
	...toolFacts,
	path: 'ws save',
	about: 'save the state of a workstream: from the records of its session, or as you write it',
	examples: ['ws save', 'ws save auth --file state.md'],
	options: {
		name: named,
		state: value('--state <text>', 'the whole new state.md, at most 80 lines', 'none', asTyped),
		file: only(
			'cli',
			value('-f, --file <file>', 'the new state.md from this file; - is stdin', 'files', asTyped),
		),
		session,
		json: asJson,
	},
	load: async () => (await import('./change-workstreams.ts')).wsSave,
	lines: async () => (await import('./lines.ts')).changedLines,
});

export const wsSwitch = command({
	...toolFacts,
	path: 'ws switch',
	about: 'save the present workstream and work on another, which becomes active if it is parked',
	examples: ['ws switch auth'],
	options: { name: must, session, json: asJson },
	load: async () => (await import('./change-workstreams.ts')).wsSwitch,
	lines: async () => (await import('./lines.ts')).changedLines,
});

export const wsPark = command({
	...toolFacts,
	path: 'ws park',
	about: 'save a workstream and put it aside until it is switched to',
	examples: ['ws park', 'ws park auth'],
	options: { name: named, session, json: asJson },
	load: async () => (await import('./change-workstreams.ts')).wsPark,
	lines: async () => (await import('./lines.ts')).changedLines,
});

export const wsComplete = command({
	...facts,
	path: 'ws complete',
	about: 'save a workstream and mark it as completed',
	examples: ['ws complete auth'],
	options: { name: named, session, json: asJson },
	load: async () => (await import('./change-workstreams.ts')).wsComplete,
	lines: async () => (await import('./lines.ts')).changedLines,
});

export const wsDelete = command({
	...facts,
	path: 'ws delete',
	about: 'remove a workstream that no session is attached to, with its files',
	examples: ['ws delete auth --yes'],
	shell: {
		usage: 'ws delete NAME',
		example: '/ws delete auth',
		summary: 'remove a workstream that no session is attached to, with its files',
	},
	options: { name: must, yes: yes('remove it without asking for its name'), json: asJson },
	load: async () => (await import('./delete-workstream.ts')).wsDelete,
	lines: async () => (await import('./lines.ts')).changedLines,
});

export const wsIdea = command({
	...toolFacts,
	path: 'ws idea',
	about: 'keep an idea; list: show them, remove N: drop one, promote N [NAME]: make it a workstream',
	examples: ['ws idea cache the parser', 'ws idea list', 'ws idea promote 1 parser-cache'],
	options: {
		text: words('[text...]', 'the idea, or list, remove N, promote N [NAME]', 'text', asTyped),
		json: asJson,
	},
	load: async () => (await import('./ideas.ts')).wsIdea,
	lines: async () => (await import('./lines.ts')).ideaLines,
});

export const wsEdit = command({
	...facts,
	in: ['cli'],
	path: 'ws edit',
	about: 'open the state of a workstream in $VISUAL or $EDITOR; it is checked before it counts',
	examples: ['ws edit auth', 'ws edit auth --plan'],
	options: {
		name: named,
		plan: flag('--plan', 'its plan.md'),
		architecture: flag('--architecture', 'its architecture.md'),
		session,
		json: asJson,
	},
	load: async () => (await import('./edit-texts.ts')).wsEdit,
	lines: async () => (await import('./lines.ts')).changedLines,
});

export const wsSummarize = command({
	...toolFacts,
	path: 'ws summarize',
	about: 'write what was done since a time (default: 24h) into a Markdown file, by workstream',
	examples: ['ws summarize 7d', 'ws summarize since Monday --ws auth'],
	options: {
		since: words('[since...]', '48h, 7d, 1w, since Monday or a date', 'none', readSince),
		ws: value('--ws <name>', 'this workstream alone', 'workstreams', asTyped),
		outputDir: value('--output-dir <folder>', 'where the file goes', 'folders', asTyped),
		json: asJson,
	},
	load: async () => (await import('./summarize/run.ts')).wsSummarize,
	lines: async () => (await import('./summarize/lines.ts')).summaryLines,
});

export const wsSummaries = command({
	...toolFacts,
	path: 'ws summaries',
	about: 'show what each session did since a time (default: 24h), as its hints say',
	examples: ['ws summaries 7d --ws auth', 'ws summaries --json'],
	pages: true,
	pagesInShell: true,
	options: {
		since: words('[since...]', '48h, 7d, 1w, since Monday or a date', 'none', readSince),
		ws: value('--ws <name>', 'of this workstream alone', 'workstreams', asTyped),
		json: asJson,
	},
	load: async () => (await import('./summarize/summaries.ts')).wsSummaries,
	lines: async () => (await import('./summarize/lines.ts')).sessionSummaryLines,
});

export const wsBackfill = command({
	...facts,
	path: 'ws backfill',
	about: 'make summaries of older sessions (default: 7d) from their records, where they left none',
	examples: ['ws backfill 7d'],
	options: {
		since: words('[since...]', '48h, 7d, 1w, since Monday or a date', 'none', readSince),
		json: asJson,
	},
	load: async () => (await import('./summarize/run.ts')).wsBackfill,
	lines: async () => (await import('./summarize/lines.ts')).backfillLines,
});

export const wsImport = command({
	...facts,
	path: 'ws import',
	about: 'take over the workstreams of a folder with a WORKSTREAMS.md; nothing there is changed',
	examples: ['ws import ../notes --dry-run'],
	options: {
		folder: needed('<folder>', 'the folder', 'folders'),
		dryRun: flag('--dry-run', 'only show what would be made'),
		json: asJson,
	},
	load: async () => (await import('./import/run.ts')).wsImport,
	lines: async () => (await import('./import/lines.ts')).importLines,
});
