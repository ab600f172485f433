/** Runners for reading. All text of others is made safe here. */
import { fromIso } from '../../core/clock.ts';
import { quoteForShell } from '../../core/quote-for-shell.ts';
import { safeLine, safeText } from '../../core/text.ts';
import { dnsNameOf } from '../../runners/dns-hosts.ts';
import type { RunnerRecord } from '../../runners/runner-record.ts';
import { STATE_WORDS } from '../../runners/runner-state.ts';
import { fieldLines } from '../../ui/field-lines.ts';
import { formatAgo } from '../../ui/quantities.ts';
import { renderTable } from '../../ui/table.ts';
import type { Look } from '../look.ts';
import type { RunnerChange } from './create-runner.ts';
import type { RunnerEnd } from './end-runner.ts';
import type { ResolveData, RunnerListData, RunnerShowData } from './show-runners.ts';
import type { RunnerUse } from './use-runner.ts';

export function runnerListLines(data: RunnerListData, look: Look): string[] {
	const { runners, damaged, domain, now, called } = data;
	const { theme, columns } = look;
	if (runners.length === 0 && damaged.length === 0)
		return ['There are no runners.', theme.dim(`create one: ${called('runner create NAME')}`)];
	const heads = [
		{ title: '' },
		{ title: 'name', paint: theme.bold },
		{ title: 'runs', minColumns: 8 },
		{ title: 'host' },
		{ title: 'port' },
		{ title: 'dns', minColumns: 8 },
		{ title: 'created' },
		{ title: 'used' },
	];
	const rows = runners.map(({ runner, state, isPending }) => [
		state,
		`${runner.name}${isPending ? ' (pending)' : ''}`,
		runsText(runner),
		hostText(runner),
		portText(runner),
		dnsNameOf(runner, domain) ?? '',
		agoText(runner.created_at, now),
		agoText(runner.last_accessed, now),
	]);
	const table = rows.length === 0 ? [] : renderTable(heads, rows, { columns, theme });
	const shared = sharedNames(runners.map(({ runner }) => runner));
	const apart = shared.map(({ name, uuid }) => theme.dim(`${name}: ${uuid.slice(0, 8)}`));
	const bad = damaged.map(({ error }) => theme.bad(`? ${safeLine(error.message, 500)}`));
	return [...table, ...apart, ...bad];
}

/** null: the full screen was shown. */
export const runnerOpenLines = (data: RunnerListData | null, look: Look): string[] =>
	data === null ? [] : runnerListLines(data, look);

/** Where two share a name, only the uuid tells which is meant. */
function sharedNames(runners: readonly RunnerRecord[]): RunnerRecord[] {
	return runners.filter(({ name }) => runners.filter((one) => one.name === name).length > 1);
}

export const runsText = ({ agent, command }: RunnerRecord): string =>
	safeLine(agent ?? (command ?? []).map(quoteForShell).join(' '), 200);
export const hostText = ({ host, kind }: RunnerRecord): string =>
	[host === null ? '' : safeLine(host, 60), kind].filter(Boolean).join(' ');
export const portText = ({ port, protocol }: RunnerRecord): string =>
	port === 0 ? '' : `${port}/${protocol}`;
export const agoText = (at: string | null, now: number): string => {
	const time = fromIso(at);
	return time === null ? '' : formatAgo(time, now);
};

export function runnerShowLines(data: RunnerShowData, look: Look): string[] {
	const { recordings, lastEnd, now, domain } = data;
	const { runner, state, work, folder, isPending, lock, probe } = data.look;
	const holder = lock.is === 'held' ? lock.holder : null;
	return fieldLines(
		[
			['name', runner.name],
			['uuid', runner.uuid],
			[
				'state',
				`${state} ${STATE_WORDS[state]}${isPending ? '; the settings changed, which waits for a restart' : ''}`,
			],
			['problem', probe.is === 'unknown' ? safeLine(probe.why, 300) : ''],
			['runs', runsText(runner)],
			['host', hostText(runner)],
			['image', runner.image === null ? '' : safeLine(runner.image, 300)],
			['port', portText(runner)],
			['dns', dnsNameOf(runner, domain) ?? ''],
			['repo', runner.repo === null ? '' : safeLine(runner.repo, 500)],
			['work', safeLine(work, 500)],
			['folder', safeLine(folder, 500)],
			['created', agoText(runner.created_at, now)],
			['last used', agoText(runner.last_accessed, now)],
			[
				'locked by',
				holder === null
					? ''
					: `process ${holder.pid} on ${safeLine(holder.host, 80)} (${safeLine(holder.doing, 20)})`,
			],
			['last end', lastEnd ?? ''],
			['recording', safeLine(recordings.at(-1) ?? '', 500)],
		],
		look,
	);
}

const CHANGED: Readonly<Record<RunnerChange['done'], string>> = {
	created: 'Created the runner',
	cloned: 'Cloned into the runner',
	edited: 'Changed the runner',
	started: 'Started the runner',
	unchanged: 'Nothing changed in the runner',
};

export function runnerChangeLines(data: RunnerChange, look: Look): string[] {
	const { done, called, domain } = data;
	const { runner, isPending, probe } = data.look;
	const dns = dnsNameOf(runner, domain);
	const facts = [runsText(runner), portText(runner), dns ?? ''].filter(Boolean).join(', ');
	const next = probe.is === 'running' ? 'peek' : 'attach';
	const hint = isPending ? `runner restart ${runner.name} --force` : `runner ${next} ${runner.name}`;
	const end = done === 'started' && probe.is === 'stopped' ? ' It has already ended.' : '';
	const pending = isPending ? ' It keeps what it was started with until it is restarted.' : '';
	return [`${CHANGED[done]} ${runner.name} (${facts}).${pending}${end}`, look.theme.dim(called(hint))];
}

export function runnerUseLines({ done, look: { runner }, clients, called }: RunnerUse, look: Look): string[] {
	const { name } = runner;
	const again = look.theme.dim(called(`runner attach ${name}`));
	switch (done) {
		case 'left':
			return [`The runner ${name} goes on.`, again];
		case 'ended':
			return [`The runner ${name} has ended.`, again];
		case 'detached':
			return [
				`The runner ${name} goes on; ${clients === 1 ? '1 terminal was' : `${clients} terminals were`} sent back.`,
			];
		case 'nobody_attached':
			return [`Nobody is attached to the runner ${name}.`];
		case 'sent':
			return [`Sent to the runner ${name}.`];
		case 'idle':
			return [`The screen of the runner ${name} does not change any more.`];
		case 'not_idle':
			return [`The runner ${name} is still at work.`];
	}
}

export const peekLines = ({ screen }: { screen: string }): string[] => safeText(screen).trimEnd().split('\n');

export function runnerEndLines({ done, name, removed, kept }: RunnerEnd): string[] {
	const rest = [
		...removed.map((what) => `removed ${safeLine(what, 500)}`),
		...kept.map((what) => `kept ${safeLine(what, 500)}`),
	];
	const head = {
		ended: `The runner ${name} has ended.`,
		killed: `The runner ${name} did not end by itself and was killed.`,
		was_stopped: `The runner ${name} was not running.`,
		deleted: `Deleted the runner ${name}.`,
		unlocked: `The runner ${name} is no longer locked.`,
	}[done];
	return [head, ...rest.map((row) => `  ${row}`)];
}

export const resolveLines = ({ dnsName, address, port, protocol }: ResolveData): string[] => [
	[address ?? '', dnsName, port === 0 ? '' : `${port}/${protocol}`].filter(Boolean).join('\t'),
];
