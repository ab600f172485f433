/** Which tools wait for an answer of the user, and how long they waited: that is no part of what they took. */
import type { Question } from '../../agents/asking/question.ts';
import type { QuestionEvent } from './question-log.ts';

export interface WaitingTool {
	command: string | null;
	title: string;
	paths: readonly string[];
	/** ms; moves on by what the tool waited. */
	startedAt: number;
}

export class ToolWaits {
	readonly #open = new Map<string, { at: number; what: string | null }>();

	/** `running`: the tools that have no result yet. `atMs`: in the time of their `startedAt`. */
	question(event: QuestionEvent, atMs: number, running: readonly WaitingTool[]): void {
		if (event.type === 'question_asked') {
			this.#open.set(event.question.id, { at: atMs, what: event.question.wants?.what ?? null });
			return;
		}
		const asked = this.#open.get(event.id);
		this.#open.delete(event.id);
		if (asked === undefined) return;
		for (const tool of toolsOf(asked.what, running))
			tool.startedAt += Math.max(0, atMs - Math.max(asked.at, tool.startedAt));
	}

	/** Those of `running` that wait now. */
	waiting<Tool extends WaitingTool>(running: readonly Tool[]): ReadonlySet<Tool> {
		return new Set([...this.#open.values()].flatMap(({ what }) => toolsOf(what, running)));
	}

	/** The turn is over, and with it whatever it asked. */
	clear(): void {
		this.#open.clear();
	}
}

/** The one that the question was for, where that is known; else all of them: agents wait as a whole. */
function toolsOf<Tool extends WaitingTool>(what: string | null, running: readonly Tool[]): readonly Tool[] {
	const own = running.filter((tool) => isFor(tool, what));
	return own.length > 0 ? own : running;
}

/** The tool does what a question wants, `what` as in `Wanted`; null: not known. */
export const isFor = (
	{ command, title, paths }: Omit<WaitingTool, 'startedAt'>,
	what: Question['title'] | null,
) => what !== null && (command === what || title === what || paths.includes(what) || isPaths(paths, what));

const isPaths = (paths: readonly string[], what: string) => paths.length > 1 && paths.join('\n') === what;
