import { command } from '../command.ts';
import { asTyped, needed, value } from '../options/option-table.ts';

const AGENTS = ['claude', 'codex', 'gemini', 'opencode', 'copilot'];
const EVENTS = ['start', 'tool', 'compact', 'failed', 'end'];

export const hook = command({
	path: 'hook',
	about:
		'what the hooks call that `hooks install` writes: the event of an agent on stdin, its answer on stdout',
	examples: ['hook start --agent claude'],
	in: ['cli'],
	duringTurn: 'queued',
	ignoresName: true,
	options: {
		event: needed('<event>', EVENTS.join(', '), { words: EVENTS, isOpen: true }),
		agent: value('--agent <agent>', 'whose hook it is', { words: AGENTS, isOpen: true }, asTyped),
	},
	load: async () => (await import('./run.ts')).hook,
	lines: async () => (await import('./lines.ts')).hookLines,
});
