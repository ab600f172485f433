import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { tuiOf } from '../../../../src/agents/tui/tuis.ts';
import { passedArguments, type WrapPlace } from '../../../../src/commands/attach/passed-arguments.ts';
import type { RelayError } from '../../../../src/core/errors.ts';

let base: string;
beforeEach(() => {
	base = realpathSync(mkdtempSync(join(tmpdir(), 'relay-wrap-')));
	mkdirSync(join(base, 'repo/plug'), { recursive: true });
	mkdirSync(join(base, 'home'));
});
afterEach(() => rmSync(base, { recursive: true }));

function pass(words: string[], { agent = 'claude', ...over }: Partial<WrapPlace> = {}): string[] {
	const tui = tuiOf(agent);
	if (tui === null) throw new Error(`${agent} has no TUI`);
	const worktree = join(base, 'repo');
	const place = { agent, folder: worktree, home: join(base, 'home'), worktree, isTrusted: false };
	return passedArguments(words, tui, { ...place, ownName: 'agent-relay', ...over });
}

function refusal(...given: Parameters<typeof pass>): Pick<RelayError, 'code' | 'message' | 'hint'> {
	try {
		pass(...given);
	} catch (error) {
		return error as RelayError;
	}
	throw new Error('nothing was refused');
}

describe('what is typed behind a wrapped agent', () => {
	it('goes on with paths as they are seen from where they were typed', () => {
		expect(pass(['--add-dir', '../lib', '~/docs', '--ide'])).toEqual([
			`--add-dir=${join(base, 'lib')}`,
			`--add-dir=${join(base, 'home/docs')}`,
			'--ide',
		]);
	});

	it('is refused by its name where it is the relay’s, with the way to say it to the relay', () => {
		expect(refusal(['--model', 'opus'])).toMatchObject({
			code: 'usage',
			message: "--model of claude is the relay's to give.",
			hint: 'Say it to the relay: agent-relay attach claude --model MODEL',
		});
		expect(refusal(['-c']).hint).toContain('attach claude --session REF');
		expect(refusal(['--dangerously-skip-permissions']).hint).toContain('--permissions PRESET');
		expect(refusal(['-p', 'fix it']).hint).toContain('agent-relay run --agent claude "TASK"');
		expect(refusal(['mcp', 'list']).hint).toBe('Without the relay: command claude mcp list');
		expect(refusal(['--settings', '{}']).hint).toBe("Without the relay: command claude --settings '{}'");
		expect(refusal(['--oss'], { agent: 'codex' }).message).toBe('The relay passes no arguments on to codex.');
	});

	it('names no file of a repo without trust that the agent would obey, by no way there', () => {
		const inside = join(base, 'repo/plug');
		symlinkSync(inside, join(base, 'link'));
		for (const path of ['plug', inside, '../link', '../link/not-there.json'])
			expect(refusal(['--plugin-dir', path])).toMatchObject({
				code: 'refused',
				hint: 'Trust it: agent-relay config trust',
			});
		expect(refusal(['--mcp-config', '../elsewhere.json', 'servers.json']).code).toBe('refused');
		expect(pass(['--plugin-dir', 'plug'], { isTrusted: true })).toEqual([`--plugin-dir=${inside}`]);
		expect(pass(['--mcp-config', '../elsewhere.json', '{"mcpServers":{}}'])).toEqual([
			`--mcp-config=${join(base, 'elsewhere.json')}`,
			'--mcp-config={"mcpServers":{}}',
		]);
	});
});
