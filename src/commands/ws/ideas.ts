/** `ws idea`: TEXT keeps one, `list`, `remove N`, and `promote N [NAME]`, which makes a workstream of it. */
import { RelayError } from '../../core/errors.ts';
import { safeLine } from '../../core/text.ts';
import { EXIT } from '../../relay/exit-codes.ts';
import { type Idea, MAX_IDEA_CHARS, requireIdea } from '../../workstreams/registry/ideas-file.ts';
import { MAX_DESCRIPTION_CHARS, type Workstream } from '../../workstreams/registry/registry-file.ts';
import { nameFromWords, requireWorkstreamName } from '../../workstreams/workstream-name.ts';
import type { Body } from '../command.ts';
import type { CommandContext } from '../context.ts';
import { workstreamToJson } from './workstream-json.ts';

export interface IdeaData {
	done: 'added' | 'listed' | 'removed' | 'promoted';
	/** The one that it is about; null for a list. */
	idea: Idea | null;
	/** All that there are now. */
	ideas: readonly Idea[];
	/** What it became. */
	workstream: Workstream | null;
}

type Asked =
	| { do: 'add'; text: string }
	| { do: 'list' }
	| { do: 'remove'; number: number }
	| { do: 'promote'; number: number; name: string | null };

export const wsIdea: Body<{ text: string | null }, IdeaData> = {
	async run(context, { text }) {
		return { exitCode: EXIT.done, data: await act(readIdea(text), context) };
	},
	toJson: ({ done, idea, ideas, workstream }) => ({
		done,
		idea,
		ideas,
		workstream: workstream === null ? null : workstreamToJson(workstream),
	}),
};

async function act(asked: Asked, { workstreams: open }: CommandContext): Promise<IdeaData> {
	const workstreams = await open();
	const ideas = () => workstreams.ideas().ideas;
	switch (asked.do) {
		case 'add': {
			const [idea = null] = workstreams.addIdeas([requireIdeaText(asked.text)]);
			return { done: 'added', idea, ideas: ideas(), workstream: null };
		}
		case 'list':
			return { done: 'listed', idea: null, ideas: ideas(), workstream: null };
		case 'remove': {
			const idea = workstreams.removeIdea(asked.number);
			return { done: 'removed', idea, ideas: ideas(), workstream: null };
		}
		case 'promote': {
			const idea = requireIdea(workstreams.ideas(), asked.number);
			const name = asked.name === null ? nameOf(idea) : requireWorkstreamName(asked.name);
			// Created first: a process that dies in between loses nothing.
			const workstream = workstreams.create({
				name,
				description: safeLine(idea.text, MAX_DESCRIPTION_CHARS),
			});
			workstreams.removeIdea(idea.number);
			return { done: 'promoted', idea, ideas: ideas(), workstream };
		}
		default:
			return asked satisfies never;
	}
}

/** `list`, `remove N` and `promote N [NAME]` are read as such only where nothing else follows. */
function readIdea(typed: string | null): Asked {
	const text = (typed ?? '').trim();
	if (text === '' || text === 'list') return { do: 'list' };
	const [, word, count, name] = /^(remove|promote) +(\d{1,9})(?: +(\S+))?$/.exec(text) ?? [];
	const number = Number(count);
	if (word === 'remove' && name === undefined) return { do: 'remove', number };
	if (word === 'promote') return { do: 'promote', number, name: name ?? null };
	if (/^(remove|promote)$/.test(text))
		throw new RelayError('usage', `Which idea? ws idea ${text} takes its number.`, {
			hint: 'List them: agent-relay ws idea list',
		});
	return { do: 'add', text };
}

function requireIdeaText(text: string): string {
	const line = safeLine(text, MAX_IDEA_CHARS + 1);
	if ([...line].length <= MAX_IDEA_CHARS) return line;
	throw new RelayError('usage', `An idea has at most ${MAX_IDEA_CHARS} characters.`);
}

function nameOf({ number, text }: Idea) {
	const name = nameFromWords(text);
	if (name !== null) return name;
	throw new RelayError('usage', `No name can be made of idea ${number}.`, {
		hint: `Give it one: agent-relay ws idea promote ${number} NAME`,
	});
}
