/** `ideas.json`: what might become a workstream. A file that cannot be read is left as it is, and then nothing is written. */
import * as v from 'valibot';
import { RelayError } from '../../core/errors.ts';
import { parseRecord, readRecord, refuseNewer } from '../../sessions/files/json-record.ts';
import { keptAsItIs } from './registry-file.ts';

const VERSION = 1;
export const MAX_IDEA_CHARS = 1000;

const ideaSchema = v.looseObject({
	/** From 1 on; never given to another idea. */
	number: v.pipe(v.number(), v.integer(), v.minValue(1)),
	text: v.pipe(v.string(), v.maxLength(4096)),
	added_at: v.string(),
});
export type Idea = v.InferOutput<typeof ideaSchema>;

const ideasSchema = v.looseObject({
	schema_version: v.number(),
	/** The number of the next idea. */
	next: v.pipe(v.number(), v.integer(), v.minValue(1)),
	ideas: v.array(ideaSchema),
});
export type Ideas = v.InferOutput<typeof ideasSchema>;

const NOTHING: Ideas = { schema_version: VERSION, next: 1, ideas: [] };

/** Empty where there is no file. Throws `damaged_record`, `newer_version`. */
export function readIdeas(path: string): Ideas {
	try {
		const bytes = readRecord(path);
		return bytes === null ? NOTHING : parseRecord(ideasSchema, VERSION, bytes.toString('utf8'), path);
	} catch (error) {
		throw keptAsItIs(error, path);
	}
}

/** Throws `newer_version` for one of a newer relay. */
export function serializeIdeas(ideas: Ideas, path: string): string {
	refuseNewer(ideas.schema_version, VERSION, path);
	return `${JSON.stringify(ideas, null, 2)}\n`;
}

/** With these texts behind the others, each once. */
export function withIdeas(ideas: Ideas, texts: readonly string[], at: string): Ideas {
	const first = Math.max(ideas.next, ...ideas.ideas.map(({ number }) => number + 1));
	const added = texts.map((text, index): Idea => ({ number: first + index, text, added_at: at }));
	return { ...ideas, next: first + added.length, ideas: [...ideas.ideas, ...added] };
}

/** Throws `not_found`. */
export function requireIdea({ ideas }: Ideas, number: number): Idea {
	const found = ideas.find((idea) => idea.number === number);
	if (found !== undefined) return found;
	throw new RelayError('not_found', `There is no idea ${number}.`, {
		hint: 'List them: agent-relay ws idea list',
	});
}

export function withoutIdea(ideas: Ideas, number: number): Ideas {
	return { ...ideas, ideas: ideas.ideas.filter((idea) => idea.number !== number) };
}
