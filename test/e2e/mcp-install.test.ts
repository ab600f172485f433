import {
	chmodSync,
	existsSync,
	mkdirSync,
	readFileSync,
	statSync,
	symlinkSync,
	writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CliHome, PROGRAM } from '../helpers/cli-home.ts';

let home: CliHome;
beforeEach(() => {
	home = new CliHome();
});
afterEach(() => home.remove());

const AGENTS = [
	[
		'claude',
		'.claude.json',
		'{\n  "numStartups": 3,\n  "mcpServers": {\n    "theirs": {"command":"x"}\n  }\n}\n',
	],
	['codex', '.codex/config.toml', '# mine\nmodel = "gpt-5.5" # the good one'],
	['gemini', '.gemini/settings.json', '{\n\t// dark\n\t"theme": "dark",\n}\n'],
	['opencode', '.config/opencode/opencode.jsonc', '{ "share": "disabled" /* never */ }'],
	['copilot', '.copilot/mcp-config.json', '{"mcpServers":{}}'],
] as const;

const write = (path: string, text: string) => {
	mkdirSync(dirname(join(home.home, path)), { recursive: true });
	writeFileSync(join(home.home, path), text);
};
const read = (path: string) => readFileSync(join(home.home, path), 'utf8');

describe('agent-relay mcp install', () => {
	it.each(AGENTS)(
		'adds one entry for %s, and uninstall leaves the file as it was',
		async (agent, path, text) => {
			write(path, text);
			chmodSync(join(home.home, path), 0o640);
			const installed = await home.run(['mcp', 'install', agent, '--json']);
			expect(installed).toMatchObject({ exitCode: 0, stderr: '' });
			expect(JSON.parse(installed.stdout)).toEqual({ agent, path: join(home.home, path), done: 'installed' });
			const with_ = read(path);
			expect(with_).toContain(PROGRAM);
			expect((await home.run(['mcp', 'install', agent])).stdout).toContain('Nothing to change');
			expect(read(path)).toBe(with_);
			expect(statSync(join(home.home, path)).mode & 0o777).toBe(0o640);
			expect((await home.run(['mcp', 'uninstall', agent])).exitCode).toBe(0);
			expect(read(path)).toBe(text);
			expect((await home.run(['mcp', 'uninstall', agent])).stdout).toContain('Nothing to change');
		},
	);

	it.each(AGENTS)('makes the file of %s, and uninstall removes it', async (agent, path) => {
		const made = path.replace(/c$/, '');
		expect((await home.run(['mcp', 'install', agent])).exitCode).toBe(0);
		expect(read(made)).toContain('agent_relay');
		await home.run(['mcp', 'uninstall', agent]);
		expect(existsSync(join(home.home, made))).toBe(false);
	});

	it('follows a link, and keeps it', async () => {
		write('dotfiles/claude.json', '{}');
		symlinkSync(join(home.home, 'dotfiles/claude.json'), join(home.home, '.claude.json'));
		await home.run(['mcp', 'install', 'claude']);
		expect(read('dotfiles/claude.json')).toContain('agent_relay');
		await home.run(['mcp', 'uninstall', 'claude']);
		expect(read('dotfiles/claude.json')).toBe('{}');
	});

	it.each([
		['.claude.json', 'claude', '{"a":'],
		['.claude.json', 'claude', ''],
		['.codex/config.toml', 'codex', '[mcp_servers.agent_relay]\ncommand = "theirs"\n'],
	])('refuses a %s of %s that holds %j, which stays', async (path, agent, text) => {
		write(path, text);
		const refused = await home.run(['mcp', 'install', agent]);
		expect(refused).toMatchObject({ exitCode: 5, stdout: '' });
		expect(refused.stderr).toContain(path);
		expect(read(path)).toBe(text);
	});

	it('refuses a folder in the place of the file, and an agent that it does not know', async () => {
		mkdirSync(join(home.home, '.claude.json'));
		expect((await home.run(['mcp', 'install', 'claude'])).exitCode).toBe(64);
		const unknown = await home.run(['mcp', 'install', 'aider']);
		expect(unknown.exitCode).toBe(64);
		expect(unknown.stderr).toContain('These can: claude, codex, gemini, opencode, copilot.');
	});
});
