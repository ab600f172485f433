import { command } from '../command.ts';
import { conversationOptions, earlierOptions, workstreamOption } from '../options/conversation-options.ts';
import { asTyped, value } from '../options/option-table.ts';

const shellOptions = { ...conversationOptions, ...earlierOptions, ws: workstreamOption };

const resumeOptions = {
	ref: value('[ref]', 'this session (id, prefix, suffix, @name, latest, path)', 'sessions', asTyped),
	...conversationOptions,
};

export const shell = command({
	path: 'shell',
	isDefault: true,
	about: 'open the shell (the default without a command)',
	examples: ['', 'shell --agent codex', '--continue'],
	in: ['cli'],
	duringTurn: 'queued',
	live: 'the shell',
	transcripts: 'adopt',
	options: shellOptions,
	load: async () => (await import('./run.ts')).shell,
	lines: async () => () => [],
});

export const resume = command({
	path: 'resume',
	about: 'open the shell on an earlier session (default: the latest)',
	examples: ['resume', 'resume 7F3K2Q --agent codex'],
	in: ['cli'],
	duringTurn: 'queued',
	live: 'the shell',
	transcripts: 'adopt',
	options: resumeOptions,
	load: async () => (await import('./run.ts')).resume,
	lines: async () => () => [],
});
