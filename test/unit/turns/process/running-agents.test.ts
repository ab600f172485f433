import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ProcessEntry, ProcessIdentity } from '../../../../src/core/processes/process-table.ts';
import { createRunningAgents, type RunningNote } from '../../../../src/turns/process/running-agents.ts';

let root: string;
beforeEach(() => {
	root = mkdtempSync(join(tmpdir(), 'relay-running-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const NOTE: RunningNote = {
	session_id: '01K3ZZZZZZZZZZZZZZZZZZZZZZ',
	folder: '/repo/.agent-relay/sessions/01K3ZZZZZZZZZZZZZZZZZZZZZZ',
	turn: 2,
	agent: 'claude',
	executable: '/bin/claude',
	worktree: '/repo',
	started_at: '2026-11-21T08:00:00.000Z',
	wrapper: { pid: 100, start: '5000' },
};

const entry = (pid: number, start: string, session: number, name = 'claude'): ProcessEntry => ({
	pid,
	start,
	parent: 1,
	group: session,
	session,
	name,
});

/** A machine with these processes, seen by a relay that is gone unless `isRelayAlive`. */
function machine(
	entries: ProcessEntry[],
	over: {
		isRelayAlive?: boolean;
		boot?: string;
		namespace?: string;
		named?: ProcessIdentity[];
		root?: string;
	} = {},
) {
	const { isRelayAlive = false, boot = 'boot', namespace = 'ns', named = [] } = over;
	return createRunningAgents(over.root ?? root, {
		snapshot: () => entries,
		identify: (pid) => {
			const found = entries.find((one) => one.pid === pid);
			return found ? { pid, start: found.start, command: `/bin/${found.name}` } : null;
		},
		isAlive: () => isRelayAlive,
		place: () => ({ host: 'here', boot_id: boot, pid_namespace: namespace }),
		withEnvironment: () => named,
	});
}

const notes = () => readdirSync(root).flatMap((folder) => readdirSync(join(root, folder)));

describe('agents that run', () => {
	it('are noted through no link in place of the folder of notes', () => {
		const folder = join(root, 'elsewhere');
		mkdirSync(folder);
		symlinkSync(folder, join(root, 'running'));
		const linked = machine([], { root: join(root, 'running') });
		linked.began(NOTE)();
		expect(linked.survivors('/repo')).toEqual([]);
		expect(readdirSync(folder)).toEqual([]);
	});

	it('are survivors once their relay is gone, by what lives in their terminal session', () => {
		const agents = machine([entry(101, '5001', 100), entry(102, '5002', 100, 'sh'), entry(103, '5003', 7)]);
		agents.began(NOTE);
		expect(agents.survivors('/repo')).toMatchObject([
			{ agent: 'claude', turn: 2, processes: [{ pid: 101 }, { pid: 102 }] },
		]);
		expect(agents.survivors('/other')).toEqual([]);
		expect(machine([entry(101, '5001', 100)], { isRelayAlive: true }).survivors('/repo')).toEqual([]);
		expect(notes()).toHaveLength(1);
	});

	it('are survivors too where they left their session', () => {
		const named = [
			{ pid: 200, start: '6000', command: '/bin/claude -p' },
			{ pid: 201, start: '6001', command: 'vite --watch' },
		];
		const agents = machine([], { named });
		agents.began(NOTE);
		expect(agents.survivors('/repo')).toMatchObject([{ processes: [{ pid: 200 }] }]);
	});

	it('are forgotten when their turn is over, and when they have ended', () => {
		const agents = machine([]);
		const ended = agents.began(NOTE);
		expect(notes()).toHaveLength(1);
		ended();
		expect(notes()).toEqual([]);
		agents.began(NOTE);
		expect(agents.survivors('/repo')).toEqual([]);
		expect(notes()).toEqual([]);
	});

	it('are not taken for others that have their number: of an earlier time, another boot, a multiplexer', () => {
		for (const other of [
			machine([entry(101, '4000', 100)]),
			machine([entry(101, '5001', 100)], { boot: 'later' }),
			machine([entry(101, '5001', 100, 'tmux: server')]),
		]) {
			machine([]).began(NOTE);
			expect(other.survivors('/repo')).toEqual([]);
			expect(notes()).toEqual([]);
		}
	});

	it('of another container with the same home are neither judged nor forgotten', () => {
		machine([]).began(NOTE);
		expect(machine([entry(101, '5001', 100)], { namespace: 'other' }).survivors('/repo')).toEqual([]);
		expect(notes()).toHaveLength(1);
	});

	it('are not found by a note that cannot be read, and a folder that cannot be written stops nothing', () => {
		machine([]).began(NOTE);
		const [folder = ''] = readdirSync(root);
		writeFileSync(join(root, folder, 'torn.json'), '{"schema_version":');
		expect(machine([entry(101, '5001', 100)]).survivors('/repo')).toHaveLength(1);
		const nowhere = createRunningAgents('/dev/null/x', {
			snapshot: () => [],
			identify: () => null,
			isAlive: () => false,
			place: () => ({ host: 'here', boot_id: null, pid_namespace: null }),
			withEnvironment: () => [],
		});
		nowhere.began(NOTE)();
		expect(nowhere.survivors('/repo')).toEqual([]);
	});
});
