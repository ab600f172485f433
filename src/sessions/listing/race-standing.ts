/** The part of a race's record that the status of its session needs; the record itself belongs to `race/`. */
import { join } from 'node:path';
import * as v from 'valibot';
import { RelayError } from '../../core/errors.ts';
import { readRecord } from '../files/json-record.ts';
import { RACE_FILE } from '../files/session-paths.ts';
import type { SessionMeta } from '../session-meta.ts';
import type { RaceStanding } from './session-status.ts';

const standingSchema = v.looseObject({
	state: v.string(),
	winner: v.nullable(v.string()),
	entrants: v.array(v.looseObject({ outcome: v.nullable(v.string()) })),
});

/** null for a session that is not a race; an entrant's is judged by its turns like any other. */
export function raceStanding(
	folder: string,
	{ kind, parent }: Pick<SessionMeta, 'kind' | 'parent'>,
): RaceStanding | null {
	if (kind !== 'race' || parent !== null) return null;
	const record = readStanding(join(folder, RACE_FILE));
	if (record?.state === 'cleaned') return 'completed';
	if (record?.state !== 'ended') return 'interrupted';
	const canResume = record.winner === null && record.entrants.some(({ outcome }) => outcome === 'limited');
	return canResume ? 'limit' : 'completed';
}

/** null for a record that is missing or cannot be read. */
function readStanding(path: string): v.InferOutput<typeof standingSchema> | null {
	try {
		const parsed = v.safeParse(standingSchema, JSON.parse(readRecord(path)?.toString() ?? 'null'));
		return parsed.success ? parsed.output : null;
	} catch (error) {
		if (error instanceof RelayError || error instanceof SyntaxError) return null;
		throw error;
	}
}
