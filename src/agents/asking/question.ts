/**
 * What an agent asks in mid-turn, and how. An adapter whose CLI can ask gives a `QuestionDialect`; the layers above decide who
 * carries the bytes, who answers, and what happens if nobody does. All texts are the agent's: untrusted, shown only through
 * `core/text.ts`.
 */

import type { AgentEvent } from '../events.ts';

type QuestionKind = 'permission' | 'choice' | 'text';

interface QuestionOption {
	/** What the answer names. */
	id: string;
	label: string;
}

/** `leave`: run a command outside the CLI's own sandbox. */
export const WANTED_ACTIONS = ['run', 'leave', 'edit', 'read', 'fetch', 'use'] as const;
type WantedAction = (typeof WANTED_ACTIONS)[number];

/** What a permission is for, where that is known. */
export interface Wanted {
	action: WantedAction;
	/** The whole command, the path, the address, or the tool with what it is given. */
	what: string;
	/** Where it would happen: an absolute path; null: not said. */
	folder: string | null;
	/** Why, in the model's words; null: it gives no reason. */
	reason: string | null;
}

/** As the agent asks it. */
export interface AskedQuestion {
	kind: QuestionKind;
	/** One line for people: what the agent wants to do, or to know. */
	title: string;
	/** All of it: the whole command, the whole patch, the agent's reason. May have many lines; empty where the title is all. */
	detail: string;
	/** Empty for a question that is answered in words only, and for a permission that is given (`allow`) or not (`deny`). */
	options: readonly QuestionOption[];
	wants?: Wanted;
}

/** The answers to a plain permission. */
export const ALLOW = 'allow';
export const DENY = 'deny';

/** As it is shown and answered. */
export interface Question extends AskedQuestion {
	/** Given by the relay; hard to guess. */
	id: string;
}

/** One of the options, with words for the agent if there are any; or, to a question of kind `text`, words only. */
export interface Answer {
	option: string | null;
	text: string | null;
}

/** `user`, `rule`, or another name that a front end gives itself; where nothing was allowed, why (`timeout`, `withdrawn`, `turn_ended`, `relay_gone`). */
export type AnsweredBy = string;

/** `key`: the CLI's own id of the question, where it has one. */
type QuestionMessage =
	| { type: 'asked'; key: string | null; question: AskedQuestion }
	| { type: 'withdrawn'; key: string };

/**
 * How one CLI asks during one turn. Pure. `socket`: a program that the CLI starts connects to the address, writes one line,
 * and takes one line back on the same connection; it must deny where it gets none. `stdin`: the questions are among the
 * lines of stdout, and the answers are read on stdin.
 */
export interface QuestionDialect {
	transport: 'socket' | 'stdin';
	/** null: this line asks nothing. */
	read(line: string): QuestionMessage | null;
	/** What a denied question was about, for a CLI whose stream does not mention it; `id`: not one of the CLI's own. */
	traceOfDenied?(asked: AskedQuestion, id: string): AgentEvent[];
	/** One line without its newline. `answer` null: denied, because nobody answered. */
	write(asked: { key: string | null; question: AskedQuestion }, answer: Answer | null): string;
}

/** Why the question does not take this answer, as a sentence; null: it does. */
export function answerProblem({ kind, options }: AskedQuestion, { option, text }: Answer): string | null {
	if (option === null) {
		if (kind === 'text' && text !== null) return null;
		return kind === 'text' ? 'This question takes words.' : 'This question takes one of its options.';
	}
	return options.some(({ id }) => id === option) ? null : 'The question has no such option.';
}

/** In one line, with what is wanted where that is known: `run a command: npm test`. Untrusted. */
export const titleOfQuestion = ({ title, wants }: { title: string; wants?: { what: string } | undefined }) =>
	wants === undefined ? title : `${title}: ${wants.what}`;

/**
 * A turn that is to ask, if its agent can. Only the preset `edit` asks: `read-only` never does what it would ask for, and `full`
 * needs no permission.
 */
export const wantsToAsk = ({ mayAsk, permissions }: { mayAsk?: boolean; permissions: string }): boolean =>
	mayAsk === true && permissions === 'edit';

/** A question to a CLI's program, on its stdin; no model is asked. */
export interface AskingKeyQuery {
	args: string[];
	input: string;
	/** undefined: stdout so far has no answer yet; null: it has one that is of no use. */
	read(stdout: string): string | null | undefined;
}
