/**
 * Text piped in with a task (`git diff | agent-relay run "review this"`): it follows the task in `<stdin-XXXXXXXX>`, whose eight
 * hex digits are the start of its SHA-256, so it cannot contain its own closing mark. It is material and was not typed: a CLI's own
 * prompt syntax in it is made harmless, and a packet cuts it before the user's words.
 */
import { createHash } from 'node:crypto';

/** The task, a blank line, and the material in its fence. Both stay unchanged except for a line break at the end. */
export function withPipedText(task: string, material: string): string {
	const mark = `stdin-${createHash('sha256').update(material).digest('hex').slice(0, 8)}`;
	const gap = task.endsWith('\n') ? '\n' : '\n\n';
	const end = material.endsWith('\n') ? '' : '\n';
	return `${task}${gap}<${mark}>\n${material}${end}</${mark}>`;
}

export interface PipedText {
	/** The user's words with the opening mark; never empty. */
	head: string;
	material: string;
	/** The closing mark. */
	tail: string;
}

const OPENING = /\n\n<(stdin-[0-9a-f]{8})>\n/g;

/** The parts of a text that `withPipedText` made, redacted or not; null for any other. */
export function splitPipedText(text: string): PipedText | null {
	for (const { 0: opening, 1: mark, index } of text.matchAll(OPENING)) {
		const tail = `</${mark}>`;
		const start = index + opening.length;
		if (!text.endsWith(`\n${tail}`) || start > text.length - tail.length) continue;
		const end = text.length - tail.length;
		return { head: text.slice(0, start), material: text.slice(start, end), tail };
	}
	return null;
}

/** Applies `inert` to the material alone. */
export function withInertMaterial(text: string, inert: (material: string) => string): string {
	const parts = splitPipedText(text);
	return parts === null ? text : parts.head + inert(parts.material) + parts.tail;
}
