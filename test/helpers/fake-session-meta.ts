import type { SessionMeta } from '../../src/sessions/session-meta.ts';

/** A plain checkpoint-free session record, for tests to vary. */
export function fakeSessionMeta(changes: Partial<SessionMeta> = {}): SessionMeta {
	return {
		schema_version: 1,
		id: '01JD0000000000000000000000',
		kind: 'run',
		status: 'active',
		objective: 'fix it',
		title: null,
		name: null,
		workstream: null,
		repo: { root: '/repo', worktree: '/repo', branch: 'main', head: null },
		active_agent: 'claude',
		agents: {},
		parent: null,
		parent_turn: null,
		created_at: '2026-01-01T00:00:00.000Z',
		updated_at: '2026-01-01T00:00:00.000Z',
		ended_at: null,
		turn_count: 1,
		checkpoint: null,
		notes: [],
		usage: {
			input_tokens: 0,
			output_tokens: 0,
			cache_read_tokens: 0,
			cache_write_tokens: 0,
			reasoning_tokens: 0,
			cost_usd: 0,
			cost_source: 'none',
			by_agent: {},
		},
		error: null,
		relay_version: '0.1.0',
		...changes,
	};
}

export function fakeCheckpoint(
	changes: Partial<NonNullable<SessionMeta['checkpoint']>> = {},
): NonNullable<SessionMeta['checkpoint']> {
	return {
		reason: 'limit',
		at: '2026-01-01T00:00:00.000Z',
		packet: 'resume/001-claude-codex.md',
		next_agent: 'codex',
		reset_at: null,
		pending_prompt: null,
		...changes,
	};
}
