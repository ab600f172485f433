import { command } from '../command.ts';
import { conversationOptions } from '../options/conversation-options.ts';
import { asJson, asTyped, only, value, words } from '../options/option-table.ts';

const { trust, here } = conversationOptions;

export const checkpoint = command({
	path: 'checkpoint',
	about: 'write the resume packet of a session now, with a note if you like (default: the latest)',
	examples: ['checkpoint', 'checkpoint 7F3K2Q before the refactoring'],
	in: ['cli', 'shell'],
	duringTurn: 'queued',
	live: 'the checkpoint',
	linesTo: 'stderr',
	shell: {
		usage: 'checkpoint [NOTE]',
		example: '/checkpoint before the refactoring',
		summary: 'write the resume packet now, with a note if you like',
	},
	options: {
		ref: only('cli', value('[ref]', 'which session; default: the latest', 'sessions', asTyped)),
		note: words('[note...]', 'a note that every later agent gets', 'text', asTyped),
		trust: only('cli', trust),
		here: only('cli', here),
		json: asJson,
	},
	load: async () => (await import('./run.ts')).checkpoint,
	lines: async () => (await import('./lines.ts')).checkpointLines,
});
