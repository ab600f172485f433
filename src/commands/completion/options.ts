import { command } from '../command.ts';
import { needed } from '../options/option-table.ts';

const SHELLS = { words: ['bash', 'zsh', 'fish'], isOpen: true } as const;

export const completion = command({
	path: 'completion',
	about: 'print a completion script for bash, zsh or fish',
	examples: [
		'completion bash >> ~/.bashrc',
		'completion zsh > "$fpath[1]/_agent-relay"',
		'completion fish > ~/.config/fish/completions/agent-relay.fish',
	],
	in: ['cli'],
	duringTurn: 'now',
	ignoresName: true,
	options: { shell: needed('<shell>', 'for this shell', SHELLS) },
	load: async () => (await import('./run.ts')).completion,
	lines: async () => (rows) => rows,
});
