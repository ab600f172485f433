/**
 * How full the windows of each agent's plan are, as far as its CLI has reported: one small file for every relay of this user, locked while
 * it is rewritten, read again for each question. It is a hint, never evidence of a limit: a file that cannot be read counts as
 * empty, and what cannot be written is known to this relay alone.
 */
import * as v from 'valibot';
import type { AgentId } from '../agents/agent-adapter.ts';
import type { Utilization } from '../agents/events.ts';
import { type Clock, fromIso, toIso, toIsoOrNull } from '../core/clock.ts';
import { isSystemError, RelayError } from '../core/errors.ts';
import { type Locking, withFileLock } from '../core/files/file-lock.ts';
import { readIfThere } from '../core/files/read-file.ts';
import { writeAtomic } from '../core/files/write-file.ts';

/** A window as last reported. `ratio`: the used share, 1 = full. Epoch ms. */
export interface SeenWindow extends Utilization {
	agent: AgentId;
	/** `LoginState.account`. */
	account: string;
	seenAt: number;
}

export interface Quota {
	/** Windows that have not been reset since, each with its newest report; in the order in which they became known. */
	windows(): SeenWindow[];
	/** Remembers a report of now. */
	record(login: { agent: AgentId; account: string }, windows: readonly Utilization[]): void;
}

export interface QuotaOptions {
	file: string;
	clock: Pick<Clock, 'now'>;
	locking: Locking;
}

const QUOTA_VERSION = 1;
/** A report without a reset says nothing after the longest window. */
const FORGET_AFTER_MS = 8 * 86_400_000;
/** The same report again is not written sooner than that. */
const REPEAT_AFTER_MS = 60_000;
const MAX_WINDOWS = 200;

const iso = v.pipe(
	v.string(),
	v.check((text) => fromIso(text) !== null),
);
const windowSchema = v.looseObject({
	agent: v.string(),
	account: v.string(),
	window: v.string(),
	ratio: v.pipe(v.number(), v.finite(), v.minValue(0)),
	reset_at: v.nullable(iso),
	seen_at: iso,
});
type DiskWindow = v.InferOutput<typeof windowSchema>;

const fileSchema = v.looseObject({ schema_version: v.number(), windows: v.array(v.unknown()) });

interface Content {
	version: number;
	windows: DiskWindow[];
	/** What this version does not know. */
	others: Record<string, unknown>;
}

export function createQuota({ file, clock, locking }: QuotaOptions): Quota {
	/** What could not be written. */
	let unsaved: DiskWindow[] = [];
	const read = (): Content => {
		const empty = { version: QUOTA_VERSION, windows: [], others: {} };
		try {
			const bytes = readIfThere(file);
			return (bytes === null ? null : parse(bytes.toString('utf8'))) ?? empty;
		} catch (error) {
			if (isHarmless(error)) return empty;
			throw error;
		}
	};
	const held = () => unsaved.reduce(withReport, read().windows);

	return {
		windows: () =>
			held()
				.filter((one) => isCurrent(one, clock.now()))
				.map(fromDisk),
		record({ agent, account }, windows) {
			const now = clock.now();
			const known = held();
			const reports = windows.map(({ window, ratio, resetAt }) => ({
				agent,
				account,
				window,
				ratio,
				reset_at: toIsoOrNull(resetAt),
				seen_at: toIso(now),
			}));
			const news = reports.filter((report) => !known.some((one) => isRepeated(one, report, now)));
			if (news.length === 0) return;
			unsaved = news.reduce(withReport, unsaved);
			try {
				withFileLock(`${file}.lock`, locking, () => {
					const { version, windows: before, others } = read();
					if (version > QUOTA_VERSION) return;
					const all = unsaved.reduce(withReport, before).filter((one) => isCurrent(one, now));
					const content = { ...others, schema_version: version, windows: all.slice(-MAX_WINDOWS) };
					writeAtomic(file, `${JSON.stringify(content, null, '\t')}\n`);
					unsaved = [];
				});
			} catch (error) {
				if (!isHarmless(error)) throw error;
			}
		},
	};
}

/** Not of use to us: nobody is kept from working by a hint that cannot be kept. */
const isHarmless = (error: unknown) => isSystemError(error) || error instanceof RelayError;

function parse(text: string): Content | null {
	let json: unknown;
	try {
		json = JSON.parse(text);
	} catch {
		return null;
	}
	const file = v.safeParse(fileSchema, json);
	if (!file.success) return null;
	const { schema_version: version, windows, ...others } = file.output;
	const known = windows.flatMap((raw) => {
		const one = v.safeParse(windowSchema, raw);
		return one.success ? [one.output] : [];
	});
	return { version, windows: known, others };
}

const isSame = (one: DiskWindow, other: DiskWindow) =>
	one.agent === other.agent && one.account === other.account && one.window === other.window;

/** The newer report of a window counts, whoever wrote it last. */
function withReport(known: DiskWindow[], report: DiskWindow): DiskWindow[] {
	const at = known.findIndex((one) => isSame(one, report));
	if (at < 0) return [...known, report];
	const isOlder = (known[at]?.seen_at ?? '') > report.seen_at;
	return isOlder ? known : known.with(at, report);
}

function isRepeated(one: DiskWindow, report: DiskWindow, now: number): boolean {
	const isEqual = one.ratio === report.ratio && one.reset_at === report.reset_at;
	return isSame(one, report) && isEqual && now - (fromIso(one.seen_at) ?? 0) < REPEAT_AFTER_MS;
}

function isCurrent({ reset_at, seen_at }: DiskWindow, now: number): boolean {
	const resetAt = fromIso(reset_at);
	return resetAt === null ? now - (fromIso(seen_at) ?? 0) < FORGET_AFTER_MS : resetAt > now;
}

function fromDisk({ agent, account, window, ratio, reset_at, seen_at }: DiskWindow): SeenWindow {
	return { agent, account, window, ratio, resetAt: fromIso(reset_at), seenAt: fromIso(seen_at) ?? 0 };
}
