import { describe, expect, it } from 'vitest';
import type { Hint } from '../../../src/workstreams/records/session-records.ts';
import type { Registry } from '../../../src/workstreams/registry/registry-file.ts';
import { byFolder, groupHints, summaryText } from '../../../src/workstreams/summaries/summary-text.ts';
import { requireWorkstreamName } from '../../../src/workstreams/workstream-name.ts';

const name = requireWorkstreamName;
const entry = (of: string, ...projects: string[]) => ({
	...{ name: name(of), description: '', status: 'active' as const, projects },
	...{ created_at: '2026-01-01T00:00:00.000Z', last_touched: '2026-01-01T00:00:00.000Z' },
});
const registry: Registry = {
	schema_version: 1,
	workstreams: [entry('hinted'), entry('marked'), entry('wide', '/src'), entry('deep', '/src/app', '/x')],
};
const hint = (id: string, project: string | null, of: string | null, bullets: string[]): Hint => ({
	...{ session_id: id, timestamp: '2026-01-02T00:00:00.000Z', project, agents: ['claude'] },
	segments: [
		{
			...{ from: '2026-01-02T00:00:00.000Z', to: '2026-01-02T01:00:00.000Z' },
			...{ workstream: of === null ? null : name(of), bullets, decisions: ['use WAL'] },
		},
	],
});
const groupsOf = (hints: Hint[], more: { only?: string; since?: string } = {}) =>
	groupHints({
		hints,
		markers: new Map([
			['s1', name('marked')],
			['s2', name('marked')],
		]),
		registry,
		since: Date.parse(more.since ?? '2026-01-01T00:00:00.000Z'),
		only: more.only === undefined ? null : name(more.only),
	});

describe('a summary', () => {
	it('takes the workstream of the hint before that of the marker, then the longest folder, then none', () => {
		const groups = groupsOf([
			hint('s1', '/src/app', 'hinted', ['by hint']),
			hint('s2', '/src/app', null, ['by marker']),
			hint('s3', '/src/app/ui', null, ['by longest folder']),
			hint('s4', '/src/apple', null, ['by the folder around']),
			hint('s5', '/elsewhere', null, ['by nothing']),
			hint('s6', null, null, ['without a folder']),
		]);
		expect(groups.map((group) => [group.name, group.bullets])).toEqual([
			['deep', ['by longest folder']],
			['hinted', ['by hint']],
			['marked', ['by marker']],
			['wide', ['by the folder around']],
			[null, ['by nothing', 'without a folder']],
		]);
		expect(byFolder('/srcs', registry)).toBeNull();
	});

	it('has a line that is said twice once, counts sessions, and those without hints', () => {
		const twice = [hint('s1', null, null, ['the same']), hint('s2', null, null, ['the same', 'more'])];
		const groups = groupsOf(twice);
		expect(groups).toEqual([
			{ name: 'marked', bullets: ['the same', 'more'], decisions: ['use WAL'], sessions: 2 },
		]);
		const text = summaryText(groups, { from: '2026-01-01', to: '2026-01-03', withoutHints: 3 });
		expect(text.match(/the same/g)).toHaveLength(1);
		expect(text).toContain('## marked\n\n2 sessions\n');
		expect(text).toContain('3 sessions left no summary');
	});

	it('is of one workstream, or of what ended since then, where that is asked for', () => {
		const all = [hint('s1', null, 'hinted', ['a']), hint('s9', null, 'wide', ['b'])];
		expect(groupsOf(all, { only: 'wide' }).map((group) => group.name)).toEqual(['wide']);
		expect(groupsOf(all, { since: '2026-01-02T02:00:00.000Z' })).toEqual([]);
	});
});
