import { describe, expect, it } from 'vitest';
import type { Recap } from '../../../../src/relay/resume/recap.ts';
import { columnsOf } from '../../../../src/ui/text-width.ts';
import { createTheme } from '../../../../src/ui/theme.ts';
import { recapLines } from '../../../../src/view/transcript/recap-lines.ts';

type RecapNext = NonNullable<Parameters<typeof recapLines>[1]['next']>;

const NOW = new Date(2026, 0, 1, 14, 30).getTime();
const RECAP: Recap = {
	title: null,
	turns: 1,
	agents: ['claude'],
	endedAt: NOW - 7_200_000,
	said: [{ prompt: 'fix the login', answer: { who: 'claude', text: '\n## Done\n\nIt works.' } }],
	files: [],
	failing: [],
	pending: null,
	stopped: null,
	plan: [],
	undone: { own: [], others: 0 },
	permissions: 'edit',
};
const NEXT: RecapNext = {
	choice: { agent: 'claude', model: null },
	permissions: 'edit',
	full: '/permissions full',
};
const rows = (changes: Partial<Recap> = {}, columns = 100, next: RecapNext | null = NEXT) =>
	recapLines(
		{ ...RECAP, ...changes },
		{
			theme: createTheme(false),
			columns,
			now: NOW,
			called: (path) => `/${path}`,
			next,
		},
	);

describe('the recap of a session', () => {
	it('has turns, agents, age, the last prompt and how the last answer begins', () => {
		expect(rows()).toEqual([
			'  1 turn · claude · 2 h ago',
			'  › fix the login',
			'  claude: Done',
			'  next: claude · edit',
			'  all of it: /show',
		]);
	});

	it('has the last of what was said, what was changed, and checks that fail', () => {
		const change = { change: 'modified', added: 4, removed: 1, source: 'git' } as const;
		expect(
			rows({
				turns: 5,
				said: [
					{ prompt: 'first', answer: { who: 'claude', text: 'One.\nMore.' } },
					{ prompt: 'second', answer: null },
					{ prompt: null, answer: { who: 'codex', text: 'Three.' } },
				],
				files: [
					{ path: 'src/a.ts', ...change },
					{ path: 'b\u001b[2J.ts', ...change },
				],
				failing: ['npm test', 'npm run\nlint'],
			}),
		).toEqual([
			'  5 turns · claude · 2 h ago',
			'  › first',
			'  claude: One.',
			'  › second',
			'  codex: Three.',
			'  failing: npm test',
			'  failing: npm run lint',
			expect.stringMatching(/^ {2}changed: 2 files \+8 -2 · src\/a\.ts, b[^\u001b]*\.ts$/),
			'  next: claude · edit',
			'  all of it: /show',
		]);
	});

	it('has who is next with what holds now, and that full was not given again', () => {
		const tail = (had: Recap['permissions'], next: RecapNext | null) =>
			rows({ permissions: had }, 100, next).slice(3, -1);
		expect(tail('full', { ...NEXT, choice: { agent: 'codex', model: 'gpt-5' } })).toEqual([
			'  next: codex gpt-5 · edit',
			'  full is not given again by itself: /permissions full',
		]);
		expect(tail('full', { ...NEXT, permissions: 'full' })).toEqual(['  next: claude · full']);
		expect(tail('edit', { ...NEXT, choice: null })).toEqual(['  next: nobody can work now · edit']);
		expect(tail('full', null)).toEqual([]);
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
			'  next: claude · edit',
			'  all of it: /show',
		]);
	});

	const whole = (columns: number) => {
		const change = { change: 'modified', added: 40, removed: 12, source: 'git' } as const;
		const recap: Partial<Recap> = {
			title: 'Login without a limit',
			turns: 12,
			agents: ['claude', 'codex'],
			said: [
				{
					prompt: 'find out why logins fail after an hour',
					answer: { who: 'claude', text: 'The token is not renewed: `refresh()` is never called.' },
				},
				{
					prompt: 'mend it, with a test',
					answer: { who: 'codex', text: '日本語のテストを書きました。`npm test` はまだ失敗します。' },
				},
			],
			stopped: { reason: 'limit', nextAgent: 'codex', resetAt: NOW + 7_200_000 },
			failing: ['npm test'],
			files: ['src/session/refresh-token.ts', 'test/session/refresh-token.test.ts', 'docs/login.md'].map(
				(path) => ({ path, ...change }),
			),
			permissions: 'full',
		};
		const next = { ...NEXT, choice: { agent: 'codex', model: 'gpt-5' } };
		const shown = rows(recap, columns, next);
		expect(shown.filter((row) => columnsOf(row) > columns)).toEqual([]);
		return shown.join('\n');
	};

	it('fits a screen of 100 columns', () => {
		expect(whole(100)).toMatchInlineSnapshot(`
			"  "Login without a limit" · 12 turns · claude, codex · 2 h ago
			  › find out why logins fail after an hour
			  claude: The token is not renewed: \`refresh()\` is never called.
			  › mend it, with a test
			  codex: 日本語のテストを書きました。\`npm test\` はまだ失敗します。
			  stopped: limit · codex is next · until 16:30 (in 2 h)
			  failing: npm test
			  changed: 3 files +120 -36 · src/session/refresh-token.ts, test/session/refresh-token.test.ts, doc…
			  next: codex gpt-5 · edit
			  full is not given again by itself: /permissions full
			  all of it: /show"
		`);
	});

	it('fits a screen of 80 columns', () => {
		expect(whole(80)).toMatchInlineSnapshot(`
			"  "Login without a limit" · 12 turns · claude, codex · 2 h ago
			  › find out why logins fail after an hour
			  claude: The token is not renewed: \`refresh()\` is never called.
			  › mend it, with a test
			  codex: 日本語のテストを書きました。\`npm test\` はまだ失敗します。
			  stopped: limit · codex is next · until 16:30 (in 2 h)
			  failing: npm test
			  changed: 3 files +120 -36 · src/session/refresh-token.ts, test/session/refres…
			  next: codex gpt-5 · edit
			  full is not given again by itself: /permissions full
			  all of it: /show"
		`);
	});

	it('fits a screen of 40 columns', () => {
		expect(whole(40)).toMatchInlineSnapshot(`
			"  "Login without a limit" · 12 turns · …
			  › find out why logins fail after an h…
			  claude: The token is not renewed: \`re…
			  › mend it, with a test
			  codex: 日本語のテストを書きました。\`n…
			  stopped: limit · codex is next · unti…
			  failing: npm test
			  changed: 3 files +120 -36 · src/sessi…
			  next: codex gpt-5 · edit
			  full is not given again by itself: /p…
			  all of it: /show"
		`);
	});

	it('names a waiting prompt that is not the last one, and leaves out what is over', () => {
		const plan = [{ text: 'read', status: 'completed' as const }];
		const stopped = { reason: 'limit' as const, nextAgent: null, resetAt: NOW - 1 };
		expect(rows({ pending: 'another task', stopped, plan }, 100, null).slice(3)).toEqual([
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
				said: [{ prompt: hostile, answer: { who: hostile, text: hostile } }],
				failing: [hostile],
				pending: 'z',
				plan,
			},
			40,
			{ ...NEXT, choice: { agent: hostile, model: hostile } },
		);
		expect(shown).toHaveLength(9);
		expect(shown.filter((row) => columnsOf(row) > 40)).toEqual([]);
		expect(shown.join('')).not.toMatch(/[\u0000-\u001f\u202e]/);
	});
});
