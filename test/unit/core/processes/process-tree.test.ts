import { describe, expect, it } from 'vitest';
import type { ProcessEntry } from '../../../../src/core/processes/process-table.ts';
import { membersOf } from '../../../../src/core/processes/process-tree.ts';

const entry = (pid: number, parent: number, more: Partial<ProcessEntry> = {}): ProcessEntry => ({
	pid,
	parent,
	start: `s${pid}`,
	group: pid,
	session: pid,
	name: 'node',
	...more,
});
const root = { pid: 10, start: 's10' };
const pidsOf = (entries: ProcessEntry[], seeds: Parameters<typeof membersOf>[1]) =>
	membersOf(entries, seeds)
		.map(({ pid }) => pid)
		.sort((a, b) => a - b);

describe('membersOf', () => {
	it('follows the parents through sessions of their own, in any order, and leaves the root out', () => {
		const entries = [entry(13, 12), entry(12, 11), entry(11, 10), entry(10, 1), entry(20, 1)];
		expect(pidsOf(entries, { roots: [root] })).toEqual([11, 12, 13]);
	});

	it('finds nothing below a root whose pid was reused', () => {
		const entries = [entry(10, 1, { start: 'later' }), entry(11, 10)];
		expect(pidsOf(entries, { roots: [root] })).toEqual([]);
	});

	it('finds what lost its parent through its session, with all below it', () => {
		const entries = [entry(11, 1, { session: 10 }), entry(12, 11), entry(13, 1)];
		expect(pidsOf(entries, { roots: [], sessions: new Set([10]) })).toEqual([11, 12]);
	});

	it('uses the process group if the source does not report sessions', () => {
		const entries = [entry(11, 1, { session: null, group: 10 }), entry(12, 1, { session: null })];
		expect(pidsOf(entries, { roots: [], sessions: new Set([10]) })).toEqual([11]);
	});

	it('spares a tmux or screen server and everything below it, but not their clients', () => {
		const entries = [
			entry(10, 1),
			entry(11, 10, { name: 'tmux: server' }),
			entry(12, 11, { name: 'vim' }),
			entry(13, 10, { name: 'SCREEN' }),
			entry(14, 13),
			entry(15, 10, { name: 'tmux: client' }),
		];
		expect(pidsOf(entries, { roots: [root] })).toEqual([15]);
	});

	it('survives entries that name each other as parents', () => {
		const entries = [entry(10, 12), entry(11, 10), entry(12, 11)];
		expect(pidsOf(entries, { roots: [root] })).toEqual([11, 12]);
	});
});
