/**
 * What sessions leave beside the workstreams, ours and those that agents keep alone: a marker (which workstream it works on) and
 * hints (what it did, in segments). Both are read leniently, as agents' hooks and other tools may write them too.
 */
import { join } from 'node:path';
import * as v from 'valibot';
import { fromIso } from '../../core/clock.ts';
import { namesIn } from '../../core/files/folders.ts';
import { readJsonOrNull } from '../../core/files/read-file.ts';
import { workstreamName } from '../registry/registry-file.ts';
import { isSessionKey } from '../workstream-name.ts';
import type { Places } from '../workstream-places.ts';

const markerSchema = v.looseObject({ workstream: workstreamName, timestamp: v.string() });
export type Marker = v.InferOutput<typeof markerSchema>;

const line = v.pipe(v.string(), v.maxLength(4096));
const segmentSchema = v.looseObject({
	/** ISO-8601. */
	from: v.string(),
	to: v.string(),
	/** null: the session worked on none. */
	workstream: v.nullable(workstreamName),
	bullets: v.array(line),
	decisions: v.array(line),
	/** The agent whose words these are; absent: they are from the records. */
	written_by: v.optional(v.string()),
});
export type Segment = v.InferOutput<typeof segmentSchema>;

const hintSchema = v.looseObject({
	session_id: v.string(),
	/** When it was written first. */
	timestamp: v.string(),
	/** Where the session worked; null: not known. Absolute. */
	project: v.nullable(v.string()),
	agents: v.array(v.string()),
	/** Oldest first. */
	segments: v.array(segmentSchema),
});
export type Hint = v.InferOutput<typeof hintSchema>;

export const markerPath = ({ markers }: Pick<Places, 'markers'>, session: string): string =>
	join(markers, `${session}.json`);

/** null: none, or nothing that can be one. */
export function readMarker(places: Pick<Places, 'markers'>, session: string): Marker | null {
	if (!isSessionKey(session)) return null;
	return parsed(markerSchema, markerPath(places, session));
}

export function serializeMarker(marker: Marker): string {
	return `${JSON.stringify(marker)}\n`;
}

/** The markers of every session, by its id. */
export function readMarkers(places: Pick<Places, 'markers'>): Map<string, Marker> {
	const found = new Map<string, Marker>();
	for (const name of namesIn(places.markers)) {
		const session = /^(.+)\.json$/.exec(name)?.[1];
		const marker = session === undefined ? null : readMarker(places, session);
		if (session !== undefined && marker !== null) found.set(session, marker);
	}
	return found;
}

const HINT_FILE = /^(\d{8}T\d{6}Z)-([A-Za-z0-9][A-Za-z0-9._-]{0,127})\.json$/;

/** The file of a session's hint: the one that there is, else a new one. */
export function hintPath({ hints }: Pick<Places, 'hints'>, session: string, at: string): string {
	const there = namesIn(hints).find((name) => HINT_FILE.exec(name)?.[2] === session);
	const stamp = at.replace(/[-:]/g, '').replace(/\.\d+/, '');
	return join(hints, there ?? `${stamp}-${session}.json`);
}

/** null: none, or nothing that can be one. */
export const readHint = (path: string): Hint | null => parsed(hintSchema, path);

/** Every hint that can be read. `unread`: names of files that cannot be. */
export function readHints({ hints }: Pick<Places, 'hints'>): { hints: Hint[]; unread: string[] } {
	const found: Hint[] = [];
	const unread: string[] = [];
	for (const name of namesIn(hints).sort()) {
		if (!HINT_FILE.test(name)) continue;
		const hint = readHint(join(hints, name));
		if (hint === null) unread.push(name);
		else found.push(hint);
	}
	return { hints: found, unread };
}

/** The hint with the segment behind the others; one that begins at the same time gives way to it. */
export function withSegment(
	before: Hint | null,
	session: Pick<Hint, 'session_id' | 'project' | 'agents' | 'timestamp'>,
	segment: Segment,
): Hint {
	const others = (before?.segments ?? []).filter(({ from }) => from !== segment.from);
	const segments = [...others, segment].sort((a, b) => (fromIso(a.from) ?? 0) - (fromIso(b.from) ?? 0));
	return { ...before, ...session, timestamp: before?.timestamp ?? session.timestamp, segments };
}

export const serializeHint = (hint: Hint): string => `${JSON.stringify(hint, null, 2)}\n`;

function parsed<const S extends v.GenericSchema>(schema: S, path: string): v.InferOutput<S> | null {
	const result = v.safeParse(schema, readJsonOrNull(path));
	return result.success ? result.output : null;
}
