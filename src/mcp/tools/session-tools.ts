/** Tools for the sessions and the names of this repo. They change what is recorded of them, and start nothing. */
import { COMMANDS } from '../../commands/registry.ts';
import {
	COUNT,
	nameArgument,
	OBJECTS,
	sessionArgument,
	TEXT,
	TEXT_OR_NULL,
	TEXTS,
	YES_OR_NO,
} from './fields.ts';
import { countOf, flagOf, listOf, resultOf, type Tool, textOf } from './tool.ts';

const MAX_PATH_CHARS = 4096;

const CHANGED_NAME = resultOf({
	changed: { ...YES_OR_NO, description: 'false: it was so already' },
	warnings: TEXTS,
	name: {
		type: 'object',
		properties: {
			id: TEXT,
			label: TEXT_OR_NULL,
			lifecycle: TEXT,
			selected: YES_OR_NO,
			worktree: TEXT_OR_NULL,
		},
		required: ['id', 'label', 'lifecycle', 'selected', 'worktree'],
	},
});

/** The newest: `path` and `text`. The packets of a turn: the rest. */
const PACKET = resultOf({ path: TEXT, text: TEXT, id: TEXT, view: TEXT, turns: OBJECTS }, [
	'path',
	'text',
	'id',
	'view',
	'turns',
]);

const worktree = textOf({
	option: 'worktree',
	about: 'the folder that the name is bound to; default: the folder in which this server was started',
	maxLength: MAX_PATH_CHARS,
});

export const SESSION_TOOLS: readonly Tool[] = [
	{
		name: 'list_sessions',
		title: 'List sessions',
		about:
			'List the recorded sessions of this repo, newest first: what was asked, which agents worked, how it stands.',
		does: 'reads',
		isIdempotent: true,
		command: COMMANDS.sessions,
		takes: {
			limit: countOf({ option: 'limit', about: 'at most this many', minimum: 1, maximum: 200, default: 20 }),
			status: textOf({
				option: 'status',
				about: 'only those in this state',
				enum: ['active', 'checkpointed', 'completed', 'damaged'],
			}),
			agent: textOf({
				option: 'agent',
				about: 'only those this agent worked in, such as claude',
				maxLength: 64,
			}),
			since: textOf({
				option: 'since',
				about: 'only those used within this time, such as 12h or 7d',
				maxLength: 16,
			}),
			text: textOf({
				option: 'grep',
				about: 'only those with this text in a name, title, tag or prompt',
				maxLength: 1000,
			}),
			tags: listOf({
				option: 'tag',
				about: 'only those with all of these tags',
				items: { type: 'string', minLength: 1, maxLength: 200 },
				maxItems: 50,
			}),
			archived: flagOf({ option: 'archived', about: 'archived ones instead' }),
		},
		gives: resultOf({
			folder: { ...TEXT, description: 'where the records are' },
			other_folders: TEXTS,
			sessions: OBJECTS,
			total: { ...COUNT, description: 'how many there are, also those left out' },
		}),
	},
	{
		name: 'get_packet',
		title: 'Read a resume packet',
		about:
			'Read the newest resume packet of a session, or the one that a turn got: the task, what was done, and where it stopped.',
		does: 'reads',
		isIdempotent: true,
		command: COMMANDS.packet,
		takes: {
			session: sessionArgument('session', 'which session; default: the latest'),
			turn: countOf({
				option: 'turn',
				about: 'the turn that got it; default: the newest packet',
				minimum: 1,
				maximum: 999_999_999,
			}),
		},
		gives: PACKET,
		given: {},
	},
	{
		name: 'note',
		title: 'Leave a note',
		about:
			'Leave a note in a session for whoever works on it later: they get it with their packet, as what an agent noted.',
		does: 'adds',
		isIdempotent: false,
		command: COMMANDS.note,
		takes: {
			text: textOf({ option: 'text', about: 'the note', isNeeded: true, maxLength: 4000 }),
			session: sessionArgument('ref', 'which session; default: the one that calls, else the latest'),
		},
		gives: resultOf({
			session: TEXT,
			text: TEXT,
			waiting: {
				...YES_OR_NO,
				description: 'true: the relay that works in the session takes it up by itself',
			},
		}),
	},
	{
		name: 'create_session',
		title: 'Create a named session',
		about:
			'Create a name for a line of work and bind it to a folder, so that its sessions are kept apart. Starts no agent.',
		does: 'adds',
		isIdempotent: true,
		command: COMMANDS.nameCreate,
		takes: {
			session: nameArgument('the new name: a-z first, then a-z, 0-9, _ and -; 2 to 64 characters'),
			label: textOf({ option: 'label', about: 'what it is for, one line', maxLength: 80 }),
			worktree,
		},
		gives: CHANGED_NAME,
	},
	{
		name: 'select_session',
		title: 'Select a named session',
		about: 'Put a name in focus, for lists and status. `default` takes the focus back.',
		does: 'changes',
		isIdempotent: true,
		command: COMMANDS.nameSelect,
		takes: { session: nameArgument('which name') },
		gives: CHANGED_NAME,
	},
	{
		name: 'archive_session',
		title: 'Archive a named session',
		about: 'Put a name away: it is not listed or launched until the user takes it back. Its sessions stay.',
		does: 'changes',
		isIdempotent: true,
		command: COMMANDS.nameArchive,
		takes: { session: nameArgument('which name') },
		gives: CHANGED_NAME,
	},
	{
		name: 'rebind_session',
		title: 'Bind a named session to another folder',
		about: 'Bind a name to another folder. Nothing is moved or started.',
		does: 'changes',
		isIdempotent: true,
		command: COMMANDS.nameRebind,
		takes: { session: nameArgument('which name'), worktree },
		gives: CHANGED_NAME,
	},
];
