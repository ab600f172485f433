import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { TurnRequest } from '../../../src/agents/agent-adapter.ts';
import { opencodeAdapter } from '../../../src/agents/opencode/adapter.ts';
import { RelayError } from '../../../src/core/errors.ts';
import { fakeTurnRequest } from '../../helpers/fake-turn-request.ts';

let folder = '';

beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), 'opencode-folders-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function commandOf(request: Partial<TurnRequest> = {}) {
	return opencodeAdapter.command(
		fakeTurnRequest({
			folder: folder,
			worktree: folder,
			...request,
		}),
	);
}
const configOf = (request: Partial<TurnRequest> = {}) =>
	JSON.parse(commandOf(request).env.OPENCODE_CONFIG_CONTENT ?? 'null');

describe('a repo that is not trusted', () => {
	const place = () => ({ isTrusted: false, folder, worktree: folder, isGitRepo: true, env: {} });

	it('is worked in without its own configuration', () => {
		expect(commandOf({ isTrusted: false }).env.OPENCODE_DISABLE_PROJECT_CONFIG).toBe('1');
		expect(commandOf().env.OPENCODE_DISABLE_PROJECT_CONFIG).toBeUndefined();
	});

	it.each(['.opencode', 'opencode.json', 'opencode.jsonc'])('is refused where it has %s', (name) => {
		expect(opencodeAdapter.refusal?.(place())).toBeNull();
		writeFileSync(join(folder, name), '');
		expect(opencodeAdapter.refusal?.(place())).toContain(name);
		expect(() => commandOf({ isTrusted: false })).toThrow(RelayError);
		expect(opencodeAdapter.refusal?.({ ...place(), isTrusted: true })).toBeNull();
	});

	it('is also what stands in each folder from where it starts up to the root', () => {
		const start = join(folder, 'a', 'b');
		mkdirSync(start, { recursive: true });
		expect(opencodeAdapter.refusal?.({ ...place(), folder: start })).toBeNull();
		for (const at of [start, join(folder, 'a'), folder]) {
			writeFileSync(join(at, 'opencode.json'), '');
			expect(opencodeAdapter.refusal?.({ ...place(), folder: start })).toContain(join(at, 'opencode.json'));
			rmSync(join(at, 'opencode.json'));
		}
		expect(commandOf({ folder: start }).args).toContain(`--dir=${start}`);
	});

	it('is also what stands above a folder without git, up to the home of the user', () => {
		const worktree = join(folder, 'a', 'b');
		mkdirSync(worktree, { recursive: true });
		writeFileSync(join(folder, 'a', 'opencode.json'), '');
		expect(opencodeAdapter.refusal?.({ ...place(), folder: worktree, worktree, isGitRepo: false })).toContain(
			'opencode.json',
		);
		expect(opencodeAdapter.refusal?.({ ...place(), folder: worktree, worktree })).toBeNull();
		const env = { HOME: join(folder, 'a') };
		expect(
			opencodeAdapter.refusal?.({ ...place(), folder: worktree, worktree, isGitRepo: false, env }),
		).toBeNull();
	});
});

describe('the status plugin of opencode', () => {
	const install = (at: string) => {
		const path = join(at, 'node_modules', '@opencode-ai', 'plugin');
		mkdirSync(path, { recursive: true });
		writeFileSync(join(path, 'package.json'), '{}');
	};
	const pluginOf = (request: Partial<TurnRequest> = {}) =>
		configOf({ env: { HOME: folder }, ...request }).plugin;

	it('is given only where its package is there already', () => {
		expect(pluginOf()).toBeUndefined();
		install(join(folder, '.config', 'opencode'));
		expect(pluginOf()).toEqual([expect.stringMatching(/^file:\/\/.*relay-plugin\.[jt]s$/)]);
	});

	it('is not given where another configuration folder would still wait for the package', () => {
		install(join(folder, '.config', 'opencode'));
		mkdirSync(join(folder, '.opencode'));
		expect(pluginOf()).toBeUndefined();
		install(join(folder, '.opencode'));
		expect(pluginOf()).toHaveLength(1);
	});

	it('stands behind the plugins of the user', () => {
		const env = { HOME: folder, OPENCODE_CONFIG_CONTENT: '{"plugin":["mine"]}' };
		install(join(folder, '.config', 'opencode'));
		expect(pluginOf({ env })).toEqual(['mine', expect.stringContaining('relay-plugin')]);
	});
});
