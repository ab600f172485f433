import * as v from 'valibot';

const text = v.string();

/** An undo or a redo, as `undos` of `meta.json` has it. What it wrote is in `record`. */
export const undoStepSchema = v.looseObject({
	/** From 1 on, in its session. */
	step: v.number(),
	kind: v.picklist(['undo', 'redo']),
	at: text,
	/** The session's newest turn at that time; 0: none. */
	after_turn: v.number(),
	/** Whose changes were taken back, or (`redo`) made again; oldest first. They may be of sessions that this one continues. */
	turns: v.array(v.looseObject({ session_id: text, turn: v.number() })),
	/** The undo that a redo took back; null for an undo. */
	of: v.nullable(v.looseObject({ session_id: text, step: v.number() })),
	/** How many files it wrote or removed. */
	files: v.number(),
	/** The first of them. */
	paths: v.array(v.looseObject({ path: text, change: text })),
	/** The first of the paths that it left as they were, because they had changed since. */
	left: v.array(text),
	/** Where copies of changed files are that it replaced, relative to the session's folder; null: it replaced none. */
	kept: v.nullable(text),
	/** Relative to the session's folder. */
	record: text,
});

export type UndoStep = v.InferOutput<typeof undoStepSchema>;

/** How many paths a step names in `meta.json` and `log.jsonl`. */
export const NAMED_PATHS = 50;
