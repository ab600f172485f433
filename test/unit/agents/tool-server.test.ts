import { describe, expect, it } from 'vitest';
import { command as claudeCommand } from '../../../src/agents/claude/command-line.ts';
import { codexCommand } from '../../../src/agents/codex/command-line.ts';
import { copilotCommand } from '../../../src/agents/copilot/command-line.ts';
import { policyOf } from '../../../src/agents/gemini/start/policy.ts';
import { opencodeCommand } from '../../../src/agents/opencode/command-line.ts';
import type { ToolServer } from '../../../src/agents/tool-server.ts';
import { fakeTurnRequest } from '../../helpers/fake-turn-request.ts';

const toolServer: ToolServer = {
	command: ['/usr/bin/node', '/opt/it\'s "odd"/agent-relay.js', 'mcp'],
	tools: ['list_sessions', 'note'],
};
const without = fakeTurnRequest();
const turn = fakeTurnRequest({ toolServer });
const argAfter = (args: readonly string[], flag: string) => args[args.indexOf(flag) + 1] ?? '';

describe('the relay as a server of tools', () => {
	it('is not there where the turn has none', () => {
		expect(claudeCommand(without).args.join(' ')).not.toMatch(/mcp/);
		expect(codexCommand(without).args.join(' ')).not.toMatch(/mcp/);
		expect(copilotCommand(without).args.join(' ')).not.toMatch(/mcp/);
		expect(opencodeCommand(without).env.OPENCODE_CONFIG_CONTENT).not.toMatch(/mcp/);
	});

	it('is added for claude with its tools by name, beside the commands that edit may run', () => {
		const { args } = claudeCommand({ ...turn, allowCommands: ['npm test'] });
		expect(JSON.parse(argAfter(args, '--mcp-config'))).toEqual({
			mcpServers: {
				agent_relay: { type: 'stdio', command: '/usr/bin/node', args: toolServer.command.slice(1) },
			},
		});
		expect(args.slice(args.indexOf('--allowedTools') + 1)).toEqual([
			'mcp__agent_relay__list_sessions',
			'mcp__agent_relay__note',
			'Bash(npm test:*)',
		]);
		expect(args.filter((arg) => arg === '--allowedTools')).toHaveLength(1);
		expect(args).not.toContain('--strict-mcp-config');
	});

	it('is allowed for claude under read-only too, and needs no rule under full', () => {
		const reading = claudeCommand({ ...turn, permissions: 'read-only' }).args;
		expect(argAfter(reading, '--allowedTools')).toBe('mcp__agent_relay__list_sessions');
		expect(claudeCommand({ ...turn, permissions: 'full' }).args).not.toContain('--allowedTools');
	});

	it('is set for codex in TOML, whatever is in its path', () => {
		const { args } = codexCommand(turn);
		expect(args).toContain('mcp_servers.agent_relay.args=["/opt/it\'s \\"odd\\"/agent-relay.js","mcp"]');
		expect(args).toContain('mcp_servers.agent_relay.enabled_tools=["list_sessions","note"]');
		expect(args).toContain('mcp_servers.agent_relay.default_tools_approval_mode="approve"');
		expect(args.at(-1)).toBe('-');
	});

	it('is added for copilot with its tools by name, under each preset', () => {
		const flag = '--additional-mcp-config=';
		const { args } = copilotCommand({ ...turn, permissions: 'read-only' });
		const added = args.find((arg) => arg.startsWith(flag)) ?? flag;
		expect(JSON.parse(added.slice(flag.length))).toEqual({
			mcpServers: {
				agent_relay: {
					type: 'local',
					command: '/usr/bin/node',
					args: toolServer.command.slice(1),
					tools: ['list_sessions', 'note'],
				},
			},
		});
		expect(args.filter((arg) => arg.startsWith('--allow-tool'))).toEqual([
			'--allow-tool=agent_relay(list_sessions)',
			'--allow-tool=agent_relay(note)',
		]);
	});

	it('stands for opencode beside the servers of its user, allowed by name after what denies all others', () => {
		const own = { OPENCODE_CONFIG_CONTENT: JSON.stringify({ mcp: { theirs: { type: 'remote' } } }) };
		const { env } = opencodeCommand({ ...turn, permissions: 'read-only', env: own });
		expect(JSON.parse(env.OPENCODE_CONFIG_CONTENT ?? '')).toMatchObject({
			mcp: { theirs: { type: 'remote' }, agent_relay: { type: 'local', command: toolServer.command } },
		});
		const rules = JSON.parse(env.OPENCODE_PERMISSION ?? '');
		expect(rules).toMatchObject({ agent_relay_list_sessions: 'allow', '?*': 'deny' });
		const names = Object.keys(rules);
		expect(names.indexOf('agent_relay_note')).toBeGreaterThan(names.indexOf('?*'));
	});

	it('is allowed for gemini before what denies all servers', () => {
		const [file] = policyOf({ ...turn, permissions: 'read-only', privatePath: '/private/1' }).files;
		const text = file?.text ?? '';
		expect(text).toContain('toolName = "note"\nmcpName = "agent_relay"\ndecision = "allow"');
		expect(text.indexOf('"agent_relay"')).toBeLessThan(text.indexOf('mcpName = "*"'));
	});
});
