/** Names for reading. All text of others is made safe here. */
import { fromIso } from '../../core/clock.ts';
import { formatPlural } from '../../core/plural.ts';
import { safeLine } from '../../core/text.ts';
import type { FoundRelay } from '../../sessions/names/live-relays.ts';
import { DEFAULT_NAME } from '../../sessions/names/name-id.ts';
import { fieldLines } from '../../ui/field-lines.ts';
import { formatAgo } from '../../ui/quantities.ts';
import { renderTable } from '../../ui/table.ts';
import type { Look } from '../look.ts';
import type { ChangedData } from './change-names.ts';
import type { KilledData } from './kill-names.ts';
import type { NameListData } from './list-names.ts';
import { type NameView, participantsOf } from './name-view.ts';
import type { PrunedData } from './prune-names.ts';
import type { NameData } from './show-name.ts';

export function nameListLines({ names, hidden, now }: NameListData, { theme, columns }: Look): string[] {
	const rows = names.map((view) => [
		view.isSelected ? `${view.id} *` : view.id,
		view.lifecycle,
		agentsOf(view),
		formatSeen(view, now),
		folderOf(view),
		safeLine(view.entry?.label ?? '', 80),
	]);
	const heads = [
		{ title: 'name', paint: theme.bold },
		{ title: 'lifecycle' },
		{ title: 'agents', minColumns: 8, paint: theme.accent },
		{ title: 'last seen' },
		{ title: 'folder', minColumns: 12 },
		{ title: 'label', minColumns: 8, paint: theme.dim },
	];
	const more =
		hidden === 0 ? [] : [theme.dim(`${formatPlural(hidden, 'archived name')} not shown: --archived`)];
	return [...renderTable(heads, rows, { columns, theme }), ...more, ...warningLines(names, theme)];
}

export function nameLines({ name, latest, now }: NameData, look: Look): string[] {
	const { theme } = look;
	const { entry, relays, isSelected, lifecycle } = name;
	const sessions = latest.map(
		({ id, status, lastUsedAt }) => `${id} ${status}, ${formatAgo(lastUsedAt, now)}`,
	);
	return [
		...fieldLines(
			[
				['name', isSelected ? `${name.id} (selected)` : name.id],
				['label', safeLine(entry?.label ?? '', 80)],
				['lifecycle', lifecycle],
				['folder', folderOf(name)],
				['agents', agentsOf(name)],
				...relays.map((relay): [string, string] => ['relay', describeRelay(relay, now)]),
				['last seen', formatSeen(name, now)],
				...sessions.map((line): [string, string] => ['session', line]),
			],
			look,
		),
		...warningLines([name], theme),
	];
}

export function changedLines({ name, done, isChanged, warnings }: ChangedData, { theme }: Look): string[] {
	const where = done === 'created' || done === 'bound' ? ` (${folderOf(name)})` : '';
	const line = isChanged
		? `${theme.good('✓')} ${name.id} ${WORDS[done].now}${where}.`
		: `${name.id} ${WORDS[done].before}${where}; nothing changed.`;
	return [line, ...warnings.map((text) => theme.warn(`! ${text}`))];
}

const WORDS = {
	created: { now: 'was created', before: 'exists already' },
	selected: { now: 'is selected', before: 'is selected already' },
	archived: { now: 'was archived', before: 'is archived already' },
	'taken back': { now: 'is no longer archived', before: 'is not archived' },
	bound: { now: 'was bound', before: 'is bound there already' },
} as const;

export function prunedLines({ leftovers, isApplied, command }: PrunedData, { theme }: Look): string[] {
	if (leftovers.length === 0) return ['Nothing to remove.'];
	const head = isApplied
		? `${theme.good('✓')} ${formatPlural(leftovers.length, 'item')} removed:`
		: 'This would be removed:';
	const rows = leftovers.map(({ kind, of, pid }) => `  ${describeLeftover(kind, safeLine(of, 80), pid)}`);
	return [head, ...rows, ...(isApplied ? [] : ['', `${theme.dim('remove them:')} ${command}`])];
}

function describeLeftover(
	kind: PrunedData['leftovers'][number]['kind'],
	of: string,
	pid: number | null,
): string {
	switch (kind) {
		case 'hint':
			return `${of}: a relay that is gone${pid === null ? '' : ` (process ${pid})`}`;
		case 'folder':
			return `${of}: a runtime folder without a name`;
		case 'name':
			return `${of}: an archived name; its sessions stay`;
	}
}

export function killedLines({ names }: KilledData, { theme }: Look): string[] {
	const all = names.flatMap(({ id, stopped }) => stopped.map((one) => ({ id, ...one })));
	if (all.length === 0) {
		const of = names.length === 1 ? ` under ${names[0]?.id ?? DEFAULT_NAME}` : '';
		return [`No relay is live${of}; nothing was stopped.`];
	}
	return all.map(({ id, relay, end }) => {
		const pid = relay.hint?.pid ?? 0;
		const { mark, text } = ENDS[end];
		return `${mark === '✓' ? theme.good(mark) : theme.bad(mark)} ${id}: process ${pid} ${text}`;
	});
}

const ENDS = {
	stopped: { mark: '✓', text: 'stopped its agents and ended.' },
	killed: { mark: '✓', text: 'did not end when asked; it and its agents were killed.' },
	unseen: { mark: '✗', text: 'runs on another machine or in a container; stop it there.' },
	alive: { mark: '✗', text: 'could not be ended.' },
} as const;

const agentsOf = (view: NameView): string =>
	participantsOf(view)
		.map(({ agent, attached }) => `${safeLine(agent, 40)}${attached ? ' (attached)' : ''}`)
		.join(', ');

const folderOf = ({ id, entry, isFolderThere }: NameView): string => {
	if (entry === null) return id === DEFAULT_NAME ? 'every folder of the repo' : '';
	return `${safeLine(entry.worktree, 300)}${isFolderThere === false ? ' (not there)' : ''}`;
};

function formatSeen({ entry }: NameView, now: number): string {
	const at = fromIso(entry?.last_seen_at ?? null);
	return at === null ? '' : formatAgo(at, now);
}

function describeRelay({ standing, hint }: FoundRelay, now: number): string {
	if (hint === null) return 'stale: its hint cannot be read';
	const since = fromIso(hint.started_at);
	const parts = [
		standing === 'stale' ? `stale: process ${hint.pid} is gone` : `process ${hint.pid}`,
		standing === 'elsewhere' ? `on ${safeLine(hint.host, 60)}` : '',
		safeLine(hint.agent ?? '', 40),
		hint.session === null ? '' : `session ${safeLine(hint.session, 26).slice(-6)}`,
		hint.tmux === null ? '' : `tmux ${safeLine(hint.tmux, 60)}`,
		since === null ? '' : `since ${formatAgo(since, now)}`,
	];
	return parts.filter((part) => part !== '').join(', ');
}

function warningLines(names: readonly NameView[], theme: Look['theme']): string[] {
	const shared = names
		.filter(({ id, sharedWith }) => sharedWith.some((other) => names.length === 1 || id < other))
		.map(({ id, sharedWith }) => `${id} and ${sharedWith.join(', ')} are bound to the same folder.`);
	return shared.map((text) => theme.warn(`! ${text}`));
}
