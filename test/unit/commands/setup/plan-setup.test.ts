import { describe, expect, it } from 'vitest';
import { foundCommands } from '../../../../src/commands/setup/found-commands.ts';
import {
	completionPlace,
	isNothing,
	orderFrom,
	planSetup,
} from '../../../../src/commands/setup/plan-setup.ts';

const NOW = {
	order: ['claude', 'codex'],
	preset: 'edit',
	notices: 'auto',
	allowed: ['npm test'],
	completionText: null,
	repo: '/r',
} as const;
const NOTHING = { order: null, preset: null, notices: null, allow: [], completion: null };
const FILE = { path: '/c', text: 'script', byHand: null };

describe('what setup writes', () => {
	it('is only what differs from what stands', () => {
		const wishes = {
			order: ['codex', 'claude'],
			preset: 'read-only',
			notices: 'bell',
			allow: ['npm test', 'npm run lint'],
			completion: FILE,
		} as const;
		expect(planSetup(wishes, NOW)).toEqual({
			values: [
				['agents.order', 'codex,claude'],
				['permissions.preset', 'read-only'],
				['notify.terminal', 'bell'],
			],
			allow: [{ command: 'npm run lint', repo: '/r' }],
			file: FILE,
		});
		expect(isNothing(planSetup(NOTHING, NOW))).toBe(true);
		const { order, notices } = NOW;
		const same = { order, preset: 'edit', notices, allow: ['npm test'], completion: FILE } as const;
		expect(isNothing(planSetup(same, { ...NOW, completionText: 'script' }))).toBe(true);
	});
});

describe('the order of agents', () => {
	it('has the first choice in front, then who can work, and loses nobody', () => {
		const ready = new Set(['codex', 'opencode']);
		expect(orderFrom(['claude', 'codex', 'gemini', 'opencode'], null, ready)).toEqual([
			'codex',
			'opencode',
			'claude',
			'gemini',
		]);
		expect(orderFrom(['claude:opus', 'codex'], 'claude', ready)).toEqual(['claude:opus', 'codex']);
		expect(orderFrom(['claude'], 'codex', ready)).toEqual(['codex', 'claude']);
	});
});

describe('commands found in a repo', () => {
	const found = (files: Record<string, string>) =>
		foundCommands({
			names: new Set(Object.keys(files)),
			text: (name) => files[name] ?? null,
			json: (name) => JSON.parse(files[name] ?? 'null'),
		});

	it('are checks by their own names, never words of the repo', () => {
		const scripts = { test: 'vitest', build: 'tsc', deploy: 'x', 'test && curl evil': 'y' };
		expect(found({ 'package.json': JSON.stringify({ scripts }) })).toEqual(['npm test', 'npm run build']);
		expect(found({ 'package.json': JSON.stringify({ scripts }), 'pnpm-lock.yaml': '' })).toEqual([
			'pnpm test',
			'pnpm run build',
		]);
		expect(found({ Makefile: 'test: all\n\tmake\ninstall:\ncheck := 1\nlint :\n' })).toEqual([
			'make test',
			'make lint',
		]);
		expect(found({ 'Cargo.toml': '', 'go.mod': '', 'pyproject.toml': '[tool.pytest.ini_options]' })).toEqual([
			'cargo test',
			'cargo clippy',
			'go test ./...',
			'go vet ./...',
			'pytest',
		]);
	});

	it.each(['[]', 'null', '"x"', '{"scripts":[]}', '{"scripts":{"__proto__":1}}'])(
		'are none for a package.json of %s',
		(text) => {
			expect(found({ 'package.json': text })).toEqual([]);
		},
	);
});

describe('the place of completion', () => {
	it('is known for each shell that there is a script for', () => {
		const homes = { home: '/h', dataHome: '/h/.local/share', configHome: '/h/.config' };
		expect(completionPlace('bash', homes)?.path).toBe(
			'/h/.local/share/bash-completion/completions/agent-relay',
		);
		expect(completionPlace('zsh', homes)?.byHand).toContain('fpath');
		expect(completionPlace('fish', homes)?.path).toBe('/h/.config/fish/completions/agent-relay.fish');
		expect(completionPlace('nu', homes)).toBe(null);
	});
});
