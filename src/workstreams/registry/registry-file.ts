/** `workstreams.json`: what there is. A file that cannot be read is left as it is, and then nothing is written. */
import { isAbsolute } from 'node:path';
import * as v from 'valibot';
import { RelayError } from '../../core/errors.ts';
import { quoteForShell } from '../../core/quote-for-shell.ts';
import { parseRecord, readRecord, refuseNewer } from '../../sessions/files/json-record.ts';
import { isWorkstreamName, type WorkstreamName } from '../workstream-name.ts';

const VERSION = 1;
export const MAX_DESCRIPTION_CHARS = 300;
export const STATUSES = ['active', 'parked', 'completed'] as const;
export type WorkstreamStatus = (typeof STATUSES)[number];

const text = v.pipe(v.string(), v.maxLength(4096));
export const workstreamName = v.custom<WorkstreamName>(
	(value) => typeof value === 'string' && isWorkstreamName(value),
	'not the name of a workstream',
);

const entrySchema = v.looseObject({
	name: workstreamName,
	description: text,
	status: v.picklist(STATUSES),
	created_at: text,
	/** When it was last saved, switched to, parked or completed. */
	last_touched: text,
	/** Folders of worktrees in which its sessions worked, newest last. Absolute. */
	projects: v.array(v.pipe(text, v.check(isAbsolute, 'not an absolute path'))),
});
export type Workstream = v.InferOutput<typeof entrySchema>;

const registrySchema = v.looseObject({
	schema_version: v.number(),
	workstreams: v.pipe(
		v.array(entrySchema),
		v.check((all) => new Set(all.map(({ name }) => name)).size === all.length, 'a name twice'),
	),
});
export type Registry = v.InferOutput<typeof registrySchema>;

const NOTHING: Registry = { schema_version: VERSION, workstreams: [] };

/** Empty where there is no file. Throws `damaged_record` (also for a link or a pipe in its place), `newer_version`. */
export function readRegistry(path: string): Registry {
	try {
		const bytes = readRecord(path);
		return bytes === null ? NOTHING : parseRecord(registrySchema, VERSION, bytes.toString('utf8'), path);
	} catch (error) {
		throw keptAsItIs(error, path);
	}
}

/** Throws `newer_version` for one of a newer relay: those are read, never written. */
export function serializeRegistry(registry: Registry, path: string): string {
	refuseNewer(registry.schema_version, VERSION, path);
	return `${JSON.stringify(registry, null, 2)}\n`;
}

/** What a damaged file means for the user: nothing was changed, and how to go on. */
export function keptAsItIs(error: unknown, path: string): unknown {
	if (!(error instanceof RelayError) || error.code !== 'damaged_record') return error;
	return new RelayError('damaged_record', `${error.message}; nothing was changed.`, {
		hint: `Mend it, or move it away: mv ${quoteForShell(path)} ${quoteForShell(`${path}.damaged`)}`,
		cause: error,
	});
}

export function findWorkstream({ workstreams }: Registry, name: WorkstreamName): Workstream | null {
	return workstreams.find((entry) => entry.name === name) ?? null;
}

/** Throws `not_found`, with the names that there are. */
export function requireWorkstream(registry: Registry, name: WorkstreamName): Workstream {
	const found = findWorkstream(registry, name);
	if (found !== null) return found;
	const known = registry.workstreams.map((entry) => entry.name);
	const list = known.length === 0 ? 'There are none yet.' : `There are: ${inBrief(known)}.`;
	throw new RelayError('not_found', `There is no workstream ${name}. ${list}`, {
		hint: `Create it: agent-relay ws new ${name} DESCRIPTION`,
	});
}

const SHOWN_NAMES = 10;

/** Names in a line, the first ones of many. */
export function inBrief(names: readonly string[]): string {
	const more = names.length - SHOWN_NAMES;
	return names.slice(0, SHOWN_NAMES).join(', ') + (more > 0 ? ` and ${more} more` : '');
}

/** The same registry with this entry in place of the one of its name, or added. */
export function withWorkstream(registry: Registry, entry: Workstream): Registry {
	const isKnown = findWorkstream(registry, entry.name) !== null;
	const others = registry.workstreams.map((one) => (one.name === entry.name ? entry : one));
	return { ...registry, workstreams: isKnown ? others : [...others, entry] };
}

export function withoutWorkstream(registry: Registry, name: WorkstreamName): Registry {
	return { ...registry, workstreams: registry.workstreams.filter((entry) => entry.name !== name) };
}
