import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { claudeArguments } from '../../../../src/agents/claude/start/tui-arguments.ts';
import { readTuiArguments } from '../../../../src/agents/tui/given-arguments.ts';

const read = (...words: string[]) => readTuiArguments(words, claudeArguments);

describe('arguments for the TUI of claude', () => {
	it('are passed on with their values', () => {
		expect(read('--add-dir', '../lib', '../docs', '-n', 'a name', '--strict-mcp-config', '--tools=')).toEqual(
			{
				is: 'passed',
				flags: [
					{ flag: '--add-dir', value: '../lib', path: 'plain' },
					{ flag: '--add-dir', value: '../docs', path: 'plain' },
					{ flag: '--name', value: 'a name', path: null },
					{ flag: '--strict-mcp-config', value: null, path: null },
					{ flag: '--tools', value: '', path: null },
				],
			},
		);
		expect(read('--allowedTools', 'Bash(git *)')).toMatchObject({
			flags: [{ flag: '--allowed-tools', value: 'Bash(git *)' }],
		});
	});

	it('are told apart from files that it would obey', () => {
		expect(read('--mcp-config', 'servers.json', '{"mcpServers":{}}', '--plugin-dir=plug')).toMatchObject({
			flags: [
				{ flag: '--mcp-config', value: 'servers.json', path: 'obeyed' },
				{ flag: '--mcp-config', value: '{"mcpServers":{}}', path: null },
				{ flag: '--plugin-dir', value: 'plug', path: 'obeyed' },
			],
		});
	});

	it.each([
		['--model', 'model'],
		['--model=opus', 'model'],
		['--permission-mode', 'permissions'],
		['--dangerously-skip-permissions', 'permissions'],
		['-c', 'session'],
		['-r', 'session'],
		['-p', 'headless'],
		['--settings', null],
		['--bg', null],
	])('are the relay’s to give: %s', (typed, way) => {
		const name = typed.replace(/=.*/, '');
		expect(read('--ide', typed, 'x')).toEqual({ is: 'owned', name, way });
	});

	it('are refused where it is not known what they do, where they are words, and where a value is missing', () => {
		expect(read('--new-in-claude')).toEqual({ is: 'unknown', name: '--new-in-claude' });
		expect(read('-pc')).toEqual({ is: 'unknown', name: '-pc' });
		expect(read('-constructor')).toEqual({ is: 'unknown', name: '-constructor' });
		expect(read('--ide', 'mcp', 'list')).toEqual({ is: 'words', name: 'mcp list' });
		expect(read('--', '--model', 'x')).toEqual({ is: 'words', name: '-- --model x' });
		expect(read('--name')).toEqual({ is: 'odd_value', name: '--name' });
		expect(read('--name', '--model', 'x')).toEqual({ is: 'odd_value', name: '--name' });
		expect(read('--ide=yes')).toEqual({ is: 'odd_value', name: '--ide' });
	});

	it('never hand on anything but flags that may be passed, whatever is typed', () => {
		const flags = [
			...Object.keys(claudeArguments.passed),
			...Object.keys(claudeArguments.owned),
			...Object.keys(claudeArguments.aliases),
		];
		const word = fc.oneof(
			fc.constantFrom(...flags),
			fc.string(),
			fc.constantFrom(...flags).map((one) => `${one}=x`),
		);
		fc.assert(
			fc.property(fc.array(word), (words) => {
				const found = readTuiArguments(words, claudeArguments);
				if (found.is !== 'passed') return true;
				return found.flags.every(({ flag }) => Object.hasOwn(claudeArguments.passed, flag));
			}),
		);
	});
});
