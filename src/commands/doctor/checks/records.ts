/** What the relay keeps of its work: locks, damaged sessions, agents that were left running, leftovers, sizes. */
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { yieldToIo } from '../../../core/clock.ts';
import { lstatIfThere } from '../../../core/files/file-facts.ts';
import { namesIn } from '../../../core/files/folders.ts';
import { readJsonOrNull } from '../../../core/files/read-file.ts';
import { formatPlural } from '../../../core/plural.ts';
import { quoteForShell } from '../../../core/quote-for-shell.ts';
import { planPrune } from '../../../prune/prune.ts';
import { PRUNE_KINDS } from '../../../prune/prune-contract.ts';
import { createSurvivors } from '../../../relay/resume/survivors.ts';
import { LOCK_FILE } from '../../../sessions/files/session-paths.ts';
import type { SessionStore } from '../../../sessions/store/session-store.ts';
import { createRunningAgents, type Survivor } from '../../../turns/process/running-agents.ts';
import { formatBytes } from '../../../ui/quantities.ts';
import type { CommandContext } from '../../context.ts';
import { deadDemos, removeDeadDemos } from '../../demo/demo-folders.ts';
import { DEFAULT_AGE, readAge } from '../../options/age.ts';
import { type Finding, note, ok, problem } from '../finding.ts';

/** Enough to see what is wrong; the rest is counted. */
const NAMED = 5;

/** Those of this repo, and of the others in which this user has sessions: named where something is wrong with them. */
export async function checkSessions(context: CommandContext): Promise<Finding[]> {
	const own = await context.store();
	const others = await context.otherStores();
	const found: Finding[][] = [];
	let elsewhere = 0;
	for (const { store, root } of others) {
		await yieldToIo();
		const there = checkStore(store, { root, ownName: context.ownName });
		elsewhere += there.count;
		found.push(there.problems);
	}
	const { count, problems } = checkStore(own, { root: null, ownName: context.ownName });
	const beside = others.length === 0 ? '' : `, ${elsewhere} in ${formatPlural(others.length, 'other repo')}`;
	return [
		ok('sessions', `${formatPlural(count, 'session')} in ${own.location.folder}${beside}`),
		...problems,
		...found.flat(),
	];
}

/** `root`: of another repo; null: the present one. */
function checkStore(
	store: SessionStore,
	{ root, ownName }: { root: string | null; ownName: string },
): { count: number; problems: Finding[] } {
	const { ids, found: damaged } = store.lineages({ status: 'damaged', name: null });
	const locked = ids.filter((id) => isLockStale(store, id));
	const program = root === null ? ownName : `${ownName} -C ${quoteForShell(root)}`;
	const where = root === null ? '' : ` in ${root}`;
	const problems = [
		...locked.map((id) =>
			problem(
				'sessions',
				`${id}${where} is locked by a process that is gone`,
				`Unlock it: ${ownName} doctor --fix`,
				{
					question: null,
					act: () => {
						// Taking the lock over and giving it back leaves the session as it is.
						store.change(id, (meta) => meta, {});
						return `${id} is unlocked`;
					},
				},
			),
		),
		...damaged
			.slice(0, NAMED)
			.map(({ head: { id } }) =>
				problem(
					'sessions',
					`${id}${where} is damaged`,
					`See what is left: ${program} show ${id} · remove it: ${program} delete ${id}`,
				),
			),
		...(damaged.length <= NAMED
			? []
			: [
					problem(
						'sessions',
						`${damaged.length - NAMED} more${where} are damaged`,
						`List them: ${program} sessions --status damaged`,
					),
				]),
	];
	return { count: ids.length, problems };
}

type Id = Parameters<SessionStore['folderOf']>[0];

function isLockStale(store: SessionStore, id: Id): boolean {
	if (lstatIfThere(join(store.folderOf(id), LOCK_FILE)) === undefined) return false;
	try {
		return store.status(id).status !== 'active';
	} catch {
		// What stands against reading it is said where damaged sessions are.
		return false;
	}
}

