/** `runner.json`: what a runner is. Whether it runs is never in it, as that is asked of whatever runs it. */
import { isAbsolute } from 'node:path';
import * as v from 'valibot';
import { RelayError } from '../core/errors.ts';
import { quoteForShell } from '../core/quote-for-shell.ts';
import { parseRecord, readRecord, refuseNewer } from '../sessions/files/json-record.ts';
import { DNS_NAME, KINDS, PROTOCOLS, RUNNER_NAME } from './runner-rules.ts';

const VERSION = 1;
export const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

const line = v.pipe(v.string(), v.maxLength(4096));

const runnerSchema = v.looseObject({
	schema_version: v.number(),
	uuid: v.pipe(v.string(), v.regex(UUID, 'not a uuid')),
	name: v.pipe(v.string(), v.regex(RUNNER_NAME, 'not the name of a runner')),
	/** null: `command` runs. */
	agent: v.nullable(line),
	/** A program and its arguments; null: the agent runs. */
	command: v.nullable(v.pipe(v.array(line), v.minLength(1))),
	kind: v.picklist(KINDS),
	/** null: this machine. */
	host: v.nullable(line),
	/** What `work/` was cloned from, or, with `in_place`, the folder that it works in; null: `work/` was empty. */
	repo: v.nullable(line),
	in_place: v.boolean(),
	/** What a container is made from; null: it is none. */
	image: v.nullable(line),
	/** 0: none. */
	port: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(65_535)),
	protocol: v.picklist(PROTOCOLS),
	dns_name: v.nullable(v.pipe(v.string(), v.regex(DNS_NAME, 'not a DNS name'))),
	created_at: line,
	/** When it was last attached to or started; null: never. */
	last_accessed: v.nullable(line),
});
export type RunnerRecord = v.InferOutput<typeof runnerSchema>;

const checked = v.pipe(
	runnerSchema,
	v.check(({ agent, command }) => (agent === null) !== (command === null), 'neither an agent nor a command'),
	v.check(
		({ in_place, repo }) => !in_place || (repo !== null && isAbsolute(repo)),
		'works in place, in no folder',
	),
);

/**
 * null: there is no such file. Throws `damaged_record` (also for a link or a pipe in its place, and for one that belongs to another
 * folder) and `newer_version`.
 */
export function readRunner(path: string, uuid: string): RunnerRecord | null {
	try {
		const bytes = readRecord(path);
		if (bytes === null) return null;
		const record = parseRecord(checked, VERSION, bytes.toString('utf8'), path);
		if (record.uuid === uuid) return record;
		throw new RelayError('damaged_record', `${path} is the record of another runner: ${record.uuid}`);
	} catch (error) {
		if (!(error instanceof RelayError) || error.code !== 'damaged_record') throw error;
		throw new RelayError('damaged_record', `${error.message}; nothing was changed.`, {
			hint: `Mend it, or move it away: mv ${quoteForShell(path)} ${quoteForShell(`${path}.damaged`)}`,
			cause: error,
		});
	}
}

/** Throws `newer_version` for one of a newer relay: those are read, never written. */
export function serializeRunner(record: RunnerRecord, path: string): string {
	refuseNewer(record.schema_version, VERSION, path);
	return `${JSON.stringify(record, null, 2)}\n`;
}

type Facts = 'uuid' | 'name' | 'agent' | 'command' | 'kind' | 'host' | 'repo' | 'in_place' | 'image';
type Settings = 'port' | 'protocol' | 'dns_name' | 'created_at';

export const newRunner = (facts: Pick<RunnerRecord, Facts | Settings>): RunnerRecord => ({
	schema_version: VERSION,
	...facts,
	last_accessed: null,
});
