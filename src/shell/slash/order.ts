/** In which order commands are offered, and under which headings. */
import type { SlashCommand } from './slash-command.ts';

/** Most needed first; the others follow as they are registered. */
const NEEDED: readonly string[] = [
	'use',
	'permissions',
	'diff',
	'output',
	'undo',
	'limits',
	'resume',
	'queue',
	'status',
	'model',
	'show',
	'retry',
	'agents',
	'race',
	'note',
	'sessions',
	'config',
	'exit',
];

const GROUPS: ReadonlyArray<readonly [title: string, names: readonly string[]]> = [
	[
		'Work',
		['use', 'permissions', 'model', 'agents', 'attach', 'limits', 'retry', 'queue', 'note', 'answer', 'say'],
	],
	[
		'Look',
		[
			'diff',
			'output',
			'show',
			'status',
			'files',
			'plan',
			'blame',
			'packet',
			'metrics',
			'usage',
			'search',
			'conversation',
		],
	],
	['Go on, go back', ['resume', 'sessions', 'new', 'undo', 'redo', 'fork', 'checkpoint', 'handoff']],
	['Several agents', ['race', 'chat']],
	['Keep', ['name', 'rename', 'tag', 'export']],
];
const REST = 'The shell';

export interface CommandGroup {
	title: string;
	commands: readonly SlashCommand[];
}

export function byNeed(commands: readonly SlashCommand[]): SlashCommand[] {
	return inOrder(commands, NEEDED);
}

/** Groups without a command are left out. */
export function groupsOf(commands: readonly SlashCommand[]): CommandGroup[] {
	const known = GROUPS.flatMap(([, names]) => names);
	const rest = commands.filter(({ name }) => !known.includes(name));
	const groups = GROUPS.map(([title, names]) => ({
		title,
		commands: inOrder(
			commands.filter(({ name }) => names.includes(name)),
			names,
		),
	}));
	return [...groups, { title: REST, commands: rest }].filter(({ commands }) => commands.length > 0);
}

function inOrder(commands: readonly SlashCommand[], names: readonly string[]): SlashCommand[] {
	const placeOf = ({ name }: SlashCommand) => {
		const at = names.indexOf(name);
		return at < 0 ? names.length : at;
	};
	return [...commands].sort((a, b) => placeOf(a) - placeOf(b));
}
