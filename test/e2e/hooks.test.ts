import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CliHome, PROGRAM } from '../helpers/cli-home.ts';

let home: CliHome;
beforeEach(() => {
	home = new CliHome();
});
afterEach(() => home.remove());

const FILES = [
	['claude', '.claude/settings.json', '{\n  "hooks": {\n    "Stop": [ {"hooks":[]} ]\n  }\n}\n'],
	['codex', '.codex/hooks.json', '{"hooks":{"SessionStart":[]}}'],
	['gemini', '.gemini/settings.json', '{\n\t// dark\n\t"theme": "dark",\n}\n'],
	['opencode', '.config/opencode/plugins/agent-relay.js', null],
	['copilot', '.copilot/hooks/agent-relay.json', null],
] as const;

const at = (path: string) => join(home.home, path);
const read = (path: string) => readFileSync(at(path), 'utf8');
function write(path: string, text: string) {
	mkdirSync(dirname(at(path)), { recursive: true });
	writeFileSync(at(path), text);
}

describe('agent-relay hooks', () => {
	it.each(FILES)('come and go for %s, and leave the file as it was', async (agent, path, text) => {
		if (text !== null) write(path, text);
		const dry = await home.run(['hooks', 'install', agent, '--dry-run']);
		expect(dry).toMatchObject({ exitCode: 0, stderr: '' });
		expect(existsSync(at(path)) ? read(path) : null).toBe(text);
		const installed = await home.run(['hooks', 'install', agent, '--json']);
		expect(JSON.parse(installed.stdout)).toEqual({
			agent,
			path: at(path),
			done: 'installed',
			dry_run: false,
		});
		expect(read(path)).toContain(PROGRAM);
		const status = await home.run(['hooks', 'status', agent, '--json']);
		expect(JSON.parse(status.stdout).agents).toEqual([{ agent, path: at(path), found: 'current' }]);
		expect((await home.run(['hooks', 'uninstall', agent])).exitCode).toBe(0);
		expect(existsSync(at(path)) ? read(path) : null).toBe(text);
	});

	it('are not put where something else stands, which is named and stays', async () => {
		write('.claude/settings.json', '{"hooks":');
		write('.copilot/hooks/agent-relay.json', '{}');
		mkdirSync(at('.codex'));
		execFileSync('mkfifo', [at('.codex/hooks.json')]);
		for (const [agent, path] of FILES.filter(([name]) => ['claude', 'copilot', 'codex'].includes(name))) {
			const refused = await home.run(['hooks', 'install', agent]);
			expect(refused.exitCode, agent).not.toBe(0);
			expect(refused.stderr).toContain(path);
		}
		expect(read('.claude/settings.json')).toBe('{"hooks":');
		expect(read('.copilot/hooks/agent-relay.json')).toBe('{}');
		expect((await home.run(['hooks', 'status'])).stdout).toMatch(/claude +unreadable/);
	});
});

describe('a hook', () => {
	const SESSION = '7fed36bc-b6cd-4d27-bfb4-fc9d82607c61';
	const call = (event: string, name: string, env: Record<string, string> = {}) =>
		home.run(['hook', event, '--agent', 'claude'], {
			input: JSON.stringify({ session_id: SESSION, cwd: home.repo, hook_event_name: name }),
			env,
		});
	const metPath = `.local/state/agent-relay/met-sessions/claude-${SESSION}.json`;

	it('attaches a conversation, counts its tools, and saves its workstream', async () => {
		await home.run(['ws', 'new', 'auth', 'Move the login']);
		expect((await call('tool', 'PostToolUse')).stdout).toBe('');
		const started = await call('start', 'SessionStart');
		expect(JSON.parse(started.stdout).hookSpecificOutput.additionalContext).toContain('Move the login');
		expect(read(`.config/agent-relay/session-markers/${SESSION}.json`)).toContain('"auth"');
		const met = JSON.parse(read(metPath));
		write(metPath, JSON.stringify({ ...met, calls: 78, unsaved: 78 }));
		// Counted at once: none is lost, and one of them warns.
		const both = await Promise.all([call('tool', 'PostToolUse'), call('tool', 'PostToolUse')]);
		expect(both.map(({ stdout }) => stdout.includes('80 tool calls')).sort()).toEqual([false, true]);
		const saved = await home.run(['ws', 'save', 'auth', '--session', SESSION, '--state', '# auth\n\nDone.']);
		expect(saved.exitCode, saved.stderr).toBe(0);
		await call('tool', 'PostToolUse');
		expect(JSON.parse(read(metPath))).toMatchObject({ calls: 81, unsaved: 1, warned: 0 });
		home.configure('[ws]\nwarn_first = 2\n');
		expect((await call('tool', 'PostToolUse')).stdout).toContain('2 tool calls since');
		await call('end', 'SessionEnd');
		expect(read('.config/agent-relay/workstreams/auth/state.md')).toContain('claude by hand, 82 tool calls');
	});

	it('prints nothing and exits with 0 whatever it gets, and where it is switched off', async () => {
		await home.run(['ws', 'new', 'auth', 'Move the login']);
		const quiet = { exitCode: 0, stdout: '', stderr: '' };
		for (const env of [{ AGENT_RELAY_HOOKS: '0' }, { AGENT_RELAY_SESSION: '01JD7F3K2Q0000000000000000' }])
			expect(await call('start', 'SessionStart', env)).toMatchObject(quiet);
		for (const input of [
			'',
			'{"session_id":',
			'[]',
			'{"session_id":"../../evil","hook_event_name":"SessionStart"}',
		])
			expect(await home.run(['hook', 'start', '--agent', 'claude'], { input })).toMatchObject(quiet);
		expect(await home.run(['hook', 'dance', '--agent', 'nobody'], { input: '{}' })).toMatchObject(quiet);
		write('.config/agent-relay/workstreams.json', '{"torn');
		expect(await call('start', 'SessionStart')).toMatchObject(quiet);
		expect(existsSync(at('.config/agent-relay/session-markers'))).toBe(false);
	});
});
