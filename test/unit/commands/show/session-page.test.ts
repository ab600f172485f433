import { describe, expect, it } from 'vitest';
import { sessionPage } from '../../../../src/commands/show/session-page.ts';
import { parseLogLine } from '../../../../src/sessions/log/log-entry.ts';
import { columnsOf } from '../../../../src/ui/text-width.ts';
import { createTheme } from '../../../../src/ui/theme.ts';
import { fakeCheckpoint, fakeSessionMeta } from '../../../helpers/fake-session-meta.ts';
import { fakeTurnState } from '../../../helpers/fake-turn-state.ts';

const NOW = Date.parse('2026-01-01T01:00:00.000Z');
const look = { now: NOW, theme: createTheme(false), columns: 100 };
const meta = fakeSessionMeta({
	agents: { claude: { native_session_id: null, model: null, permissions: 'edit', turns: 1, last_turn: 1 } },
});
const page = (changes: Partial<Parameters<typeof sessionPage>[0]>) =>
	sessionPage({
		isOurs: true,
		...look,
		ownName: 'agent-relay',
		status: 'completed',
		reason: null,
		lineage: [{ meta, folder: '/repo/.agent-relay/sessions/X', turns: [fakeTurnState()], problems: [] }],
		...changes,
	});

describe('the page of a session', () => {
	it('tells id, status, task, agents and each turn with its outcome', () => {
		const text = page({}).join('\n');
		for (const part of [
			`${meta.id}  completed`,
			'fix it',
			'claude 1 turn',
			'began     1 h ago',
			'Turns\n  1  ',
		])
			expect(text).toContain(part);
	});

	it('has the prompt of a turn and the first line of its answer, and nothing that a terminal would obey', () => {
		const said = new Map([
			[1, { prompt: 'fix \u001b[2J\nthe login', answer: '\n\nDone: \u202eit works.\nMore.' }],
		]);
		const turns = [fakeTurnState(), fakeTurnState({ turn: 2 })];
		const rows = page({ lineage: [{ meta, folder: '/x', turns, problems: [], said }] });
		const at = rows.findIndex((row) => row.startsWith('  1  '));
		expect(rows[at + 1]).toMatch(/^ {5}› fix .*the login$/);
		expect(rows[at + 2]).toMatch(/^ {5}Done: .*it works\.$/);
		expect(rows.join('')).not.toMatch(/More|\u001b|\u202e/);
		expect(rows.filter((row) => row.includes('›'))).toHaveLength(1);
	});

	it('has what the agent asked in a turn, and what came of it', () => {
		const entry = (event: Record<string, unknown>, seq: number) =>
			parseLogLine(JSON.stringify({ ts: '2026-01-01T00:00:00.000Z', seq, ...event }));
		const question = (id: string, title: string) => ({
			...{ id, kind: 'permission', title, detail: '' },
			options: [{ id: 'allow', label: 'Allow' }],
		});
		const asks = (id: string, title: string) => ({
			...{ type: 'question_asked', turn: 1, agent: 'claude', denied_in_ms: 1 },
			question: question(id, title),
		});
		const answers = (id: string, answer: unknown, by: string) => ({
			...{ type: 'question_answered', turn: 1, id, answer, by },
		});
		const log = [
			asks('a', 'Run npm\u001b[2J test'),
			asks('b', 'Run rm -rf build'),
			answers('b', null, 'timeout'),
			answers('a', { option: 'allow', text: null }, 'user'),
			answers('z', { option: 'allow', text: null }, 'user'),
			asks('c', 'Push it?'),
		].flatMap((event, seq) => entry(event, seq) ?? []);
		const rows = page({ lineage: [{ meta, folder: '/x', turns: [fakeTurnState()], problems: [], log }] });
		expect(rows.filter((row) => row.includes('?')).map((row) => row.trim())).toEqual([
			'? Run npm test → allowed',
			'? Run rm -rf build → denied: nobody answered in time',
			'? Push it? → no answer recorded',
		]);
	});

	it('tells why a session stopped, its packet, who goes on and when', () => {
		const checkpoint = fakeCheckpoint({
			packet: 'resume/001-claude-codex.md',
			next_agent: 'codex',
			reset_at: '2026-01-01T02:00:00.000Z',
		});
		const entry = { meta: { ...meta, turn_count: 0, checkpoint }, folder: '/x', turns: [], problems: [] };
		const text = page({ status: 'checkpointed', reason: 'limit', lineage: [entry] }).join('\n');
		expect(text).toContain('checkpointed (limit)');
		expect(text).toContain('resume/001-claude-codex.md');
		expect(text).toMatch(/waits +for codex until .*\(in 1 h\)/);
		expect(text).toContain('No turn yet.');
	});

	it('does not deny the turns whose records are damaged', () => {
		const problems = ['/x/turns/001-state.json is damaged: not JSON'];
		const entry = { meta: { ...meta, turn_count: 1 }, folder: '/x', turns: [], problems };
		const text = page({ status: 'checkpointed', lineage: [entry] }).join('\n');
		expect(text).toContain('No turn can be read.');
		expect(text).toContain(`! ${problems[0]}`);
	});

	it('gives a path that does not fit beside its name a row of its own, and says nothing of a turn without figures', () => {
		const folder = `/home/dev/projects/shop/.agent-relay/sessions/${meta.id}`;
		const state = fakeTurnState({
			status: 'outcome_unknown',
			duration_ms: null,
			cost_usd: null,
			tokens: { input: null, output: null, cache_read: null, cache_write: null, reasoning: null },
			files: [],
			validation: [],
			error: null,
			warnings: [],
		});
		const lines = page({ columns: 76, lineage: [{ meta, folder, turns: [state], problems: [] }] });
		expect(lines).toContain(`  ${folder}`);
		expect(lines.filter((line) => line.trim() === '' && line !== '')).toEqual([]);
		expect(lines.filter((line) => columnsOf(line) > 76)).toEqual([]);
	});

	it('keeps to the width and makes the text of others safe', () => {
		const hostile = { ...meta, objective: `${'word '.repeat(60)}\x1b]0;x\x07\u202e` };
		const state = fakeTurnState({
			warnings: ['\x1b[31mred\x1b[0m\rover'],
			error: { code: 'x', message: 'y\x1b[2J'.repeat(30) },
		});
		const lines = page({
			columns: 40,
			lineage: [{ meta: hostile, folder: '/x', turns: [state], problems: ['bad\x07'] }],
		});
		expect(lines.filter((line) => columnsOf(line) > 40)).toEqual([]);
		expect(lines.join('')).not.toMatch(/[\x00-\x1f\u202e]/);
		expect(lines.join('')).toContain('\\x07');
	});

	it('shows the turns of the sessions that it goes on from', () => {
		const parent = {
			meta: fakeSessionMeta({ id: '01JD1111111111111111111111' }),
			folder: '/p',
			turns: [fakeTurnState()],
			problems: [],
		};
		const own = { meta, folder: '/x', turns: [fakeTurnState({ turn: 1, status: 'limited' })], problems: [] };
		const text = page({ lineage: [parent, own] }).join('\n');
		expect(text.indexOf('Turns of 01JD1111111111111111111111')).toBeLessThan(text.lastIndexOf('Turns'));
		expect(text).toContain('limited');
	});
});
