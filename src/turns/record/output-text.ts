/**
 * `NNN-output.md`: the turn for a person to read. Text as text, a line per tool call and one per outcome, reasoning in a marked
 * block. Everything the agent wrote passes the text filter, so the file is safe to `cat`.
 */

import type { Question } from '../../agents/asking/question.ts';
import type { AgentEvent } from '../../agents/events.ts';
import { createTextFilter, safeLine, safeText, type TextFilter } from '../../core/text.ts';
import { describeTasks } from '../describe-tasks.ts';
import { describeAnswer } from '../questions/describe-answer.ts';
import type { QuestionEvent } from '../questions/question-log.ts';

/** How many lines of a failed tool's output the transcript repeats. */
const FAILURE_LINES = 12;
const TITLE_CHARS = 200;

type Block = { kind: 'message' | 'thought'; messageId: string; filter: TextFilter };

/** Streaming: `add` returns the text to append for one event, `end` closes what is open. */
export class Transcript {
	#block: Block | null = null;
	#isEmpty = true;
	#titles = new Map<string, string>();
	readonly #questions = new Map<string, Question>();

	add(event: AgentEvent): string {
		switch (event.type) {
			case 'agent_message_chunk':
				return this.#chunk('message', event.messageId, event.text);
			case 'agent_thought_chunk':
				return this.#chunk('thought', event.messageId, event.text);
			case 'tool_call': {
				const title = safeLine(event.title || event.name, TITLE_CHARS);
				this.#titles.set(event.id, title);
				return this.#line(`→ ${event.kind}: ${title}`);
			}
			case 'tool_result':
				return this.#line(this.#outcome(event)) + failureText(event);
			case 'plan':
				return this.#line(['Plan:', ...event.items.map(planLine)].join('\n'));
			case 'limit':
				return this.#line(
					`! limit${event.speaker ? ` of a sub-agent's model ${safeLine(event.model ?? '', 40)}` : ''} (${event.limit.kind}): ${safeLine(event.limit.source.excerpt, TITLE_CHARS)}`,
				);
			case 'retry':
				return this.#line(
					`! ${event.reason}, the agent retries${event.delayMs === null ? '' : ` in ${event.delayMs} ms`}`,
				);
			case 'error':
				return this.#line(`! ${safeLine(event.message, 500)}`);
			case 'session_started':
			case 'usage':
			case 'utilization':
				return '';
			case 'interim_answer':
				return this.#line(`… the agent has answered and waits for ${describeTasks(event.tasks)}`);
			case 'background_tasks':
			case 'compacting':
			case 'continued':
				return '';
			case 'turn_ended':
				return this.end();
			default:
				return assertNever(event);
		}
	}

	end(): string {
		return this.#close();
	}

	/** A line for a question, and one for its outcome. */
	question(event: QuestionEvent): string {
		if (event.type === 'question_asked') {
			this.#questions.set(event.question.id, event.question);
			return this.#line(`? asks: ${safeLine(event.question.title, TITLE_CHARS)}`);
		}
		return this.#line(`  ${describeAnswer(event, this.#questions.get(event.id))}`);
	}

	#chunk(kind: Block['kind'], messageId: string, text: string): string {
		let opening = '';
		if (this.#block?.kind !== kind || this.#block.messageId !== messageId) {
			opening = this.#close() + this.#gap() + (kind === 'thought' ? '<thinking>\n' : '');
			this.#block = { kind, messageId, filter: createTextFilter() };
			this.#isEmpty = false;
		}
		return opening + this.#block.filter.push(text);
	}

	#line(text: string): string {
		const closed = this.#close();
		const gap = closed === '' ? '' : '\n';
		this.#isEmpty = false;
		return `${closed}${gap}${text}\n`;
	}

	#outcome(event: Extract<AgentEvent, { type: 'tool_result' }>): string {
		const title = this.#titles.get(event.id) ?? '';
		this.#titles.delete(event.id);
		const verdict = event.denied
			? '⊘ refused'
			: event.ok === null
				? '? unknown'
				: event.ok
					? '✓ ok'
					: '✗ failed';
		return `${verdict}${event.exitCode === null ? '' : ` (exit ${event.exitCode})`}: ${title}`;
	}

	#close(): string {
		if (this.#block === null) return '';
		const { kind, filter } = this.#block;
		this.#block = null;
		return `${filter.end()}\n${kind === 'thought' ? '</thinking>\n' : ''}`;
	}

	#gap(): string {
		return this.#isEmpty ? '' : '\n';
	}
}

function failureText(event: Extract<AgentEvent, { type: 'tool_result' }>): string {
	if (event.ok !== false || event.output.trim() === '') return '';
	const lines = safeText(event.output).trimEnd().split('\n');
	const shown = lines.slice(-FAILURE_LINES).map((line) => `    ${line}\n`);
	const left = lines.length - shown.length;
	return (left > 0 ? `    [… ${left} lines in events.jsonl …]\n` : '') + shown.join('');
}

function planLine(item: { text: string; status: string }): string {
	const box = item.status === 'completed' ? '[x]' : item.status === 'in_progress' ? '[>]' : '[ ]';
	return `- ${box} ${safeLine(item.text, TITLE_CHARS)}`;
}

function assertNever(value: never): never {
	throw new Error(`unknown event ${JSON.stringify(value)}`);
}
