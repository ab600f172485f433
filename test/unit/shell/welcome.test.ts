import { describe, expect, it } from 'vitest';
import type { AgentOverview } from '../../../src/relay/conversation-contract.ts';
import { type FirstFacts, welcomeLines } from '../../../src/shell/welcome.ts';
import { columnsOf } from '../../../src/ui/text-width.ts';
import { createTheme } from '../../../src/ui/theme.ts';

const NOON = Date.parse('2025-12-01T12:00:00');
const theme = createTheme(false);
const relay = {
	active: () => ({ agent: 'claude', model: null, permissions: 'edit' as const }),
	place: () => ({ folder: '/repo/shop', worktree: '/repo/shop' }),
	session: () => null,
};

const agent = (name: string, over: Partial<AgentOverview> = {}): AgentOverview => ({
	agent: name,
	title: name,
	aliases: [],
	base: null,
	isDemo: false,
	executable: `/bin/${name}`,
	lookedAt: [],
	version: null,
	cannotAsk: null,
	login: { loggedIn: 'yes' } as AgentOverview['login'],
	install: '',
	limitedUntil: null,
	isLimited: false,
	isActive: false,
	refused: null,
	...over,
});

const FACTS: FirstFacts = {
	version: '0.2.0',
	choice: { agent: 'claude', model: 'sonnet-5.5' },
	repo: { kind: 'worktree', worktree: '/repo/shop', branch: 'main' },
	agents: [
		agent('claude'),
		agent('codex'),
		agent('opencode', { isLimited: true }),
		agent('gemini', { login: { loggedIn: 'no' } as AgentOverview['login'] }),
		agent('qwen', { executable: null }),
		agent('demo-sprinter', { isDemo: true }),
	],
	last: { title: 'Fold accents in the slug helper', endedAt: NOON - 7_200_000, plan: { done: 3, total: 5 } },
};

const rows = (columns: number, over: Partial<FirstFacts> = {}) =>
	welcomeLines(relay, { ...FACTS, ...over }, { theme, columns, now: NOON });

describe('the first rows of the shell', () => {
	it('say where and who works, who is ready, and what was left', () => {
		expect(rows(80)).toEqual([
			'agent-relay 0.2.0 · shop, main · claude sonnet-5.5 · edit',
			'  ready: claude, codex · limited: opencode · not logged in: gemini',
			'  last here: "Fold accents in the slug…", 2 h ago, plan 3 of 5 · /resume latest',
		]);
	});

	it('keep what matters at 40 columns', () => {
		expect(rows(40)).toEqual([
			'agent-relay 0.2.0 · claude · edit',
			'  ready: claude, codex',
			'  last here: 2 h ago · /resume latest',
		]);
	});

	it('cut the names of the ready ones where there are more than fit, and never leave their row empty', () => {
		const agents = ['claude', 'codex', 'copilot', 'opencode', 'gemini'].map((name) => agent(name));
		expect(rows(40, { agents })[1]).toBe('  ready: claude, codex, copilot, openc…');
	});

	it('are one where nothing more is known', () => {
		expect(rows(80, { agents: [], last: null, choice: null })).toEqual([
			'agent-relay 0.2.0 · shop, main · no agent · edit',
		]);
	});

	it('are never wider than the terminal, whatever others are called', () => {
		const last = { title: `a\x1b[2J${'字'.repeat(90)}`, endedAt: null, plan: null };
		const repo = { kind: 'worktree' as const, worktree: `/${'r'.repeat(90)}`, branch: 'b'.repeat(90) };
		for (let columns = 40; columns < 120; columns++)
			for (const row of rows(columns, { last, repo })) {
				expect(columnsOf(row)).toBeLessThan(columns);
				expect(row).not.toContain('\x1b');
			}
	});
});
