import { command } from '../command.ts';
import { conversationOptions } from '../options/conversation-options.ts';
import { asJson, asTyped, flag, only, value } from '../options/option-table.ts';

const { permissions, timeout, trust, here } = conversationOptions;

export const handoff = command({
	path: 'handoff',
	about: 'leave a session to another agent with a packet, or take the packet elsewhere',
	examples: ['handoff latest --to codex', 'handoff 7F3K2Q --to codex --run', 'handoff latest --print'],
	in: ['cli', 'shell'],
	duringTurn: 'queued',
	live: 'the hand-off',
	transcripts: 'adopt',
	linesTo: 'stderr',
	shell: {
		usage: 'handoff [--to AGENT] [--run] [--print] [--copy] [--file FILE]',
		example: '/handoff --to codex --run',
		summary: 'leave this session to another agent, or take its packet elsewhere',
	},
	options: {
		ref: only('cli', value('[ref]', 'which session; default: the latest', 'sessions', asTyped)),
		to: value('--to <agent>', 'the agent (codex, claude:opus, …)', 'agents', asTyped),
		run: flag('--run', 'let it continue at once'),
		print: flag('--print', 'print the packet; the session stays as it is'),
		copy: flag('--copy', 'put the packet into the clipboard; the session stays as it is'),
		file: value(
			'--file <file>',
			'write the packet to a new file; the session stays as it is',
			'files',
			asTyped,
		),
		permissions: only('cli', permissions),
		timeout: only('cli', timeout),
		trust: only('cli', trust),
		here: only('cli', here),
		json: asJson,
	},
	load: async () => (await import('./run.ts')).handoff,
	lines: async () => (await import('./lines.ts')).handoffLines,
});
