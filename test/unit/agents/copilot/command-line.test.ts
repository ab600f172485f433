import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { TurnRequest } from '../../../../src/agents/agent-adapter.ts';
import { copilotCommand, isNativeId } from '../../../../src/agents/copilot/command-line.ts';

const ID = '0199d3c1-7f1e-4b43-9c0d-2f6a5a1b2c3d';
let root = '';

beforeEach(() => {
	root = realpathSync(mkdtempSync(join(tmpdir(), 'relay-copilot-')));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function write(path: string, content: unknown): void {
	const full = join(root, path);
	mkdirSync(dirname(full), { recursive: true });
	writeFileSync(full, typeof content === 'string' ? content : JSON.stringify(content));
}

const turn = (changes: Partial<TurnRequest> = {}): TurnRequest => ({
	nativeSessionId: ID,
	resume: false,
	model: null,
	permissions: 'edit',
	allowCommands: [],
	isTrusted: false,
	folder: join(root, 'repo'),
	worktree: join(root, 'repo'),
	isGitRepo: true,
	isRoot: false,
	env: { HOME: join(root, 'home') },
	...changes,
});

const argsOf = (changes: Partial<TurnRequest> = {}) => copilotCommand(turn(changes)).args;
const saved = (approvals: unknown[]) => ({ locations: { '/elsewhere': { tool_approvals: approvals } } });
const commands = (...commandIdentifiers: unknown[]) => ({ kind: 'commands', commandIdentifiers });
const APPROVALS = 'home/.copilot/permissions-config.json';

describe('the command line of copilot', () => {
	it('gives a fresh conversation its id, and fails where one to resume is lost', () => {
		expect(argsOf().slice(0, 4)).toEqual(['--output-format', 'json', '--session-id', ID]);
		expect(argsOf({ resume: true })[2]).toBe(`--resume=${ID}`);
		expect(() => copilotCommand(turn({ nativeSessionId: '--yolo', resume: true }))).toThrow(/not the id/);
		expect(isNativeId('latest')).toBe(false);
	});

	it('has the three presets, with allowed commands under edit alone', () => {
		const allowCommands = ['npm test', 'rm -rf $HOME', 'a(b)'];
		expect(argsOf({ permissions: 'read-only', allowCommands }).slice(4)).toEqual(['--deny-tool=write']);
		expect(argsOf({ allowCommands }).slice(4)).toEqual([
			'--allow-tool=write',
			'--allow-tool=shell(npm test)',
		]);
		expect(argsOf({ permissions: 'full', allowCommands }).slice(4)).toEqual(['--allow-all']);
	});

	it('passes model, pictures and the whole worktree', () => {
		const folder = join(root, 'repo/sub');
		const args = argsOf({ model: 'gpt-5.4', pictures: ['/a b.png'], folder });
		expect(args).toEqual(
			expect.arrayContaining(['--model=gpt-5.4', '--attachment=/a b.png', `--add-dir=${join(root, 'repo')}`]),
		);
	});

	it('takes away what widens a preset, runs code of the repo or cuts the prompt', () => {
		expect(copilotCommand(turn()).env).toEqual({
			COPILOT_ALLOW_ALL: null,
			COPILOT_PROMPT_TURN_DELIMITER: null,
			GITHUB_COPILOT_PROMPT_MODE_REPO_HOOKS: null,
			GITHUB_COPILOT_PROMPT_MODE_WORKSPACE_MCP: null,
			GITHUB_COPILOT_PROMPT_MODE_EXTENSIONS: null,
		});
	});
});

describe('approvals that were saved in copilot itself', () => {
	it('are refused by name, except under full and where the user allowed the command here', () => {
		write(APPROVALS, saved([commands('touch', 'npm run'), commands('touch'), { kind: 'write' }]));
		expect(argsOf({ permissions: 'read-only' }).slice(4)).toEqual([
			'--deny-tool=write',
			'--deny-tool=shell(touch)',
			'--deny-tool=shell(npm run)',
		]);
		expect(argsOf({ allowCommands: ['npm run build', 'touchy'] })).toEqual(
			expect.not.arrayContaining(['--deny-tool=shell(npm run)']),
		);
		expect(argsOf({ allowCommands: ['touchy'] })).toContain('--deny-tool=shell(touch)');
		expect(argsOf({ permissions: 'full' }).slice(4)).toEqual(['--allow-all']);
	});

	it.each([
		['not JSON', '{'],
		['a command that no rule can name', saved([commands('rm $(x)')])],
		['no list of commands', saved([{ kind: 'commands' }])],
		['something else than words', saved([commands(7)])],
		[
			'more commands than a command line takes',
			saved([commands(...Array.from({ length: 500 }, (_, at) => `c${at}`))]),
		],
	])('with %s close the whole shell', (_, content) => {
		write(APPROVALS, content);
		for (const permissions of ['read-only', 'edit'] as const)
			expect(argsOf({ permissions })).toContain('--deny-tool=shell');
	});

	it('include MCP servers under read-only, and are found where COPILOT_HOME says', () => {
		write(
			'other/permissions-config.json',
			saved([{ kind: 'mcp', serverName: 'db', toolName: null }, commands('make')]),
		);
		const env = { HOME: join(root, 'home'), COPILOT_HOME: join(root, 'other') };
		expect(argsOf({ permissions: 'read-only', env }).slice(5)).toEqual([
			'--deny-tool=shell(make)',
			'--deny-tool=db',
		]);
		expect(argsOf({ env })).not.toContain('--deny-tool=db');
		expect(argsOf().slice(5)).toEqual([]);
	});
});

describe('a repo that is not trusted', () => {
	it('gets no sub-agents where it has agent files: their servers would start', () => {
		mkdirSync(join(root, 'repo/.github/agents'), { recursive: true });
		const folder = join(root, 'repo/sub');
		expect(argsOf({ folder })).toContain('--excluded-tools=task');
		expect(argsOf({ folder, isTrusted: true })).not.toContain('--excluded-tools=task');
	});

	it.each(['.github/hooks/x.json', '.mcp.json', '.claude/settings.json', '.github/copilot/settings.json'])(
		'with %s does not start where copilot itself trusts the folder',
		(path) => {
			write(`repo/${path}`, '{}');
			expect(argsOf()).toContain('json');
			for (const trusted of [join(root, 'repo'), root]) {
				write('home/.copilot/config.json', `// a comment\n${JSON.stringify({ trustedFolders: [trusted] })}`);
				expect(() => copilotCommand(turn())).toThrow(
					/trusts this folder itself and would start what .* names/,
				);
				expect(copilotCommand(turn({ isTrusted: true })).args).toContain('json');
			}
			write('home/.copilot/config.json', JSON.stringify({ trustedFolders: [`${root}/rep`] }));
			expect(argsOf()).toContain('json');
		},
	);

	it('starts where copilot trusts the folder and the repo has nothing to start', () => {
		write('home/.copilot/config.json', JSON.stringify({ trustedFolders: [root] }));
		expect(argsOf()).toContain('json');
	});
});
