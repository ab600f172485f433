import { command } from '../command.ts';
import {
	conversationOptions,
	earlierOptions,
	encoding,
	textFile,
	workstreamOption,
} from '../options/conversation-options.ts';
import { asTyped, documents, quietly, value } from '../options/option-table.ts';

const options = {
	task: value('[task]', 'what to do, in quotes', 'text', asTyped),
	...conversationOptions,
	...earlierOptions,
	ws: workstreamOption,
	file: textFile('read the task from a file (- is stdin)'),
	encoding: encoding('encoding of that file and of stdin (utf-8)'),
	outputLastMessage: value(
		'-o, --output-last-message <file>',
		'write the answer into this file; one that is there is kept if there is none',
		'files',
		asTyped,
	),
	json: documents,
	quiet: quietly('print only the answer'),
};

export const run = command({
	path: 'run',
	about: 'work on one task to its end, hand-overs included',
	examples: ['run "fix the failing test"', 'run -f task.md --agent codex --json', 'run --continue'],
	in: ['cli'],
	transcripts: 'adopt',
	duringTurn: 'queued',
	live: 'the task',
	linesTo: 'stderr',
	options,
	load: async () => (await import('./run.ts')).run,
	lines: async () => (await import('./lines.ts')).runLines,
});
