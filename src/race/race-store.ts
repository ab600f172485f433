/** `race.json` in the folder of a race's session: read by anyone, written whole and durably by who holds the session. */
import { basename, join } from 'node:path';
import { RelayError } from '../core/errors.ts';
import { writeAtomic } from '../core/files.ts';
import type { SessionId } from '../core/ids.ts';
import { safeLine } from '../core/text.ts';
import { explainingWrites } from '../core/write-failure.ts';
import { parseRecord, readRecord, refuseNewer } from '../sessions/record-file.ts';
import { RACE_FILE } from '../sessions/session-paths.ts';
import type { OpenSession, SessionStore } from '../sessions/session-store.ts';
import { RACE_RECORD_VERSION, type RaceRecord, raceRecordSchema } from './race-record.ts';

/** Throws `not_found` for a session that is no race, `damaged_record`, `newer_version`. */
export function readRace(id: SessionId, { folderOf }: Pick<SessionStore, 'folderOf'>): RaceRecord {
	const record = readRecordOf(folderOf(id));
	if (record !== null) return record;
	throw new RelayError('not_found', `Session ${id} is no race.`, {
		hint: 'List the races with: agent-relay race list',
	});
}

type Listed = Pick<SessionStore, 'list'>;

/** Newest first. One whose record cannot be read is among `damagedRaces`. */
export function listRaces(store: Listed): RaceRecord[] {
	return readAll(store).flatMap(({ record }) => record ?? []);
}

/** Newest first; each with what `readRace` throws. */
export function damagedRaces(store: Listed): Array<{ id: SessionId; error: RelayError }> {
	return readAll(store).flatMap(({ id, error }) => (error === null ? [] : { id, error }));
}

function readAll(
	store: Listed,
): Array<{ id: SessionId; record: RaceRecord | null; error: RelayError | null }> {
	return store.list({ order: 'created' }).flatMap(({ id, meta, folder }) => {
		if (meta?.kind !== 'race' || meta.parent !== null) return [];
		try {
			return { id, record: readRecordOf(folder), error: null };
		} catch (error) {
			if (error instanceof RelayError) return { id, record: null, error };
			throw error;
		}
	});
}

/**
 * Replaces the record by `change` of it. Throws `session_locked` when the lock went to someone else, `disk_full`,
 * `not_writable`; then the old record stands.
 */
export function updateRace(
	session: Pick<OpenSession, 'id' | 'writableFolder'>,
	change: (record: RaceRecord) => RaceRecord,
): RaceRecord {
	const record = readRecordOf(session.writableFolder());
	if (record !== null) return writeRace(session, change(record));
	throw new RelayError('not_found', `Session ${session.id} is no race.`);
}

/** As `updateRace`, where the whole record is at hand; the folder is made again should it have vanished. */
export function writeRace(session: Pick<OpenSession, 'writableFolder'>, record: RaceRecord): RaceRecord {
	refuseNewer(record.schema_version, RACE_RECORD_VERSION, RACE_FILE);
	const path = join(session.writableFolder(), RACE_FILE);
	explainingWrites(path, () => writeAtomic(path, `${JSON.stringify(record, null, 2)}\n`, { sync: true }));
	return record;
}

function readRecordOf(folder: string): RaceRecord | null {
	const path = join(folder, RACE_FILE);
	const bytes = readRecord(path);
	if (bytes === null) return null;
	const record = parseRecord(raceRecordSchema, RACE_RECORD_VERSION, bytes.toString(), path);
	if (record.id === basename(folder)) return record;
	throw new RelayError(
		'damaged_record',
		`${path} is the record of another race: ${safeLine(record.id, 80)}`,
		{
			hint: 'It was copied or moved here.',
		},
	);
}
