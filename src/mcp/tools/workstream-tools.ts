/** Tools for workstreams: the state of a line of work that outlives sessions. */
import { COMMANDS } from '../../commands/registry.ts';
import { RelayError } from '../../core/errors.ts';
import { COUNT, OBJECTS, sessionArgument, TEXT, TEXT_OR_NULL, TEXTS } from './fields.ts';
import { type Argument, countOf, resultOf, type Tool, textOf } from './tool.ts';

const MAX_STATE_CHARS = 64 * 1024;

const WORKSTREAM = {
	type: 'object',
	properties: {
		name: TEXT,
		description: TEXT,
		status: { ...TEXT, description: 'active, parked or completed' },
		created_at: TEXT,
		last_touched: TEXT,
	},
	required: ['name', 'description', 'status'],
};

const CHANGED = resultOf(
	{
		done: TEXT,
		workstream: WORKSTREAM,
		saved: { ...TEXT_OR_NULL, description: 'what was saved before that' },
		session: { ...TEXT_OR_NULL, description: 'the session that works on it now' },
		state: TEXT_OR_NULL,
		plan: TEXT_OR_NULL,
		architecture: TEXT_OR_NULL,
	},
	['state', 'plan', 'architecture'],
);

const name = (about: string, isNeeded: boolean): Argument =>
	textOf({
		option: 'name',
		about,
		isNeeded,
		maxLength: 64,
		pattern: '^[a-z0-9][a-z0-9-]*$',
		form: 'the name of a workstream: a-z, 0-9 and -, at most 64 characters',
	});

const session = sessionArgument('session', 'the session that works on it; default: the one that calls');
const SINCE = textOf({
	option: 'since',
	about: 'since when, such as 48h, 7d, 1w or 2026-11-30; default: 24h',
	maxLength: 40,
});
const ONLY = textOf({
	option: 'ws',
	about: 'this workstream alone',
	maxLength: 64,
	pattern: '^[a-z0-9][a-z0-9-]*$',
	form: 'the name of a workstream: a-z, 0-9 and -, at most 64 characters',
});
const PRESENT = 'which workstream; default: the one that the session works on';

const IDEA = textOf({
	option: 'text',
	about: 'for add: the idea',
	maxLength: 1000,
	// What the command would read as another action.
	pattern: '^(?!\\s*(?:list|(?:remove|promote)(?:\\s+\\d{1,9}(?:\\s+\\S+)?)?)?\\s*$)',
	form: 'an idea in words',
});

const ACTIONS = ['add', 'list', 'remove', 'promote'] as const;

/** The words of `ws idea`. Throws RelayError `usage` where an argument of the action is missing. */
function wordsOfIdea({ action, idea, number, name: promoted }: Readonly<Record<string, unknown>>): string {
	if (action === 'list') return 'list';
	if (action === 'add') return String(needed(idea, 'idea', action));
	const words = [String(action), String(needed(number, 'number', String(action)))];
	return (action === 'promote' && promoted !== undefined ? [...words, String(promoted)] : words).join(' ');
}

function needed(value: unknown, argument: string, action: string): unknown {
	if (value !== undefined) return value;
	throw new RelayError('usage', `${argument} is missing.`, { hint: `The action ${action} needs it.` });
}

export const WORKSTREAM_TOOLS: readonly Tool[] = [
	{
		name: 'list_workstreams',
		title: 'List workstreams',
		about:
			'List the lines of work of this user by status, with what each is for, and the ideas that are kept.',
		does: 'reads',
		isIdempotent: true,
		command: COMMANDS.wsList,
		takes: {},
		gives: resultOf({ workstreams: { type: 'array', items: WORKSTREAM }, ideas: OBJECTS }),
	},
	{
		name: 'create_workstream',
		title: 'Create a workstream',
		about:
			'Begin a workstream: the present one is saved, a first state is written, and the session works on it.',
		does: 'adds',
		isIdempotent: false,
		command: COMMANDS.wsNew,
		takes: {
			name: name('the new name: a-z, 0-9 and -', true),
			description: textOf({ option: 'description', about: 'what it is for, in a line', maxLength: 300 }),
			session,
		},
		gives: CHANGED,
	},
	{
		name: 'save_workstream',
		title: 'Save a workstream',
		about:
			'Save the state of a workstream: as you write it (status, key decisions, next steps; at most 80 lines), else from the records of its session.',
		does: 'changes',
		isIdempotent: true,
		command: COMMANDS.wsSave,
		takes: {
			name: name(PRESENT, false),
			state: textOf({
				option: 'state',
				about: 'the whole new state, in Markdown, at most 80 lines',
				maxLength: MAX_STATE_CHARS,
			}),
			session,
		},
		gives: CHANGED,
	},
	{
		name: 'park_workstream',
		title: 'Park a workstream',
		about: 'Save a workstream and put it aside until it is switched to.',
		does: 'changes',
		isIdempotent: true,
		command: COMMANDS.wsPark,
		takes: { name: name(PRESENT, false), session },
		gives: CHANGED,
	},
	{
		name: 'switch_workstream',
		title: 'Switch to a workstream',
		about: 'Save the present workstream and work on another. Returns its state, plan and architecture.',
		does: 'changes',
		isIdempotent: true,
		command: COMMANDS.wsSwitch,
		takes: { name: name('the workstream to work on', true), session },
		gives: CHANGED,
	},
	{
		name: 'manage_idea',
		title: 'Keep ideas',
		about: 'Add an idea, list them, remove one, or promote one to a workstream.',
		does: 'changes',
		isIdempotent: false,
		command: COMMANDS.wsIdea,
		takes: {
			action: textOf({ option: 'text', about: 'what to do', isNeeded: true, enum: ACTIONS }),
			idea: IDEA,
			number: countOf({
				option: 'text',
				about: 'for remove and promote: the number of the idea, as listed',
				minimum: 1,
				maximum: 999_999_999,
			}),
			name: name('for promote: the name of the workstream; default: made of the idea', false),
		},
		toOptions: (given) => ({ text: wordsOfIdea(given) }),
		gives: resultOf({
			done: TEXT,
			idea: { type: ['object', 'null'] },
			ideas: OBJECTS,
			workstream: { type: ['object', 'null'] },
		}),
	},
	{
		name: 'get_session_summaries',
		title: 'Read what sessions did',
		about: 'Read the summaries that sessions left: what each did and decided, the latest first.',
		does: 'reads',
		isIdempotent: true,
		command: COMMANDS.wsSummaries,
		takes: { since: SINCE, workstream: ONLY },
		gives: resultOf({ summaries: OBJECTS, unreadable_hints: TEXTS }),
	},
	{
		name: 'summarize_activity',
		title: 'Summarize activity',
		about: 'Write what was done since a time into a Markdown file, by workstream, and return it.',
		does: 'adds',
		isIdempotent: true,
		command: COMMANDS.wsSummarize,
		takes: {
			since: SINCE,
			workstream: ONLY,
			output_dir: textOf({
				option: 'outputDir',
				about: "where the file goes; default: the relay's own folder for summaries",
				maxLength: 4096,
			}),
		},
		gives: resultOf({
			path: TEXT,
			from: TEXT,
			to: TEXT,
			groups: OBJECTS,
			sessions_without_hints: COUNT,
			unreadable_hints: TEXTS,
		}),
	},
];
