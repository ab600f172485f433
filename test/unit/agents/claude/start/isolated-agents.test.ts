import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isolatedAgents } from '../../../../../src/agents/claude/start/isolated-agents.ts';

let root = '';
beforeEach(() => {
	root = mkdtempSync(join(tmpdir(), 'relay-isolated-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function write(path: string, text: string): void {
	mkdirSync(dirname(join(root, path)), { recursive: true });
	writeFileSync(join(root, path), text);
}

const agent = (name: string, more = 'isolation: worktree') =>
	`---\nname: ${name}\ndescription: Looks in isolation.\n${more}\n---\nLook.\n`;

function refused(request: { isTrusted?: boolean; folder?: string; env?: Record<string, string> } = {}) {
	const { isTrusted = false, folder = 'repo', env = { HOME: root } } = request;
	return isolatedAgents({ env, isTrusted, folder: join(root, folder), worktree: join(root, 'repo') });
}

describe('agents of claude that ask for a checkout of their own', () => {
	it('are refused by name, in any folder of the user’s agents and through links', () => {
		expect(refused()).toEqual([]);
		write('.claude/agents/a.md', agent('away'));
		write('.claude/agents/deep/er/b.md', agent('"far"  # comment'));
		write('elsewhere/c.md', agent("'linked'"));
		symlinkSync(join(root, 'elsewhere'), join(root, '.claude/agents/link'));
		symlinkSync(join(root, '.claude/agents'), join(root, '.claude/agents/deep/loop'));
		expect(refused()).toEqual(['Agent(away)', 'Agent(far)', 'Agent(linked)']);
		expect(refused({ env: { HOME: root, CLAUDE_CONFIG_DIR: join(root, 'other') } })).toEqual([]);
	});

	it('are looked for in a repo only once it is trusted, from the folder up, and in the main checkout', () => {
		write('main/.claude/agents/a.md', agent('of-main'));
		write('repo/.git', `gitdir: ${join(root, 'main/.git/worktrees/repo')}\n`);
		write('repo/.claude/agents/b.md', agent('of-root'));
		write('repo/sub/.claude/agents/c.md', agent('of-sub'));
		expect(refused({ folder: 'repo/sub' })).toEqual([]);
		expect(refused({ isTrusted: true })).toEqual(['Agent(of-main)', 'Agent(of-root)']);
		expect(refused({ isTrusted: true, folder: 'repo/sub' })).toContain('Agent(of-sub)');
	});

	it.each(['"isolation" : worktree', 'isolation: >-\n  worktree', 'isolation: remote'])(
		'are known by the key alone: %j',
		(more) => {
			write('.claude/agents/a.md', agent('away', more));
			expect(refused()).toEqual(['Agent(away)']);
		},
	);

	it('are not those that only speak of isolation, have no name, or are no files', () => {
		write('.claude/agents/a.md', `${agent('plain', 'tools: Read')}\nisolation: worktree\n`);
		write('.claude/agents/b.md', '---\nisolation: worktree\n---\nLook.\n');
		write('.claude/agents/c.txt', agent('text'));
		mkdirSync(join(root, '.claude/agents/d.md'));
		expect(refused()).toEqual([]);
	});

	it('are refused with all others if a name cannot be written in a rule', () => {
		write('.claude/agents/a.md', agent('away'));
		for (const name of ['two words', 'x),Bash(*', '>-\n  folded', '*']) {
			write('.claude/agents/b.md', agent(name));
			expect(refused()).toEqual(['Agent']);
		}
	});
});
