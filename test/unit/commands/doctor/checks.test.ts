import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkAgents } from '../../../../src/commands/doctor/checks/agents.ts';
import { checkNode, checkTerminal, describeDisk } from '../../../../src/commands/doctor/checks/machine.ts';
import type { Finding } from '../../../../src/commands/doctor/finding.ts';
import { isOlder, TESTED_VERSIONS } from '../../../../src/commands/doctor/tested-versions.ts';
import type { AgentOverview } from '../../../../src/relay/conversation-contract.ts';

const GB = 1024 ** 3;
const levels = (findings: readonly Finding[]) => findings.map(({ area, level }) => `${area} ${level}`);

const agent = (over: Partial<AgentOverview>): AgentOverview => ({
	agent: 'claude',
	title: 'Claude Code',
	aliases: [],
	base: null,
	isDemo: false,
	executable: '/bin/claude',
	lookedAt: [],
	version: '2.1.330',
	cannotAsk: null,
	login: { loggedIn: 'yes', evidence: 'a login is there', account: 'default', advice: 'claude, then /login' },
	install: 'npm install -g @anthropic-ai/claude-code',
	limitedUntil: null,
	isLimited: false,
	isActive: false,
	refused: null,
	...over,
});

describe('doctor on the machine', () => {
	it('asks for a newer Node than one that is too old', () => {
		expect(levels(checkNode('20.20.2', '/n'))).toEqual(['node ok']);
		expect(levels(checkNode('18.20.0', '/n'))).toEqual(['node problem']);
	});

	it('says what the terminal can, and which is too small or not UTF-8', () => {
		const look = (env: Record<string, string>, columns = 100) =>
			checkTerminal({ size: { columns, rows: 30 }, hasColor: true, env });
		const [kitty] = look({ LANG: 'C.UTF-8', TERM: 'xterm-kitty' });
		expect(kitty).toMatchObject({ level: 'ok', what: expect.stringContaining('kitty protocol') });
		const [inTmux] = look({ LANG: 'C.UTF-8', TERM: 'tmux-256color', TMUX: '1', KITTY_WINDOW_ID: '1' });
		expect(inTmux?.what).toContain('Ctrl+J');
		expect(levels(look({ LANG: 'C.UTF-8' }, 30))).toEqual(['terminal note']);
		expect(levels(look({ LANG: 'POSIX' }))).toEqual(['terminal ok', 'terminal note']);
		expect(levels(look({ LC_ALL: 'C', LANG: 'C.UTF-8' }))).toEqual(['terminal ok', 'terminal note']);
		expect(levels(checkTerminal({ size: null, hasColor: false, env: { LANG: 'en_US.utf8' } }))).toEqual([
			'terminal ok',
		]);
	});

	it.each([
		[50 * GB, null, 'ok'],
		[GB / 2, 100_000, 'note'],
		[GB / 20, 100_000, 'problem'],
		[50 * GB, 3, 'problem'],
	])('judges %d bytes and %s files free: %s', (freeBytes, freeFiles, level) => {
		expect(describeDisk({ path: '/', freeBytes, freeFiles }).level).toBe(level);
	});
});

describe('doctor on agents', () => {
	it('wants one that can work', () => {
		const missing = agent({ executable: null, version: null, login: null });
		expect(levels(checkAgents([missing]))).toEqual(['agents problem']);
		expect(checkAgents([missing])[0]?.toDo).toContain('npm install -g');
		const out = agent({
			login: { loggedIn: 'no', evidence: '', account: '', advice: 'claude, then /login' },
		});
		expect(levels(checkAgents([out]))).toEqual(['claude problem', 'agents problem']);
		expect(levels(checkAgents([agent({}), { ...missing, agent: 'codex' }]))).toEqual([
			'claude ok',
			'agents note',
		]);
	});

	it('knows the versions that were tested', () => {
		expect(levels(checkAgents([agent({ version: '2.1.100' })]))).toEqual(['claude problem']);
		expect(levels(checkAgents([agent({ version: '2.2.0' })]))).toEqual(['claude note']);
		expect(levels(checkAgents([agent({ version: null })]))).toEqual(['claude ok']);
		expect(levels(checkAgents([agent({ refused: 'it lies in the repo' })]))).toEqual([
			'claude problem',
			'agents problem',
		]);
	});

	it('has the versions of the table in docs/agents.md', () => {
		const page = readFileSync(resolve(import.meta.dirname, '../../../../docs/agents.md'), 'utf8');
		for (const [name, title] of [
			['claude', 'Claude Code'],
			['codex', 'Codex CLI'],
			['gemini', 'Gemini CLI'],
			['opencode', 'OpenCode'],
		] as const) {
			const row = new RegExp(`^\\| ${title} \\| ([^|]+) \\|`, 'm').exec(page)?.[1] ?? '';
			const versions = row.match(/\d+\.\d+\.\d+/g) ?? [];
			expect(TESTED_VERSIONS[name], title).toEqual([versions[0], versions.at(-1)]);
		}
	});

	it.each([
		['2.1.9', '2.1.10', true],
		['2.1.10', '2.1.10', false],
		['0.200.0', '1.0.0', true],
		['v22.1.0', '20.19.0', false],
		['2.39', '2.36.0', false],
	])('%s comes before %s: %s', (version, than, before) => {
		expect(isOlder(version, than)).toBe(before);
	});
});
