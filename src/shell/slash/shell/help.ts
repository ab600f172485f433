import { cutAtClause } from '../../../ui/cut-at-clause.ts';
import { columnsOf, wrapToColumns } from '../../../ui/text-width.ts';
import { findCommand, unknownCommand } from '../find-command.ts';
import { byNeed, type CommandGroup, groupsOf } from '../order.ts';
import { oneOf, type SlashCommand, type SlashContext } from '../slash-command.ts';
import { KEY_GROUPS } from './key-list.ts';

/** What stands around an answer on the screen: the line that asked, blank rows, the edit line and the status. */
const ROWS_AROUND = 6;

const HINT = '/help X, or /X --help: one in full · /help keys';
const SHORT_HINT = '/help X: one in full · /help keys';

export const help: SlashCommand = {
	name: 'help',
	aliases: ['?'],
	usage: 'help [COMMAND | keys]',
	summary: 'the commands needed most, one in full, or all keys',
	example: '/help use',
	duringTurn: 'now',
	complete: async (shell, argument) => {
		const keys = await oneOf('keys')();
		return argument.includes(' ')
			? []
			: [...keys, ...shell.commands.map(({ name, summary }) => ({ value: name, hint: summary }))];
	},
	async run(context, argument) {
		const name = argument.replace(/^\//, '').replace(/\s+/g, ' ');
		if (name === '') return context.print(overview(context));
		if (name === 'keys') return context.print(allKeys(context));
		const command = findCommand(context.commands, name);
		if (command === null) throw unknownCommand(context.commands, name);
		context.print(inFull(command, context));
	},
};

/** As many commands as fit the screen say what they do, those needed most first; the others are named. */
function overview(context: SlashContext): string[] {
	const { commands, rows } = context;
	const most = rows === undefined ? Number.POSITIVE_INFINITY : Math.max(4, rows - ROWS_AROUND);
	let fitting = overviewOf(0, context);
	for (let count = 1; count <= commands.length; count++) {
		const next = overviewOf(count, context);
		if (next.length > most) break;
		fitting = next;
	}
	return fitting;
}

function overviewOf(count: number, context: SlashContext): string[] {
	const { theme, columns, commands } = context;
	const needed = byNeed(commands).slice(0, count);
	const groups = groupsOf(needed);
	const widest = Math.max(0, ...needed.map(({ name }) => columnsOf(name) + 1));
	// A heading is worth its row where there are several rows below it.
	const hasTitles = columns >= 60 && count >= 2 * groups.length;
	const others = commands.filter((command) => !needed.includes(command)).map(({ name }) => name);
	return [
		...groups.flatMap((group) => groupRows(group, { widest, hasTitles, context })),
		...(others.length === 0 ? [] : wrapToColumns(`more: ${others.join(' ')}`, columns)),
		theme.dim(columns < HINT.length ? SHORT_HINT : HINT),
	];
}

function groupRows(
	{ title, commands }: CommandGroup,
	{ widest, hasTitles, context }: { widest: number; hasTitles: boolean; context: SlashContext },
): string[] {
	const { rows, columns } = context;
	const room = columns - widest - 5;
	const shown = (summary: string) => (rows === undefined ? summary : cutAtClause(summary, room));
	const lines = columnRows(
		commands.map(({ name, summary }) => [`/${name}`, shown(summary)] as const),
		{ ...context, widest },
	);
	return hasTitles ? [context.theme.bold(title), ...lines.map((line) => `  ${line}`)] : lines;
}

function inFull(command: SlashCommand, context: SlashContext): string[] {
	const { theme, columns } = context;
	const { usage, summary, example, aliases, duringTurn, flags = [], members = [] } = command;
	const words = members.map(({ name, summary }) => [`/${name}`, summary] as const);
	const rows = [...flags, ...words];
	return [
		...wrapToColumns(theme.bold(`/${usage}`), columns, { indent: 2 }),
		summary,
		...(rows.length === 0 ? [] : columnRows(rows, context).map((line) => `  ${line}`)),
		theme.dim(`for example: ${example}`),
		...(aliases.length > 0 ? [theme.dim(`also: ${aliases.map((alias) => `/${alias}`).join(' ')}`)] : []),
		...(duringTurn === 'queued' ? [theme.dim('typed while a turn runs, it waits until the turn ends')] : []),
	];
}

function allKeys(context: SlashContext): string[] {
	return KEY_GROUPS.flatMap(({ title, keys }) => [
		context.theme.bold(title),
		...columnRows(keys, context).map((line) => `  ${line}`),
	]);
}

/** What is too narrow for two columns stands below its name. */
function columnRows(
	rows: ReadonlyArray<readonly [string, string]>,
	{ theme, columns, widest }: Pick<SlashContext, 'theme' | 'columns'> & { widest?: number },
): string[] {
	const first = widest ?? Math.max(...rows.map(([name]) => columnsOf(name)));
	const room = columns - first - 5;
	if (room < 16)
		return rows.flatMap(([name, text]) => [
			theme.bold(name),
			...wrapToColumns(text, columns - 6).map((row) => `    ${theme.dim(row)}`),
		]);
	return rows.flatMap(([name, text]) => {
		const [begin = '', ...rest] = wrapToColumns(text, room);
		return [
			`${theme.bold(name)}${' '.repeat(Math.max(0, first - columnsOf(name)) + 2)}${theme.dim(begin)}`,
			...rest.map((row) => ' '.repeat(first + 2) + theme.dim(row)),
		];
	});
}
