/** What the demo left on disk, shown by the means a person would use: the check, the folder, the packet, the records. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DEMO_CHECK } from '../../agents/demo/scenario.ts';
import { runProcess } from '../../core/processes/run-process.ts';
import { safeText } from '../../core/text.ts';
import { readMeta } from '../../sessions/files/json-record.ts';
import { META_FILE, PACKETS_FOLDER, TURNS_FOLDER } from '../../sessions/files/session-paths.ts';
import { formatBytes } from '../../ui/quantities.ts';
import { cutToColumns } from '../../ui/text-width.ts';
import type { CommandContext } from '../context.ts';
import type { DemoNarrator } from './narrator.ts';

const CHECK_MS = 20_000;
const PACKET_LINES = 14;

export async function showDemoResult(context: CommandContext, narrator: DemoNarrator): Promise<void> {
	await showCheck(context, narrator);
	const store = await context.store();
	const session = store.list({ limit: 1 })[0];
	if (session === undefined) return;
	await narrator.heading(
		'What it left on disk',
		'One folder holds the whole session, across both agents: plain files for cat, jq, grep and git.',
	);
	narrator.command(`ls .agent-relay/sessions/${session.id}`);
	narrator.shown(treeLines(session.folder, narrator));
	narrator.line('');
	showMeta(session.folder, narrator);
	await narrator.heading(
		'The packet',
		'What the next agent got: your words verbatim, then facts from the records. The relay wrote it, no model did.',
	);
	showPacket(session.folder, narrator);
}

async function showCheck(context: CommandContext, narrator: DemoNarrator): Promise<void> {
	await narrator.heading('The finished work', 'The check that failed at first, run once more:');
	const { env, folder: cwd } = context;
	const result = await runProcess(process.execPath, [DEMO_CHECK], { cwd, env, timeoutMs: CHECK_MS });
	narrator.command(`node ${DEMO_CHECK}`);
	narrator.shown(safeText(result.stdout.toString()).trimEnd().split('\n'));
	const { theme } = narrator;
	narrator.shown([
		result.exitCode === 0 ? theme.good('✓ exit 0') : theme.bad(`✗ exit ${result.exitCode ?? 'unknown'}`),
	]);
}

const ABOUT: ReadonlyArray<readonly [RegExp, string]> = [
	[/^meta\.json$/, 'status, agents, usage'],
	[/-prompt\.md$/, 'exactly what was sent'],
	[/-output\.md$/, 'what came back, to read'],
	[/-state\.json$/, 'what happened, as data'],
	[/-events\.jsonl$/, 'every event'],
	[/-raw\.jsonl$/, 'what the agent printed'],
	[/-stderr\.log$/, 'its stderr'],
	[/^\d+-.*\.md$/, "the next agent's packet"],
	[/^\d+-.*\.json$/, 'the same, as data'],
];

function treeLines(folder: string, { theme, columns }: DemoNarrator): string[] {
	const rows: Array<{ name: string; size: string; about: string }> = [];
	const add = (sub: string, name: string) => {
		const about = ABOUT.find(([pattern]) => pattern.test(name))?.[1] ?? '';
		const size = formatBytes(statSync(join(folder, sub, name)).size);
		rows.push({ name: sub === '' ? name : `${sub}/${name}`, size, about });
	};
	add('', META_FILE);
	const turns = readdirSync(join(folder, TURNS_FOLDER)).sort();
	const first = turns.filter((name) => name.startsWith('001-'));
	for (const name of first) add(TURNS_FOLDER, name);
	rows.push({
		name: `${TURNS_FOLDER}/…`,
		size: '',
		about: `${turns.length - first.length} files of other turns`,
	});
	for (const name of readdirSync(join(folder, PACKETS_FOLDER)).sort().reverse()) add(PACKETS_FOLDER, name);
	const width = Math.max(...rows.map(({ name }) => name.length));
	return rows.map(({ name, size, about }) => {
		const line = `${size.padStart(SIZE_COLUMNS)}  ${name}`;
		const room = columns - MARGIN_COLUMNS - SIZE_COLUMNS - width - 4;
		if (room < LEAST_ABOUT) return cutToColumns(line, columns - MARGIN_COLUMNS);
		return `${line}${' '.repeat(width - name.length)}  ${theme.dim(cutToColumns(about, room))}`;
	});
}

/** `7.9 KB`. */
const SIZE_COLUMNS = 6;
/** Before each row of what is shown. */
const MARGIN_COLUMNS = 2;
/** With less room a file has its name alone. */
const LEAST_ABOUT = 20;

function showPacket(folder: string, narrator: DemoNarrator): void {
	const names = readdirSync(join(folder, PACKETS_FOLDER)).filter((name) => name.endsWith('.md'));
	const name = names.sort().at(-1);
	if (name === undefined) return;
	const lines = safeText(readFileSync(join(folder, PACKETS_FOLDER, name), 'utf8')).split('\n');
	narrator.command(`head -n ${PACKET_LINES} ${PACKETS_FOLDER}/${name}`);
	narrator.shown(lines.slice(0, PACKET_LINES));
	narrator.shown([narrator.theme.dim(`… ${lines.length - PACKET_LINES} more lines`)]);
}

function showMeta(folder: string, narrator: DemoNarrator): void {
	const meta = readMeta(join(folder, META_FILE));
	if (meta === null) return;
	const { status, turn_count, active_agent } = meta;
	const agents = Object.fromEntries(Object.entries(meta.agents).map(([agent, { turns }]) => [agent, turns]));
	narrator.command(
		`jq '{status, turn_count, active_agent, agents: (.agents | map_values(.turns))}' ${META_FILE}`,
	);
	narrator.shown(JSON.stringify({ status, turn_count, active_agent, agents }, null, 2).split('\n'));
}
