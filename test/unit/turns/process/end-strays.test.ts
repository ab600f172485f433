import { describe, expect, it } from 'vitest';
import type { ProcessEntry, ProcessTable } from '../../../../src/core/processes/process-table.ts';
import { endStrays } from '../../../../src/turns/process/end-strays.ts';

const entry = (pid: number, name: string): ProcessEntry => ({
	pid,
	start: `s${pid}`,
	parent: 1,
	group: pid,
	session: pid,
	name,
});

function machine(...entries: ProcessEntry[]): {
	table: Pick<ProcessTable, 'snapshot' | 'signal' | 'place'>;
	ended: number[];
} {
	const ended: number[] = [];
	return {
		ended,
		table: {
			place: () => HERE,
			snapshot: () => entries,
			signal: ({ pid, start }, signal) => {
				const isSame = entries.some((one) => one.pid === pid && one.start === start);
				if (isSame && signal === 'SIGKILL') ended.push(pid);
				return isSame;
			},
		},
	};
}

const HERE = { host: 'here', boot_id: 'boot', pid_namespace: 'ns' };
const stray = (pid: number, start = `s${pid}`) => ({ pid, start, command: `command ${pid}` });

describe('what a crashed turn left running', () => {
	it('is ended and named, the wrapper last', () => {
		const { table, ended } = machine(entry(5, 'sh'), entry(6, 'sleep'));
		const state = { strays: [stray(6)], pid: 5, pid_start: 's5', executable: 'claude', process_place: HERE };
		expect(endStrays(state, table)).toEqual(['6 command 6', '5 claude']);
		expect(ended).toEqual([6, 5]);
	});

	it('is left alone when its pid belongs to another process', () => {
		const { table, ended } = machine(entry(6, 'sleep'));
		const state = {
			strays: [stray(6, 'earlier')],
			pid: null,
			pid_start: null,
			executable: 'claude',
			process_place: HERE,
		};
		expect(endStrays(state, table)).toEqual([]);
		expect(ended).toEqual([]);
	});

	it('is left alone when it became a tmux server after it was recorded as a client', () => {
		const { table, ended } = machine(entry(6, 'tmux: server'), entry(7, 'tmux: client'));
		const state = {
			strays: [stray(6), stray(7)],
			pid: null,
			pid_start: null,
			executable: 'claude',
			process_place: HERE,
		};
		expect(endStrays(state, table)).toEqual(['7 command 7']);
		expect(ended).toEqual([7]);
	});

	it.each([
		['another machine', { ...HERE, host: 'there', boot_id: 'its boot' }],
		['an earlier boot', { ...HERE, boot_id: 'earlier' }],
		['another container', { ...HERE, pid_namespace: 'other' }],
		['a place that is not on record', undefined],
	])('is left alone when its record is of %s', (_, place) => {
		const { table, ended } = machine(entry(5, 'sh'), entry(6, 'sleep'));
		const state = { strays: [stray(6)], pid: 5, pid_start: 's5', executable: 'claude' };
		expect(endStrays({ ...state, ...(place && { process_place: place }) }, table)).toEqual([]);
		expect(ended).toEqual([]);
	});
});