/** Agents whose relay is gone, in any folder. */
export async function checkSurvivors({ paths, processes, clock }: CommandContext): Promise<Finding[]> {
	const running = createRunningAgents(paths.running, processes);
	const found = worktreesIn(paths.running).flatMap((worktree) => {
		const survivors = running.survivors(worktree);
		return survivors.length === 0 ? [] : [{ worktree, survivors }];
	});
	if (found.length === 0) return [ok('strays', 'no agent runs whose relay is gone')];
	const desk = { ask: async () => 'end' as const };
	return found.map(({ worktree, survivors }) => {
		const names = survivors.map(describeStray).join(', ');
		const pids = survivors.flatMap((one) => one.processes.map(({ pid }) => pid)).join(' ');
		return problem('strays', `in ${worktree} runs ${names}; its relay is gone`, `End it: kill ${pids}`, {
			question: `End ${names} in ${worktree}?`,
			act: async () => {
				await createSurvivors({ running, processes, clock, desk }).settle(worktree);
				return `${names} has ended`;
			},
		});
	});
}

const describeStray = ({ agent, processes, session_id, started_at }: Survivor) =>
	`${agent} (process ${processes[0]?.pid}, of session ${session_id}, since ${started_at})`;

function worktreesIn(folder: string): string[] {
	const notes = namesIn(folder, 'EACCES', 'ENOTDIR').flatMap((name) =>
		namesIn(join(folder, name), 'EACCES', 'ENOTDIR').map((file) => readJsonOrNull(join(folder, name, file))),
	);
	const worktrees = notes.flatMap((read) =>
		typeof read === 'object' && read !== null && 'worktree' in read && typeof read.worktree === 'string'
			? [read.worktree]
			: [],
	);
	return [...new Set(worktrees)];
}

export function checkLeftovers({ processes, ownName }: CommandContext): Finding[] {
	const found = deadDemos(tmpdir(), processes);
	if (found.length === 0) return [];
	return [
		problem(
			'leftovers',
			`${formatPlural(found.length, 'folder')} of demos that were killed: ${found.slice(0, NAMED).join(', ')}`,
			`Remove them: ${ownName} doctor --fix`,
			{
				question: null,
				act: () => {
					removeDeadDemos(tmpdir(), processes);
					return `${found.join(', ')} removed`;
				},
			},
		),
	];
}

/** In this repo, in what all repos share, and in the sessions elsewhere. */
export async function checkSizes({
	pruneDeps,
	otherStores,
	clock,
	ownName,
}: CommandContext): Promise<Finding[]> {
	const now = clock.now();
	const request = { now, before: now - readAge('')(DEFAULT_AGE).ms, isUnfinishedToo: false };
	const deps = await pruneDeps();
	const kept = await planPrune(new Set(PRUNE_KINDS), request, deps);
	const bytesOf = (list: typeof kept) => list.reduce((sum, { bytes }) => sum + bytes, 0);
	const byKind = PRUNE_KINDS.flatMap((kind) => {
		const own = kept.filter((one) => one.kind === kind);
		return own.length === 0 ? [] : [`${kind} ${formatBytes(bytesOf(own))}`];
	});
	// What no repo claims any more is among the sessions above.
	const gone = new Set(deps.goneStores.map(({ store }) => store.location.folder));
	const others = (await otherStores()).filter(({ store }) => !gone.has(store.location.folder));
	let elsewhere = 0;
	for (const { store } of others) {
		await yieldToIo();
		elsewhere += bytesOf(await planPrune(new Set(['sessions']), request, { ...deps, store, goneStores: [] }));
	}
	if (others.length > 0)
		byKind.push(`sessions of ${formatPlural(others.length, 'other repo')} ${formatBytes(elsewhere)}`);
	const old = kept.filter(({ remove }) => remove !== null);
	const total = byKind.length === 0 ? 'nothing is kept yet' : byKind.join(', ');
	return old.length === 0
		? [ok('sizes', total)]
		: [
				note(
					'sizes',
					`${total}; ${formatBytes(bytesOf(old))} of it is old`,
					`See what can go: ${ownName} prune`,
				),
			];
}
