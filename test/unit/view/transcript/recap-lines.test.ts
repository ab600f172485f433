import { describe, expect, it } from 'vitest';
import type { Recap } from '../../../../src/relay/resume/recap.ts';
import { columnsOf } from '../../../../src/ui/text-width.ts';
import { createTheme } from '../../../../src/ui/theme.ts';
import { recapLines } from '../../../../src/view/transcript/recap-lines.ts';

const NOW = new Date(2026, 0, 1, 14, 30).getTime();
const RECAP: Recap = {
	title: null,
	turns: 1,
	agents: ['claude'],
	endedAt: NOW - 7_200_000,
	prompt: 'fix the login',
	answer: { who: 'claude', text: '\n## Done\n\nIt works.' },
	pending: null,
	stopped: null,
	plan: [],
	undone: { own: [], others: 0 },
};
const rows = (changes: Partial<Recap> = {}, columns = 100) =>
	recapLines(
		{ ...RECAP, ...changes },
		{
			theme: createTheme(false),
			columns,
			now: NOW,
			called: (path) => `/${path}`,
		},
	);

describe('the recap of a session', () => {
	it('has turns, agents, age, the last prompt and how the last answer begins', () => {
		expect(rows()).toEqual([
			'  1 turn · claude · 2 h ago',
			'  › fix the login',
			'  claude: Done',
			'  all of it: /show',
		]);
	});

	it('has why it stopped, what waits and for whom, the plan, and what is undone', () => {
		const shown = rows({
			title: 'Login',
			turns: 4,
			agents: ['claude', 'codex'],
			pending: 'fix the login',
			stopped: { reason: 'outcome_unknown', nextAgent: 'codex', resetAt: NOW + 7_200_000 },
			plan: [
				{ text: 'read', status: 'completed' },
				{ text: 'write a test', status: 'in_progress' },
				{ text: 'mend', status: 'pending' },
			],
			undone: { own: [2, 3], others: 1 },
		});
		expect(shown).toEqual([
			'  "Login" · 4 turns · claude, codex · 2 h ago',
			'  › fix the login',
			'  claude: Done',
			'  stopped: outcome unknown · your prompt waits for codex · until 16:30 (in 2 h)',
			'  plan: 1 of 3 done · next: write a test',
			'  undone: turns 2, 3 and 1 turn of the sessions before · /redo',
			'  all of it: /show',
		]);
	});

	it('names a waiting prompt that is not the last one, and leaves out what is over', () => {
		const plan = [{ text: 'read', status: 'completed' as const }];
		const stopped = { reason: 'limit' as const, nextAgent: null, resetAt: NOW - 1 };
		expect(rows({ pending: 'another task', stopped, plan, answer: null }).slice(2)).toEqual([
			'  stopped: limit · your prompt waits',
			'  waits: another task',
			'  all of it: /show',
		]);
	});

	it('keeps each fact to one row of the width, and makes the text of others safe', () => {
		const hostile = 'x\u001b]0;t\u0007\u202e\ny '.repeat(40);
		const plan = [{ text: hostile, status: 'pending' as const }];
		const shown = rows(
			{
				title: hostile,
				agents: [hostile],
				prompt: hostile,
				answer: { who: hostile, text: hostile },
				pending: 'z',
				plan,
			},
			40,
		);
		expect(shown).toHaveLength(7);
		expect(shown.filter((row) => columnsOf(row) > 40)).toEqual([]);
		expect(shown.join('')).not.toMatch(/[\u0000-\u001f\u202e]/);
	});
});
