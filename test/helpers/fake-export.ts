import type {
	Export,
	ExportHead,
	ExportItem,
	ExportTail,
	ExportTurn,
} from '../../src/commands/export/document.ts';

/** An export of one conversation with these items, and a tail without anything taken out. */
export function fakeExport(
	items: readonly ExportItem[],
	over: { head?: Partial<ExportHead>; tail?: Partial<ExportTail> } = {},
): Export {
	return {
		head: fakeExportHead(over.head),
		items: (async function* () {
			yield* items;
		})(),
		tail: () => ({
			redaction: { is_redacted: true, removed: [], home_paths: 0, shortened: 0 },
			problems: [],
			...over.tail,
		}),
	};
}

function fakeExportHead(over: Partial<ExportHead> = {}): ExportHead {
	return {
		schema: 'agent-relay.export',
		schema_version: 1,
		exported_at: '2026-03-01T13:00:00.000Z',
		id: '01K3ZZZZZZZZZZZZZZZZZZZZZZ',
		title: 'Fix the login',
		task: 'Fix the login',
		kind: 'conversation',
		status: 'completed',
		reason: null,
		repo: { name: 'shop', branch: 'main', worktree: '~/shop' },
		began_at: '2026-03-01T12:00:00.000Z',
		last_used_at: '2026-03-01T12:30:00.000Z',
		sessions: [],
		agents: [{ name: 'claude', agent: 'claude', models: ['opus'], turns: 1 }],
		counts: {
			turns: 1,
			undone_turns: 0,
			hand_overs: 0,
			limits: 0,
			waits: 0,
			questions: 0,
			checkpoints: 0,
			files: 0,
		},
		usage: {
			input_tokens: 200,
			output_tokens: 340,
			cache_read_tokens: 1000,
			cache_write_tokens: 0,
			reasoning_tokens: 0,
			cost: { in_plan_usd: null, reported_usd: 0.013, estimated_usd: null },
			prices_as_of: null,
		},
		chat: null,
		race: null,
		...over,
	};
}

export function fakeExportTurn(over: Partial<ExportTurn> = {}): ExportTurn {
	return {
		type: 'turn',
		session_id: '01K3ZZZZZZZZZZZZZZZZZZZZZZ',
		turn: 1,
		number: 1,
		name: 'claude',
		agent: 'claude',
		model: 'opus',
		trigger: 'user',
		status: 'completed',
		stop_reason: 'end_turn',
		verdict: null,
		permissions: 'edit',
		started_at: '2026-03-01T12:00:00.000Z',
		ended_at: '2026-03-01T12:00:12.300Z',
		duration_ms: 12_300,
		packet: null,
		undone_at: null,
		prompt: { text: 'Fix the login', is_confirmed: true },
		story: [{ type: 'message', text: 'Done.' }],
		questions: [],
		plan: [],
		files: [],
		diff: null,
		diff_missing: null,
		validation: [],
		tokens: { input: 200, output: 340, cache_read: 1000, cache_write: null, reasoning: null },
		cost: { usd: 0.013, kind: 'reported', prices_as_of: null },
		limit: null,
		error: null,
		warnings: [],
		stderr: null,
		left_out: [],
		...over,
	};
}
