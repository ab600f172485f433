import { command } from '../command.ts';
import { conversationOptions, earlierOptions } from '../options/conversation-options.ts';
import { asJson, asTyped, flag, only, value, values } from '../options/option-table.ts';

const { model, permissions, trust, here } = conversationOptions;

export const attach = command({
	path: 'attach',
	about: "open an agent's own TUI inside the session; Ctrl-\\ comes back",
	examples: [
		'attach',
		'attach codex',
		'attach claude --session 7F3K2Q',
		'attach claude --new',
		'attach --wrap claude -- --add-dir ../docs',
	],
	in: ['cli', 'shell'],
	duringTurn: 'queued',
	shell: { summary: "open an agent's own TUI in this session" },
	transcripts: 'adopt',
	linesTo: 'stderr',
	takesForeign: true,
	options: {
		agent: value('[agent]', 'claude or codex; default: who would get the next prompt', 'agents', asTyped),
		args: only('cli', values('[args...]', 'with --wrap, options of the agent itself', 'none', asTyped)),
		wrap: only('cli', flag('--wrap', 'open it as if typed by its own name: its options follow, behind --')),
		model: only('cli', model),
		permissions: only('cli', permissions),
		session: only('cli', earlierOptions.session),
		new: only(
			'cli',
			flag('--new', 'begin a new session; default: go on with the latest one of this worktree'),
		),
		trust: only('cli', trust),
		here: only('cli', here),
		json: asJson,
	},
	load: async () => (await import('./run.ts')).attach,
	lines: async () => (await import('./lines.ts')).attachLines,
});
