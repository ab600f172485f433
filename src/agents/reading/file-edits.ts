/**
 * What a tool did to files, in the one shape of `FileEdit`, from the forms in which CLIs report it. Changed lines are counted
 * over the whole report; kept are as many lines as one looks at, so that an edit of any size makes a small event.
 */
import type { EditHunk, EditKind, FileEdit } from '../events.ts';
import { countOrNull, type JsonObject, listOrEmpty, objectOrEmpty, textOrNull } from './json-fields.ts';

/** Lines that an edit of one file keeps, and characters of each. */
const MAX_LINES = 120;
const MAX_LINE_CHARS = 400;
/** Files of one report. */
const MAX_FILES = 50;
const MAX_PATH_CHARS = 4096;
/** A longer text or diff is not read: it would hold the turn up for longer than a frame, and git knows what changed. */
const MAX_READ_CHARS = 1024 * 1024;

/** Takes lines as long as there is room, and counts all that changed. */
class Hunks {
	readonly hunks: EditHunk[] = [];
	added = 0;
	removed = 0;
	#left = MAX_LINES;

	begin(oldStart: number | null, newStart: number | null): void {
		if (this.#left > 0) this.hunks.push({ oldStart, newStart, lines: [] });
	}

	/** `line` begins with its sign. */
	take(line: string): void {
		if (line.startsWith('+')) this.added++;
		else if (line.startsWith('-')) this.removed++;
		if (this.#left-- > 0) this.hunks.at(-1)?.lines.push(cutLine(line));
	}

	edit(path: string, kind: EditKind): FileEdit {
		const { added, removed } = this;
		const hunks = this.hunks.filter(({ lines }) => lines.length > 0);
		return { path: path.slice(0, MAX_PATH_CHARS), kind, added, removed, hunks };
	}
}

const cutLine = (line: string) =>
	(line.length > MAX_LINE_CHARS ? `${line.slice(0, MAX_LINE_CHARS - 1)}…` : line).replace(/\r$/, '');

/** Hunks as objects of `oldStart`, `newStart` and `lines` with their signs. */
export function structuredEdit(path: string, kind: EditKind, patch: unknown): FileEdit {
	const hunks = new Hunks();
	for (const entry of listOrEmpty(patch)) {
		const { oldStart, newStart, lines } = objectOrEmpty(entry);
		hunks.begin(countOrNull(oldStart), countOrNull(newStart));
		for (const line of listOrEmpty(lines)) {
			const text = textOrNull(line);
			if (text !== null && isHunkLine(text)) hunks.take(text);
		}
	}
	return hunks.edit(path, kind);
}

/** `\ No newline at end of file` is none. */
const isHunkLine = (line: string) => line === '' || ' +-'.includes(line.charAt(0));

/** A file that was not there before. */
export function createdFile(path: string, content: string): FileEdit {
	const hunks = new Hunks();
	hunks.begin(0, 1);
	let lines = 0;
	for (let from = 0; from < content.length; lines++) {
		const at = content.indexOf('\n', from);
		const end = at < 0 ? content.length : at;
		// Only the number of the others is of use.
		if (lines < MAX_LINES) hunks.take(`+${content.slice(from, end)}`);
		from = end + 1;
	}
	return { ...hunks.edit(path, 'create'), added: lines };
}

/**
 * A text that took the place of another, nobody says where: whole lines that both begin or end with are context, all between
 * them has changed.
 */
function replacedText(path: string, before: string, after: string): FileEdit {
	const [old, now] = [linesOf(before), linesOf(after)];
	const most = Math.min(old.length, now.length);
	let head = 0;
	while (head < most && old[head] === now[head]) head++;
	let tail = 0;
	while (tail < most - head && old.at(-1 - tail) === now.at(-1 - tail)) tail++;
	const hunks = new Hunks();
	hunks.begin(null, null);
	for (const line of old.slice(Math.max(0, head - CONTEXT), head)) hunks.take(` ${line}`);
	for (const line of old.slice(head, old.length - tail)) hunks.take(`-${line}`);
	for (const line of now.slice(head, now.length - tail)) hunks.take(`+${line}`);
	for (const line of old.slice(old.length - tail).slice(0, CONTEXT)) hunks.take(` ${line}`);
	return hunks.edit(path, 'edit');
}

const CONTEXT = 3;

function linesOf(text: string): string[] {
	const lines = text.split('\n');
	if (lines.at(-1) === '') lines.pop();
	return lines;
}

const HUNK_HEAD = /^@@ -(\d{1,9})(?:,(\d{1,9}))? \+(\d{1,9})(?:,(\d{1,9}))? @@/;

/** The edit that a call with such an input makes: a text for another, by the names that most CLIs give the two; else null. */
export function editOfInput(path: string, input: JsonObject): FileEdit | null {
	const before = firstText(input, ['old_string', 'oldString', 'old_str']);
	const after = firstText(input, ['new_string', 'newString', 'new_str']);
	if (before === null || after === null) return null;
	return before.length + after.length > MAX_READ_CHARS ? null : replacedText(path, before, after);
}

function firstText(input: JsonObject, names: readonly string[]): string | null {
	return names.map((name) => textOrNull(input[name])).find((text) => text !== null) ?? null;
}

/**
 * The files of a unified diff, as git and the `diff` packages write it. Read by the counts of each hunk's head, so that a
 * removed line that looks like a head is not taken for one. None of a diff that is too long.
 */
export function unifiedEdits(diff: string): FileEdit[] {
	const edits: FileEdit[] = [];
	if (diff.length > MAX_READ_CHARS) return edits;
	let file = new PatchedFile();
	const finish = () => {
		const edit = file.edit();
		if (edit !== null && edits.length < MAX_FILES) edits.push(edit);
		file = new PatchedFile();
	};
	for (const line of diff.split('\n')) {
		if (file.takesLine(line)) continue;
		if (/^(?:diff --git |Index: )/.test(line) || (line.startsWith('--- ') && file.isNamed)) finish();
		file.head(line);
	}
	finish();
	return edits;
}

class PatchedFile {
	readonly #hunks = new Hunks();
	#before: string | null = null;
	#after: string | null = null;
	#kind: EditKind = 'edit';
	#isBinary = false;
	#isNamed = false;
	#oldLeft = 0;
	#newLeft = 0;

	/** Both of its names stood above its hunks: another such line belongs to the next file. */
	get isNamed(): boolean {
		return this.#isNamed;
	}

	/** False: the line is no line of a hunk that is open. */
	takesLine(line: string): boolean {
		if (this.#oldLeft <= 0 && this.#newLeft <= 0) return false;
		if (!isHunkLine(line)) return line.startsWith('\\');
		if (!line.startsWith('+')) this.#oldLeft--;
		if (!line.startsWith('-')) this.#newLeft--;
		this.#hunks.take(line === '' ? ' ' : line);
		return true;
	}

	head(line: string): void {
		const hunk = HUNK_HEAD.exec(line);
		if (hunk !== null) {
			const [, oldStart = '', oldLines = '1', newStart = '', newLines = '1'] = hunk;
			this.#oldLeft = Number(oldLines);
			this.#newLeft = Number(newLines);
			this.#hunks.begin(Number(oldStart), Number(newStart));
		} else if (line.startsWith('--- ')) this.#before = nameOf(line);
		else if (line.startsWith('+++ ')) {
			this.#after = nameOf(line);
			this.#isNamed = true;
		} else if (/^(?:new|create) file mode /.test(line)) this.#kind = 'create';
		else if (line.startsWith('deleted file mode ')) this.#kind = 'delete';
		else if (line.startsWith('rename from ')) this.#before = line.slice(12);
		else if (line.startsWith('rename to ')) {
			this.#after = line.slice(10);
			this.#kind = 'move';
		} else if (/^(?:Binary files |GIT binary patch)/.test(line)) this.#isBinary = true;
		else this.#nameFromHead(line);
	}

	#nameFromHead(line: string): void {
		const same = /^diff --git a\/(.*) b\/\1$/.exec(line)?.[1];
		if (same === undefined) return;
		this.#before ??= same;
		this.#after ??= same;
	}

	edit(): FileEdit | null {
		const [before, after] = [this.#before, this.#after];
		if (before === null && after === null) return null;
		const kind = before === NOWHERE ? 'create' : after === NOWHERE ? 'delete' : this.#kind;
		const path = (kind === 'create' ? after : before) ?? after ?? '';
		const edit = this.#hunks.edit(path, kind);
		const counted = this.#isBinary ? { ...edit, added: null, removed: null } : edit;
		return kind === 'move' && after !== null ? { ...counted, movedTo: after } : counted;
	}
}

const NOWHERE = '/dev/null';

/** `--- a/src/slug.js`; CLIs that name an absolute path put the `a` right before it, or leave it out. */
function nameOf(line: string): string {
	const name = (line.slice(4).split('\t')[0] ?? '').replace(/^"(.*)"$/, '$1');
	if (name === 'a/dev/null' || name === NOWHERE) return NOWHERE;
	return name.replace(/^[ab]\//, '');
}
