/** How long tools waited for an answer of the user: that is no part of what they took. */
import type { QuestionEvent } from './question-log.ts';

interface WaitingTool {
	command: string | null;
	title: string;
	paths: readonly string[];
	/** Epoch ms; moves on by what the tool waited. */
	startedAt: number;
}

export class ToolWaits {
	readonly #open = new Map<string, { at: number; what: string | null }>();

	/** `running`: the tools that have no result yet. */
	question(event: QuestionEvent, atMs: number, running: readonly WaitingTool[]): void {
		if (event.type === 'question_asked') {
			const { id, wants } = event.question;
			this.#open.set(id, { at: atMs, what: wants?.what ?? null });
			return;
		}
		const asked = this.#open.get(event.id);
		this.#open.delete(event.id);
		if (asked === undefined) return;
		for (const tool of toolsOf(asked.what, running))
			tool.startedAt += Math.max(0, atMs - Math.max(asked.at, tool.startedAt));
	}
}

/** The one that the question was for, where it can be told; else all of them: agents wait as a whole. */
function toolsOf(what: string | null, running: readonly WaitingTool[]): readonly WaitingTool[] {
	const own = running.filter(
		({ command, title, paths }) =>
			what !== null && (command === what || title === what || paths.includes(what)),
	);
	return own.length > 0 ? own : running;
}
