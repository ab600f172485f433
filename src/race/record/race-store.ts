/** `race.json` in the folder of a race's session: read by anyone, written whole and durably by who holds the session. */
import { basename, join } from 'node:path';
import { RelayError } from '../../core/errors.ts';
import { explainingWrites } from '../../core/files/write-failure.ts';
import { writeAtomic } from '../../core/files/write-file.ts';
import type { SessionId } from '../../core/ids.ts';
import { safeLine } from '../../core/text.ts';
import { parseRecord, readRecord, refuseNewer } from '../../sessions/files/json-record.ts';
import { RACE_FILE } from '../../sessions/files/session-paths.ts';
import type { NameId } from '../../sessions/names/name-id.ts';
import type { OpenSession, SessionStore } from '../../sessions/store/session-store.ts';
import { eventsOfRace } from './race-log.ts';
import { RACE_RECORD_VERSION, type RaceRecord, raceRecordSchema } from './race-record.ts';

/** Throws `not_found` for a session that is not a race, `damaged_record`, `newer_version`. */
export function readRace(id: SessionId, { folderOf }: Pick<SessionStore, 'folderOf'>): RaceRecord {
	const record = readRecordOf(folderOf(id));
	if (record !== null) return record;
	throw new RelayError('not_found', `Session ${id} is not a race.`, {
		hint: 'List the races with: agent-relay race list',
	});
}

type Listed = Pick<SessionStore, 'list'>;

/** Newest first. */
interface Races {
	records: RaceRecord[];
	/** Those whose record cannot be read, each with what `readRace` throws. */
	damaged: Array<{ id: SessionId; error: RelayError }>;
}

/** Reads the records of all sessions once. `name`: those of this name, null: of every name; absent: of the name in force. */
export function racesIn(store: Listed, name?: NameId | null): Races {
	const races: Races = { records: [], damaged: [] };
	for (const { id, meta, folder } of store.list({
		order: 'created',
		...(name === undefined ? {} : { name }),
	})) {
		if (meta?.kind !== 'race' || meta.parent !== null) continue;
		try {
			const record = readRecordOf(folder);
			if (record !== null) races.records.push(record);
		} catch (error) {
			if (!(error instanceof RelayError)) throw error;
			races.damaged.push({ id, error });
		}
	}
	return races;
}

/** Those of `racesIn` that can be read. */
export const listRaces = (store: Listed, name?: NameId | null): RaceRecord[] => racesIn(store, name).records;

/**
 * Replaces the record by `change` of it. Throws `session_locked` when the lock went to someone else, `disk_full`,
 * `not_writable`; then the old record stands.
 */
export function updateRace(
	session: Pick<OpenSession, 'id' | 'writableFolder' | 'log'>,
	change: (record: RaceRecord) => RaceRecord,
): RaceRecord {
	const record = readRecordOf(session.writableFolder());
	if (record !== null) return writeRace(session, { before: record, after: change(record) });
	throw new RelayError('not_found', `Session ${session.id} is not a race.`);
}

/**
 * As `updateRace`, where the whole record is at hand; the folder is made again should it have vanished. `before`: as it stood,
 * null for a race that begins.
 */
export function writeRace(
	session: Pick<OpenSession, 'writableFolder' | 'log'>,
	{ before, after }: { before: RaceRecord | null; after: RaceRecord },
): RaceRecord {
	refuseNewer(after.schema_version, RACE_RECORD_VERSION, RACE_FILE);
	const path = join(session.writableFolder(), RACE_FILE);
	explainingWrites(path, () => writeAtomic(path, `${JSON.stringify(after, null, 2)}\n`, { sync: true }));
	for (const event of eventsOfRace(before, after)) session.log(event);
	return after;
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
