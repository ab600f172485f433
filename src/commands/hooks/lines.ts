import { safeLine } from '../../core/text.ts';
import { renderTable } from '../../ui/table.ts';
import type { Look } from '../look.ts';
import type { ChangedHooks } from './change-hooks.ts';
import type { HooksStatus } from './show-hooks.ts';

export function changedLines({ agent, path, done, isDry }: ChangedHooks): string[] {
	const file = safeLine(path, 300);
	switch (done) {
		case 'installed':
			if (isDry) return [`Would add the relay's hooks to ${file}`];
			return [
				`${agent} calls the relay from its next start on: ${file}`,
				...(agent === 'codex' ? CODEX_ASKS : []),
				`Take them out again: agent-relay hooks uninstall ${agent}`,
			];
		case 'removed':
			return [
				isDry ? `Would take the relay's hooks out of ${file}` : `${agent} no longer calls the relay: ${file}`,
			];
		case 'unchanged':
			return [`Nothing to change in ${file}`];
		default:
			return done satisfies never;
	}
}

/** As 0.171.0 has it. `codex exec` says nothing of hooks that it does not run. */
const CODEX_ASKS = [
	'codex runs a new hook only once you trust it: start codex, which says "Hooks need review", and choose "Trust all and continue", or look at each with /hooks. Until then they do nothing.',
];

const FOUND = {
	none: 'not installed',
	current: 'installed',
	other: 'of another version: install again',
	unreadable: 'unreadable',
} as const;

export function statusLines({ agents, sessions, isOff }: HooksStatus, look: Look): string[] {
	const rows = agents.map(({ agent, path, found }) => [agent, FOUND[found], safeLine(path, 300)]);
	const met = sessions.map(({ agent, session, calls, cwd, seen_at }) => [
		agent,
		safeLine(session, 128),
		String(calls),
		seen_at.slice(0, 16).replace('T', ' '),
		safeLine(cwd ?? '', 200),
	]);
	return [
		...(isOff ? ['AGENT_RELAY_HOOKS=0 is set: no hook does anything here.'] : []),
		...renderTable([{ title: 'AGENT' }, { title: 'HOOKS' }, { title: 'FILE', minColumns: 20 }], rows, look),
		...(met.length === 0 ? [] : ['', ...renderTable(SESSION_HEADS, met, look)]),
	];
}

const SESSION_HEADS = [
	{ title: 'AGENT' },
	{ title: 'CONVERSATION', minColumns: 12 },
	{ title: 'TOOL CALLS', align: 'right' },
	{ title: 'SEEN (UTC)' },
	{ title: 'FOLDER', minColumns: 12 },
] as const;
