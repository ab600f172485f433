import type { ProcessEntry, ProcessIdentity, ProcessTable } from './process-table.ts';

/** The roots of a tree, and the sessions whose members belong to it even after their parent is gone. */
export interface TreeSeeds {
	roots: readonly Pick<ProcessIdentity, 'pid' | 'start'>[];
	/** Process groups with the same numbers, where the source does not report sessions. */
	sessions?: ReadonlySet<number>;
}

/**
 * The entries below the seeds' roots (roots left out), the members of the seeds' sessions, and everything below those. A root whose
 * pid was reused has no descendants. A tmux or screen server and everything below it never belongs to a tree.
 */
export function membersOf(entries: readonly ProcessEntry[], seeds: TreeSeeds): ProcessEntry[] {
	const roots = new Map(seeds.roots.map((root) => [root.pid, root.start]));
	const children = groupByParent(entries);
	const found = new Map<number, ProcessEntry>();
	const visit = (entry: ProcessEntry): void => {
		if (found.has(entry.pid) || isMultiplexer(entry)) return;
		found.set(entry.pid, entry);
		for (const child of children.get(entry.pid) ?? []) visit(child);
	};
	for (const entry of entries) {
		const isRoot = roots.get(entry.pid) === entry.start;
		if (isRoot || seeds.sessions?.has(entry.session ?? entry.group)) visit(entry);
	}
	for (const [pid, start] of roots) if (found.get(pid)?.start === start) found.delete(pid);
	return [...found.values()];
}

/** Live descendants of `root`, with their command lines. */
export function descendantsOf(
	table: Pick<ProcessTable, 'snapshot' | 'identify'>,
	root: Pick<ProcessIdentity, 'pid' | 'start'>,
): ProcessIdentity[] {
	return identifyAll(table, membersOf(table.snapshot(), { roots: [root] }));
}

/** Identities of the entries that are still the same processes. */
export function identifyAll(
	table: Pick<ProcessTable, 'identify'>,
	entries: readonly ProcessEntry[],
): ProcessIdentity[] {
	return entries.flatMap((entry) => {
		const identity = table.identify(entry.pid);
		return identity !== null && identity.start === entry.start ? [identity] : [];
	});
}

/**
 * Describes the processes as `PID COMMAND`, a shell and what it runs as one: a process whose parent is among them is left to that
 * one. `entries`: a snapshot from when they ran.
 */
export function describeTrees(
	processes: readonly ProcessIdentity[],
	entries: readonly Pick<ProcessEntry, 'pid' | 'parent'>[],
): string[] {
	const parents = new Map(entries.map(({ pid, parent }) => [pid, parent]));
	const known = new Set(processes.map(({ pid }) => pid));
	const isBelow = (pid: number, root: number): boolean => {
		const parent = parents.get(pid);
		return parent !== undefined && (parent === root || (known.has(parent) && isBelow(parent, root)));
	};
	const text = ({ pid, command }: ProcessIdentity) => `${pid} ${command}`;
	return processes
		.filter(({ pid }) => !known.has(parents.get(pid) ?? 0))
		.map((root) => {
			const below = processes.filter(({ pid }) => isBelow(pid, root.pid));
			return text(root) + (below.length === 0 ? '' : ` (with ${below.map(text).join(', ')})`);
		});
}

/** Linux distinguishes a server from its clients (`tmux: server`); `ps` elsewhere does not, and both are spared. */
const MULTIPLEXER = /^(?:tmux(?:: server)?|screen|SCREEN)$/;

/** True for a terminal multiplexer's server: what runs in it belongs to the user, whoever started it. */
export function isMultiplexer(entry: Pick<ProcessEntry, 'name'>): boolean {
	return MULTIPLEXER.test(entry.name);
}

function groupByParent(entries: readonly ProcessEntry[]): Map<number, ProcessEntry[]> {
	const children = new Map<number, ProcessEntry[]>();
	for (const entry of entries) {
		const siblings = children.get(entry.parent);
		if (siblings) siblings.push(entry);
		else children.set(entry.parent, [entry]);
	}
	return children;
}
