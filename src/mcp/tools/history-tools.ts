/** Tools for the index of all conversations: what was said to agents and by them, in any repo of this user. They start nothing. */
import { COMMANDS } from '../../commands/registry.ts';
import { COUNT, OBJECTS, TEXT, TEXT_OR_NULL, TEXTS, YES_OR_NO } from './fields.ts';
import { type Argument, countOf, flagOf, listOf, resultOf, type Tool, textOf } from './tool.ts';

const MAX_MESSAGE = 999_999_999;
const TIME = 'such as 7d, 2026-11-30 or today';

/** A conversation of any repo and any agent. */
const conversation = (option: string, about: string, isNeeded: boolean): Argument =>
	textOf({
		option,
		about,
		isNeeded,
		maxLength: 200,
		pattern: '^[@\\p{L}\\p{N}][\\p{L}\\p{N}_.:-]*$',
		form: 'the id of a session or of a conversation, or a slug (search_history has them)',
	});

const project = textOf({
	option: 'project',
	about: 'only those held in this folder or below; a word: in a folder with it in its name',
	maxLength: 4096,
});

const tagsOf = (about: string, more: { isNeeded?: boolean; minItems?: number; join?: string }): Argument =>
	listOf({
		option: 'tag',
		about,
		items: { type: 'string', minLength: 1, maxLength: 200 },
		maxItems: 50,
		...more,
	});

const since = textOf({ option: 'since', about: `not before, ${TIME}`, maxLength: 40 });
const newTags = tagsOf('the tags, such as decision', { isNeeded: true, minItems: 1, join: ' ' });
const remove = flagOf({ option: 'remove', about: 'take these tags away' });

const TAGGED = resultOf({ id: TEXT, message: COUNT, tags: TEXTS, added: TEXTS, removed: TEXTS }, ['message']);

const MESSAGES = resultOf({
	sessions: OBJECTS,
	session_count: { ...COUNT, description: 'how many the line of work has' },
	messages: OBJECTS,
	total: COUNT,
	before: { ...COUNT, description: 'how many come before those that are given' },
	after: COUNT,
});

export const HISTORY_TOOLS: readonly Tool[] = [
	{
		name: 'search_history',
		title: 'Search all conversations',
		about:
			'Search what was said to all agents on this machine, and by them: words, AND, OR, NOT, "phrases", prefix* and parentheses.',
		does: 'reads',
		isIdempotent: true,
		command: COMMANDS.search,
		takes: {
			query: textOf({ option: 'query', about: 'what to look for', isNeeded: true, maxLength: 4000 }),
			agent: textOf({ option: 'agent', about: 'only what this agent said, such as claude', maxLength: 64 }),
			project,
			role: textOf({ option: 'role', about: 'only what these said', enum: ['user', 'assistant', 'tool'] }),
			tags: tagsOf('only what has all of these tags', {}),
			since,
			until: textOf({ option: 'until', about: `not after, ${TIME}`, maxLength: 40 }),
			session: conversation('session', 'only in this conversation', false),
			limit: countOf({ option: 'limit', about: 'at most this many', minimum: 1, maximum: 200, default: 10 }),
		},
		gives: resultOf({
			query: TEXT,
			results: OBJECTS,
			more: { ...YES_OR_NO, description: 'there are more than these' },
			cut: { ...YES_OR_NO, description: 'the query was longer than a search can be' },
			suggestion: { ...TEXT_OR_NULL, description: 'another query, where nothing was found' },
		}),
	},
	{
		name: 'get_conversation',
		title: 'Read a conversation',
		about: 'Read a conversation of any agent, with all sessions of its line of work in time.',
		does: 'reads',
		isIdempotent: true,
		command: COMMANDS.conversation,
		takes: {
			session: conversation('ref', 'which conversation', true),
			session_number: textOf({
				option: 'session',
				about: 'only these sessions of it, such as 4, 2-3 or 1,4',
				maxLength: 200,
			}),
			limit: countOf({
				option: 'limit',
				about: 'at most this many messages, the last ones',
				minimum: 1,
				maximum: 2000,
				default: 200,
			}),
			around: textOf({
				option: 'around',
				about: `those around this time instead, ${TIME}`,
				maxLength: 40,
			}),
		},
		gives: MESSAGES,
	},
	{
		name: 'list_tags',
		title: 'List tags',
		about: 'List the tags of conversations and messages, and how often each is given.',
		does: 'reads',
		isIdempotent: true,
		command: COMMANDS.tags,
		takes: {},
		gives: resultOf({ tags: OBJECTS }),
	},
	{
		name: 'tag_session',
		title: 'Tag a conversation',
		about: 'Give a session, or the conversation of any agent, tags, or take them away.',
		does: 'changes',
		isIdempotent: true,
		command: COMMANDS.tag,
		takes: { session: conversation('ref', 'which conversation', true), tags: newTags, remove },
		gives: TAGGED,
	},
	{
		name: 'tag_message',
		title: 'Tag a message',
		about: 'Give one message of a conversation tags, or take them away.',
		does: 'changes',
		isIdempotent: true,
		command: COMMANDS.tag,
		takes: {
			session: conversation('ref', 'which conversation', true),
			message: countOf({
				option: 'ref',
				about: 'which message of it, by the number that get_conversation gives',
				isNeeded: true,
				minimum: 1,
				maximum: MAX_MESSAGE,
			}),
			tags: newTags,
			remove,
		},
		toOptions: ({ session, message, tags, remove: isRemoval }) => ({
			ref: `${session}#${message}`,
			tag: Array.isArray(tags) ? tags.join(' ') : '',
			...(isRemoval === true ? { remove: true } : {}),
		}),
		gives: TAGGED,
	},
	{
		name: 'reindex',
		title: 'Build the index anew',
		about: "Build the index of all conversations anew. The user's tags, notes and what was forgotten stay.",
		does: 'changes',
		isIdempotent: true,
		command: COMMANDS.reindex,
		takes: {},
		gives: resultOf({
			outcome: TEXT,
			conversations: COUNT,
			messages: COUNT,
			sources: COUNT,
			duration_ms: COUNT,
			problems: { type: 'array' },
		}),
	},
];
