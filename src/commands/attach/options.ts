import { command } from '../command.ts';
import { conversationOptions, earlierOptions } from '../options/conversation-options.ts';
import { asJson, asTyped, flag, value } from '../options/option-table.ts';

const { model, permissions, trust, here } = conversationOptions;

export const attach = command({
	path: 'attach',
	about: "open an agent's own TUI inside the session; Ctrl-\\ comes back",
	examples: ['attach', 'attach codex', 'attach claude --session 7F3K2Q', 'attach claude --new'],
	in: ['cli'],
	duringTurn: 'queued',
	transcripts: 'adopt',
	linesTo: 'stderr',
	options: {
		agent: value('[agent]', 'claude or codex; default: who would get the next prompt', 'agents', asTyped),
		model,
		permissions,
		session: earlierOptions.session,
		new: flag('--new', 'begin a new session; default: go on with the latest one of this worktree'),
		trust,
		here,
		json: asJson,
	},
	load: async () => (await import('./run.ts')).attach,
	lines: async () => (await import('./lines.ts')).attachLines,
});
