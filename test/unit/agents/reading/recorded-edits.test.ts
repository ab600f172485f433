import { expect, it } from 'vitest';
import type { AgentAdapter } from '../../../../src/agents/agent-adapter.ts';
import { claudeAdapter } from '../../../../src/agents/claude/adapter.ts';
import { codexAdapter } from '../../../../src/agents/codex/adapter.ts';
import type { FileEdit } from '../../../../src/agents/events.ts';
import { geminiAdapter } from '../../../../src/agents/gemini/adapter.ts';
import { opencodeAdapter } from '../../../../src/agents/opencode/adapter.ts';
import { loadFixture, replay } from '../../../helpers/replay-fixture.ts';

function recorded(adapter: AgentAdapter, name: string): FileEdit[] {
	const { events } = replay(adapter, loadFixture(adapter.id, name));
	return events.flatMap((event) => (event.type === 'tool_result' ? (event.edits ?? []) : []));
}

const numbered = (path: string, lines: string[]) => [
	{ path, kind: 'edit', added: 1, removed: 1, hunks: [{ oldStart: 1, newStart: 1, lines }] },
];

it('reads what claude, opencode and gemini report of an edit, and only the file where codex reports no lines', () => {
	expect(recorded(claudeAdapter, 'edit-file')).toEqual(
		numbered('/repo/math.js', [
			'-export const add = (a, b) => a + b;',
			'+export const add = (a, b) => a - b;',
		]),
	);
	expect(recorded(opencodeAdapter, 'edit-file')).toEqual(
		numbered('/repo/src/a.txt', ['-old value', '+new value', ' keep']),
	);
	expect(recorded(geminiAdapter, 'edit-file')).toMatchObject([
		{ path: '/repo/src/a.txt', hunks: [{ oldStart: null, lines: ['-old value', '+new value'] }] },
	]);
	expect(recorded(codexAdapter, 'edit-file')).toEqual([
		{ path: '/repo/math.js', kind: 'edit', added: null, removed: null, hunks: [] },
	]);
});

it('reports no edit of a call that was refused or failed', () => {
	expect(recorded(claudeAdapter, 'permission-denied-write')).toEqual([]);
	expect(recorded(codexAdapter, 'edit-bad-patch')).toEqual([]);
	expect(recorded(opencodeAdapter, 'denied-edit')).toEqual([]);
});
