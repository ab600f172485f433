/** Reading and writing the JSON records of a session: one parse and serialize pair for every schema. */
import type { Stats } from 'node:fs';
import { basename, dirname } from 'node:path';
import * as v from 'valibot';
import { RelayError } from '../../core/errors.ts';
import { isUnreadable, readIfThere } from '../../core/files/read-file.ts';
import { type FilePieces, filePieces } from '../../core/files/read-pieces.ts';
import { safeLine } from '../../core/text.ts';
import { SESSION_META_VERSION, type SessionMeta, sessionMetaSchema } from '../session-meta.ts';
import { TURN_STATE_VERSION, type TurnState, turnStateSchema } from '../turns/turn-state.ts';

/**
 * A `meta.json`. Unknown keys stay in the value and survive `serializeMeta`. Throws `damaged_record` with the path and the
 * first wrong key, or `newer_version` when a newer relay wrote it in a form that cannot be read.
 * @internal For tests: tried with texts of other versions.
 */
export function parseMeta(text: string, path: string): SessionMeta {
	return parseRecord(sessionMetaSchema, SESSION_META_VERSION, text, path);
}

/**
 * As `parseMeta`, for `NNN-state.json`.
 * @internal For tests: tried with texts of other versions.
 */
export function parseTurnState(text: string, path: string): TurnState {
	return parseRecord(turnStateSchema, TURN_STATE_VERSION, text, path);
}

/** Throws `newer_version` for a record of a newer relay: those are read, never written. */
export function serializeMeta(meta: SessionMeta, path: string): string {
	refuseNewer(meta.schema_version, SESSION_META_VERSION, path);
	return toText(meta);
}

export function serializeTurnState(state: TurnState, path: string): string {
	refuseNewer(state.schema_version, TURN_STATE_VERSION, path);
	return toText(state);
}

/**
 * The bytes of a session's file, null when there is none. Throws `damaged_record` for anything but a readable file (a link, a
 * folder, a pipe), and for a file larger than any record. `judge` gets the stats of the open file.
 */
export function readRecord(path: string, judge?: (facts: Stats) => void): Buffer | null {
	return ofRealFile(() => readIfThere(path, MAX_RECORD_BYTES, judge));
}

/** As `readRecord`, of a file of any size. */
export const recordPieces = (path: string): FilePieces | null => ofRealFile(() => filePieces(path));

function ofRealFile<Found>(read: () => Found): Found {
	try {
		return read();
	} catch (error) {
		if (!isUnreadable(error)) throw error;
		throw new RelayError('damaged_record', error.message, {
			hint: 'records are real files; look at it, then remove it',
			cause: error,
		});
	}
}

/** A turn with ten thousand tool calls has some 5 MB. */
const MAX_RECORD_BYTES = 64 * 1024 * 1024;

/** null when there is no such file. Throws `damaged_record` for a copied or forged one, whose id is not that of its folder. */
export function readMeta(path: string): SessionMeta | null {
	const bytes = readRecord(path);
	if (bytes === null) return null;
	const meta = parseMeta(bytes.toString('utf8'), path);
	if (meta.id === basename(dirname(path))) return meta;
	throw new RelayError(
		'damaged_record',
		`${path} is the record of another session: ${safeLine(meta.id, 80)}`,
		{
			hint: 'It was copied or moved here.',
		},
	);
}

/** null when there is no such file. */
export function readTurnState(path: string): TurnState | null {
	const bytes = readRecord(path);
	return bytes === null ? null : parseTurnState(bytes.toString('utf8'), path);
}

export function refuseNewer(version: number, known: number, path: string): void {
	if (version <= known) return;
	throw new RelayError('newer_version', `${path} was written by a newer agent-relay (version ${version})`, {
		hint: `this one knows version ${known}; update agent-relay to resume this session`,
	});
}

/** A record of any schema whose values carry `schema_version`. Throws like `parseMeta`. */
export function parseRecord<const S extends v.GenericSchema>(
	schema: S,
	known: number,
	text: string,
	path: string,
): v.InferOutput<S> {
	const value = parseJson(text, path);
	const result = v.safeParse(schema, value);
	if (result.success) return result.output;
	refuseNewer(versionOf(value), known, path);
	const issue = result.issues[0];
	throw damaged(path, `${v.getDotPath(issue) ?? 'the record'}: ${issue.message}`);
}

function parseJson(text: string, path: string): unknown {
	try {
		return JSON.parse(text);
	} catch (error) {
		throw damaged(path, text.trim() === '' ? 'the file is empty' : 'not JSON', error);
	}
}

function versionOf(value: unknown): number {
	if (typeof value !== 'object' || value === null || !('schema_version' in value)) return 0;
	return typeof value.schema_version === 'number' ? value.schema_version : 0;
}

function damaged(path: string, problem: string, cause?: unknown): RelayError {
	return new RelayError('damaged_record', `${path} is damaged: ${problem}`, {
		hint: 'the file is left as it is; the turns next to it can still be read with cat',
		cause,
	});
}

const toText = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;
