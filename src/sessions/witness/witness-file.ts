/**
 * One file of `$XDG_STATE_HOME/agent-relay/witness/`: what the user said in a session, kept out of reach of any repo and its
 * clean-ups. Lines are only ever appended. This file holds the lines, and how they reach the disk.
 */
import { closeSync, constants, fstatSync, ftruncateSync, openSync, readSync } from 'node:fs';
import { dirname } from 'node:path';
import * as v from 'valibot';
import { hasErrno } from '../../core/errors.ts';
import { isOwned, lstatIfThere } from '../../core/files/file-facts.ts';
import { describesOwnFolder, ensureFolder, isForeignFolder } from '../../core/files/folders.ts';
import { isUnreadable, readIfThere } from '../../core/files/read-file.ts';
import { FILE_MODE, writeAll } from '../../core/files/write-file.ts';

export const WITNESS_VERSION = 1;

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

/** The first line: this user's relay began the session, or took it over on the user's word. Repeated when its records move. */
const beginningSchema = v.looseObject({
	kind: v.literal('session'),
	schema_version: v.number(),
	session_id: v.string(),
	/** Where its records are. Absolute. */
	folder: v.string(),
	at: v.string(),
	/** The user accepted a session that none of his relays began. */
	accepted: v.optional(v.boolean()),
});

const wordsSchema = v.looseObject({
	kind: v.picklist(['objective', 'pending', 'prompt', 'note', 'shell', 'chat', 'kept', 'allow', 'config']),
	at: v.string(),
	/** The turn that was sent them; if they are not a prompt, the newest turn then. */
	turn: count,
	sha256: v.string(),
	bytes: count,
	/** For a prompt: where they are in the prompt file of `in_turn`. */
	in_turn: v.optional(count),
	start: v.optional(count),
	end: v.optional(count),
	/** Their beginning up to `MAX_WORDS_BYTES`; absent if an earlier line holds them. */
	words: v.optional(v.string()),
});

const lineSchema = v.variant('kind', [beginningSchema, wordsSchema]);
export type WitnessLine = v.InferOutput<typeof lineSchema>;
export type WordsLine = v.InferOutput<typeof wordsSchema>;

/** What a packet has room for by default. */
export const MAX_WORDS_BYTES = 24 * 1024;
/** Some thousand prompts of the longest kind; a larger file is not a witness of ours. */
const MAX_FILE_BYTES = 128 * 1024 * 1024;

/** Each line as data and as text. What cannot be parsed (a torn line, one of a newer kind) is left out. */
export function parseWitness(text: string): Array<{ line: WitnessLine; text: string }> {
	return text.split('\n').flatMap((one) => {
		const read = v.safeParse(lineSchema, parseOrNull(one));
		return read.success ? [{ line: read.output, text: `${one}\n` }] : [];
	});
}

export const serializeWitness = (line: WitnessLine): string => `${JSON.stringify(line)}\n`;

function parseOrNull(line: string): unknown {
	try {
		return JSON.parse(line);
	} catch {
		return null;
	}
}

/**
 * The file's text, null if there is none. Throws a system error, or `unreadable_file`, unless it is this user's own file in a
 * folder of his.
 */
export function readWitnessText(path: string): string | null {
	if (isForeignFolder(dirname(path))) throw notOurs('folder', dirname(path));
	const bytes = readIfThere(path, undefined, (facts) => {
		if (!isOwned(facts)) throw notOurs('file', path);
		if (facts.size > MAX_FILE_BYTES) throw errno('EFBIG', `${path} is too large for a witness`);
	});
	return bytes?.toString('utf8') ?? null;
}

const { O_APPEND, O_CREAT, O_NOFOLLOW, O_NONBLOCK, O_RDWR } = constants;

/**
 * Appends `lines`, or `all` if the file is gone or shorter than `knownBytes`. Never through a link, never half a line: a full
 * disk leaves the file as it was. Returns the new size, and whether the file was empty or new. Throws a system error.
 */
export function appendWitness(
	path: string,
	{ lines, all, knownBytes }: { lines: string; all: string; knownBytes: number },
): { bytes: number; isNew: boolean } {
	const folder = dirname(path);
	const standing = lstatIfThere(folder);
	if (standing === undefined) ensureFolder(folder);
	else if (!describesOwnFolder(standing)) throw notOurs('folder', folder);
	const fd = openSync(path, O_RDWR | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK, FILE_MODE);
	try {
		const facts = fstatSync(fd);
		if (!facts.isFile() || !isOwned(facts)) throw notOurs('file', path);
		const text = facts.size < Math.max(1, knownBytes) ? all : lines;
		const data = Buffer.from(endsInLine(fd, facts.size) ? text : `\n${text}`);
		try {
			writeAll(fd, data);
		} catch (error) {
			ftruncateSync(fd, facts.size);
			throw error;
		}
		return { bytes: facts.size + data.length, isNew: facts.size === 0 };
	} finally {
		closeSync(fd);
	}
}

/** Why it cannot be read or written, as the end of a sentence; a bug passes through. */
export function witnessProblem(error: unknown): string {
	if (isUnreadable(error)) return error.message;
	if (hasErrno(error, 'ENOSPC', 'EDQUOT')) return 'the disk is full';
	if (error instanceof Error && 'code' in error) return error.message;
	throw error;
}

function endsInLine(fd: number, size: number): boolean {
	if (size === 0) return true;
	const last = Buffer.alloc(1);
	readSync(fd, last, 0, 1, size - 1);
	return last[0] === 0x0a;
}

const notOurs = (what: 'file' | 'folder', path: string) =>
	errno(what === 'file' ? 'EACCES' : 'ENOTDIR', `${path} is not a ${what} of yours`);

const errno = (code: string, message: string) => Object.assign(new Error(message), { code });
