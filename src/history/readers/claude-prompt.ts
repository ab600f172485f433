/** Which `user` lines of a claude transcript a person typed: most are results, notices and expansions of the CLI's own. Pure. */
import { isInterruption } from '../../agents/claude/native/interruption.ts';
import { type JsonObject, listOrEmpty, objectOrEmpty, textOrNull } from '../../agents/reading/json-fields.ts';
import type { PromptSource } from '../transcript-items.ts';

export type UserLine =
	| { is: 'prompt'; by: PromptSource; text: string }
	| { is: 'interruption' }
	/** Results of tools, or nothing that anybody said. */
	| { is: 'other' };

const OTHER: UserLine = { is: 'other' };

/** What the CLI and editors put before a prompt. */
const CONTEXT = /^\s*<(ide_opened_file|ide_selection|system-reminder|ide_diagnostics)>[\s\S]*?<\/\1>\s*/;
const PLAN = /^Implement the following plan:\s*\n+\s*#/;
const NOT_SAID = /^<(?:local-command-stdout|local-command-stderr|bash-stdout|bash-stderr|task-notification)>/;
const MAX_CONTEXTS = 50;

export function readUserLine(line: JsonObject): UserLine {
	const { content } = objectOrEmpty(line.message);
	if (line.toolUseResult !== undefined || hasToolResult(content)) return OTHER;
	if (line.isCompactSummary === true || line.isVisibleInTranscriptOnly === true) return OTHER;
	const text = textOf(content);
	if (isInterruption(text)) return { is: 'interruption' };
	if (line.isMeta === true || text === '') return OTHER;
	if (line.isSidechain === true) return { is: 'prompt', by: 'agent', text };
	if (textOrNull(line.planContent) !== null || PLAN.test(text)) return { is: 'prompt', by: 'plan', text };
	const origin = textOrNull(objectOrEmpty(line.origin).kind);
	if ((origin !== null && origin !== 'human') || NOT_SAID.test(text)) return OTHER;
	if (/^<command-(?:name|message)>/.test(text)) return { is: 'prompt', by: 'command', text: commandOf(text) };
	if (text.startsWith('<bash-input>')) return { is: 'prompt', by: 'shell', text: tagged(text, 'bash-input') };
	return { is: 'prompt', by: 'person', text };
}

function hasToolResult(content: unknown): boolean {
	return listOrEmpty(content).some((block) => objectOrEmpty(block).type === 'tool_result');
}

/** Without pictures, and without what an editor or the CLI put before the words. */
function textOf(content: unknown): string {
	const blocks = textOrNull(content) === null ? listOrEmpty(content) : [{ type: 'text', text: content }];
	return blocks
		.map((block) => textOrNull(objectOrEmpty(block).text))
		.filter((text) => text !== null)
		.map(withoutContext)
		.filter((text) => text !== '')
		.join('\n');
}

function withoutContext(text: string): string {
	let rest = text;
	for (let at = 0; at < MAX_CONTEXTS && CONTEXT.test(rest); at++) rest = rest.replace(CONTEXT, '');
	return rest.trim();
}

function commandOf(text: string): string {
	const name = tagged(text, 'command-name') || `/${tagged(text, 'command-message')}`;
	return `${name} ${tagged(text, 'command-args')}`.trim();
}

/** Plain search: a hostile text makes a pattern slow. */
function tagged(text: string, tag: string): string {
	const start = text.indexOf(`<${tag}>`);
	const end = text.indexOf(`</${tag}>`, start);
	return start < 0 || end < 0 ? '' : text.slice(start + tag.length + 2, end).trim();
}
