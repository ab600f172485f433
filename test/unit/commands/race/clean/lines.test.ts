import { expect, it } from 'vitest';
import { cleanPlanLines } from '../../../../../src/commands/race/clean/lines.ts';
import type { SessionId } from '../../../../../src/core/ids.ts';
import type { CleanPlan } from '../../../../../src/race/clean/clean.ts';
import type { EntrantRecord } from '../../../../../src/race/record/race-record.ts';
import { hasChangedNothing } from '../../../../../src/race/run/keep-entrant.ts';
import { PLAIN_THEME } from '../../../../../src/ui/plain-theme.ts';

type Entrant = CleanPlan['entrants'][number];

const of = (over: Partial<Entrant>): string => {
	const entrant: Entrant = {
		id: 'codex',
		worktree: '/races/one/codex',
		standing: 'there',
		isRecorded: true,
		files: 1,
		ignored: { count: 0, top: [] },
		refs: ['refs/agent-relay/race/X/codex'],
		isAdopted: false,
		hasWork: true,
		notes: [],
		refusals: [],
		...over,
	};
	const race = '01K3ZZZZZZZZZZZZZZZZZZZZZZ' as SessionId;
	const plan = {
		race,
		folder: '/races/one',
		isCleaned: false,
		entrants: [entrant],
		refusals: [],
		hint: null,
	};
	return cleanPlanLines(plan, PLAIN_THEME, null).join('\n');
};

it('a clean speaks of the work of an entrant only where it changed something', () => {
	expect(of({ hasWork: false })).toContain('/races/one/codex · 1 file · it changed nothing');
	expect(of({})).toContain('1 file · with its work, which was not adopted');
	expect(of({ isAdopted: true })).toContain('its work was adopted');
	expect(of({ refs: [], hasWork: false })).toMatch(/1 file$/);
});

it('an entrant changed nothing where it left no file, no commit and nothing in a repo inside', () => {
	const base = {
		diff: { files: 0, added: 0, removed: 0 },
		notes: ['changed nothing'],
	} as unknown as EntrantRecord;
	const inside = { path: 'sub', commits: 1, files: 0, is_unfilled: false, is_unknown: false };
	expect(hasChangedNothing(base)).toBe(true);
	expect(hasChangedNothing({ ...base, diff: { files: 1, added: 0, removed: 2 } })).toBe(false);
	expect(hasChangedNothing({ ...base, diff: null })).toBe(false);
	expect(hasChangedNothing({ ...base, left_inside: [inside] })).toBe(false);
	expect(hasChangedNothing({ ...base, notes: ['made commits: its HEAD is 0123456789ab'] })).toBe(false);
});
