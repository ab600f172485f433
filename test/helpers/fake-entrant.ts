import type { EntrantRecord } from '../../src/race/record/race-record.ts';

type Check = EntrantRecord['checks'][number];

export function fakeCheck(over: Partial<Check> = {}): Check {
	return {
		command: 'npm test',
		status: 'passed',
		exit_code: 0,
		duration_ms: 10,
		failing_tests: null,
		output: null,
		...over,
	};
}

/** An entrant that finished with a change of ten lines. */
export function fakeEntrant(id: string, over: Partial<EntrantRecord> = {}): EntrantRecord {
	return {
		id,
		agent: id,
		model: null,
		session_id: null,
		worktree: `/data/${id}`,
		ref: `refs/agent-relay/race/R/${id}`,
		state: 'ended',
		outcome: 'completed',
		reason: null,
		started_at: null,
		ended_at: null,
		work_ms: 5000,
		agents: [id],
		tokens: { input: null, output: null },
		cost_usd: null,
		cost_source: 'none',
		limited_until: null,
		setup: null,
		checks: [],
		commit: 'c'.repeat(40),
		tree: id,
		diff: { files: 1, added: 10, removed: 0 },
		notes: [],
		...over,
	};
}
