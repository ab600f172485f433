import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { TurnRequest } from '../../../../../src/agents/agent-adapter.ts';
import { codexAdapter } from '../../../../../src/agents/codex/adapter.ts';
import { fakeTurnRequest } from '../../../../helpers/fake-turn-request.ts';

const ALLOW = 'prefix_rule(pattern = ["touch"], decision = "allow")\n';
let root = '';
beforeEach(() => {
	root = mkdtempSync(join(tmpdir(), 'relay-rules-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function write(path: string, text: string): void {
	mkdirSync(dirname(join(root, path)), { recursive: true });
	writeFileSync(join(root, path), text);
}

function ignoresRules(request: Partial<TurnRequest> = {}): boolean {
	const { args } = codexAdapter.command({
		nativeSessionId: null,
		resume: false,
		model: null,
		permissions: 'read-only',
		allowCommands: [],
		isTrusted: false,
		folder: join(root, 'repo'),
		worktree: join(root, 'repo'),
		isGitRepo: true,
		isRoot: false,
		env: { HOME: root },
		...request,
	});
	return args.includes('--ignore-rules');
}

describe('rules that codex saved', () => {
	it('are left out below full, where they would let a command out of the sandbox', () => {
		expect(ignoresRules()).toBe(false);
		write('.codex/rules/default.rules', ALLOW);
		const answers = (['read-only', 'edit', 'full'] as const).map((permissions) =>
			ignoresRules({ permissions }),
		);
		expect(answers).toEqual([true, true, false]);
		expect(ignoresRules({ resume: true, nativeSessionId: '01a1fd14-1111-4222-8333-444444444444' })).toBe(
			true,
		);
	});

	it('stay under edit where one of them forbids something', () => {
		write('.codex/rules/default.rules', `${ALLOW}prefix_rule(pattern = ["git"], decision = "forbidden")\n`);
		expect(ignoresRules({ permissions: 'edit' })).toBe(false);
		expect(ignoresRules()).toBe(true);
	});

	it('are looked for where codex does', () => {
		write('other/rules/a.rules', ALLOW);
		expect(ignoresRules({ env: { HOME: root, CODEX_HOME: join(root, 'other') } })).toBe(true);
		write('repo/.codex/rules/a.rules', ALLOW);
		expect(ignoresRules({ isTrusted: true })).toBe(true);
		expect(ignoresRules({ isTrusted: false })).toBe(false);
		write('.codex/rules/readme.md', ALLOW);
		expect(ignoresRules({ isTrusted: false })).toBe(false);
	});
});

it('no reviewer of the user’s config decides below full', () => {
	const settings = (permissions: TurnRequest['permissions']) =>
		codexAdapter
			.command(
				fakeTurnRequest({
					permissions,
					folder: root,
					worktree: root,
				}),
			)
			.args.join(' ');
	for (const preset of ['read-only', 'edit'] as const)
		expect(settings(preset)).toContain('-c approval_policy="never" -c approvals_reviewer="user"');
	expect(settings('full')).not.toContain('approval_policy');
});
