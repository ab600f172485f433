/** What the user was asked for in a turn and did not allow, and which of its tools that was. */
import { ALLOW, type Question, type Wanted } from '../../agents/asking/question.ts';
import type { AgentEvent } from '../../agents/events.ts';
import type { QuestionEvent } from './question-log.ts';
import { isFor } from './tool-waits.ts';

export interface Refused {
	/** The question's. */
	id: string;
	wants: Wanted;
}

interface KnownTool {
	command: string | null;
	title: string;
	paths: readonly string[];
	status: string;
}

export class Refusals {
	readonly #open = new Map<string, Question>();
	readonly #refused: Refused[] = [];

	question(event: QuestionEvent): void {
		if (event.type === 'question_asked') {
			this.#open.set(event.question.id, event.question);
			return;
		}
		const { id, wants } = this.#open.get(event.id) ?? {};
		this.#open.delete(event.id);
		if (id === undefined || wants === undefined || event.by === 'withdrawn') return;
		if (event.answer?.option !== ALLOW) this.#refused.push({ id, wants });
	}

	/** Each refusal is one tool: one that has no result, or was denied. */
	match<Tool extends KnownTool>(tools: readonly Tool[]): { refused: ReadonlySet<Tool>; unshown: Refused[] } {
		const refused = new Set<Tool>();
		const unshown = this.#refused.filter(({ wants }) => {
			const own = tools.find(
				(tool) =>
					!refused.has(tool) && ['running', 'denied'].includes(tool.status) && isFor(tool, wants.what),
			);
			if (own !== undefined) refused.add(own);
			return own === undefined;
		});
		return { refused, unshown };
	}
}

const KINDS = {
	run: 'execute',
	leave: 'execute',
	edit: 'edit',
	read: 'read',
	fetch: 'fetch',
	use: 'other',
} as const;

/** The call that was not allowed, for a turn whose CLI does not mention it. */
export function traceOf({ id, wants: { action, what } }: Refused): AgentEvent[] {
	const kind = KINDS[action];
	const isCommand = kind === 'execute';
	const name = action === 'use' ? (what.split(' ', 1)[0] ?? what) : action;
	const paths = kind === 'edit' || kind === 'read' ? what.split('\n') : [];
	const call = { kind, name, title: what, command: isCommand ? what : null, paths };
	return [
		{ type: 'tool_call', id, ...call },
		{ type: 'tool_result', id, ok: false, denied: true, exitCode: null, output: '', outputBytes: 0 },
	];
}
