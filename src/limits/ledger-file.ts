/** Parses and serializes `limits.json`, and nothing else. */
import * as v from 'valibot';
import type { AgentId } from '../agents/agent-adapter.ts';
import type { Limit } from '../agents/events.ts';
import { fromIso, toIso, toIsoOrNull } from '../core/clock.ts';

/** The model key of a limit that holds for the whole account. */
export const EVERY_MODEL = '*';
/** The model key of a model-scoped limit met when no model was asked for. */
export const UNNAMED_MODEL = '(default)';

/** A limit that was met. */
export interface LedgerEntry {
	agent: AgentId;
	account: string;
	/** The model that was asked for, `*`, or `(default)`. */
	model: string;
	limit: Limit;
	/** Epoch ms. */
	recordedAt: number;
	/** Epoch ms; the agent's own reset, or our estimate. */
	until: number;
	/** True: `until` is our own back-off; no reset was reported. */
	isEstimated: boolean;
	/** How often in a row, counted from 1; the back-off doubles with it. */
	strikes: number;
	/** `LoginState.mark` when it was met; null when unknown. */
	mark: string | null;
}

/** A login that a CLI refused. */
export interface RefusedLogin {
	agent: AgentId;
	account: string;
	/** `LoginState.mark` when it was refused: another mark means another login. */
	mark: string | null;
	/** Epoch ms. */
	recordedAt: number;
	/** Epoch ms; after that it is tried again in any case. */
	until: number;
	/** The CLI's own words, at most 200 characters. Untrusted: show them only through `core/text.ts`. */
	reason: string;
}

export const LEDGER_VERSION = 1;

const iso = v.pipe(
	v.string(),
	v.check((text) => fromIso(text) !== null),
);
const entrySchema = v.looseObject({
	agent: v.string(),
	account: v.string(),
	model: v.string(),
	recorded_at: iso,
	until: iso,
	estimated: v.boolean(),
	strikes: v.pipe(v.number(), v.integer(), v.minValue(1)),
	mark: v.optional(v.nullable(v.string())),
	limit: v.looseObject({
		kind: v.picklist(['window', 'rate', 'quota', 'billing', 'overloaded']),
		reset_at: v.nullable(iso),
		window: v.nullable(v.string()),
		scope: v.nullable(v.picklist(['account', 'model'])),
		source: v.looseObject({
			channel: v.picklist(['event', 'stderr', 'exit', 'result', 'native', 'silence']),
			rule: v.string(),
			excerpt: v.string(),
		}),
		confidence: v.picklist(['exact', 'derived', 'estimated']),
	}),
});
type DiskEntry = v.InferOutput<typeof entrySchema>;

const refusedSchema = v.object({
	agent: v.string(),
	account: v.string(),
	mark: v.nullable(v.string()),
	recorded_at: iso,
	until: iso,
	reason: v.string(),
});

const fileSchema = v.looseObject({
	schema_version: v.number(),
	entries: v.array(v.unknown()),
	refused_logins: v.optional(v.array(v.unknown())),
});

/** A ledger in memory. `extra` holds what this version does not know and must write back. */
export interface LedgerContent {
	version: number;
	entries: LedgerEntry[];
	refusedLogins: RefusedLogin[];
	extra: {
		file: Record<string, unknown>;
		entries: WeakMap<LedgerEntry, Record<string, unknown>>;
		/** Entries that we cannot read. */
		unread: unknown[];
	};
}

export function emptyLedger(): LedgerContent {
	return {
		version: LEDGER_VERSION,
		entries: [],
		refusedLogins: [],
		extra: { file: {}, entries: new WeakMap(), unread: [] },
	};
}

/**
 * null when the text is not a ledger. Unreadable entries are left out of a newer version's ledger; in one of ours they make the
 * file damaged (null).
 */
export function parseLedger(text: string): LedgerContent | null {
	const file = v.safeParse(fileSchema, parseJson(text));
	if (!file.success) return null;
	const { schema_version: version, entries, refused_logins: refused = [], ...others } = file.output;
	const content: LedgerContent = { ...emptyLedger(), version };
	content.extra.file = others;
	for (const raw of entries) {
		const parsed = v.safeParse(entrySchema, raw);
		if (parsed.success) addEntry(content, parsed.output);
		else if (version <= LEDGER_VERSION) return null;
		else content.extra.unread.push(raw);
	}
	// A refusal that cannot be read only costs another try.
	content.refusedLogins = refused.flatMap((raw) => {
		const parsed = v.safeParse(refusedSchema, raw);
		return parsed.success ? [fromDisk(parsed.output)] : [];
	});
	return content;
}

function refusedToDisk({ recordedAt, until, ...same }: RefusedLogin) {
	return { ...same, recorded_at: toIso(recordedAt), until: toIso(until) };
}

function fromDisk({ recorded_at, until, ...same }: v.InferOutput<typeof refusedSchema>): RefusedLogin {
	return { ...same, recordedAt: fromIso(recorded_at) ?? 0, until: fromIso(until) ?? 0 };
}

export function serializeLedger({ entries, refusedLogins, extra }: LedgerContent): string {
	const file = {
		...extra.file,
		schema_version: LEDGER_VERSION,
		entries: [...entries.map((entry) => toDisk(entry, extra.entries.get(entry))), ...extra.unread],
		...(refusedLogins.length === 0 ? {} : { refused_logins: refusedLogins.map(refusedToDisk) }),
	};
	return `${JSON.stringify(file, null, '\t')}\n`;
}

function addEntry(content: LedgerContent, disk: DiskEntry): void {
	const {
		agent,
		account,
		model,
		recorded_at,
		until,
		estimated,
		strikes,
		mark,
		limit: onDisk,
		...others
	} = disk;
	const { reset_at, kind, window, scope, source, confidence } = onDisk;
	const { channel, rule, excerpt } = source;
	const entry: LedgerEntry = {
		agent,
		account,
		model,
		limit: {
			kind,
			resetAt: fromIso(reset_at),
			window,
			scope,
			source: { channel, rule, excerpt },
			confidence,
		},
		recordedAt: fromIso(recorded_at) ?? 0,
		until: fromIso(until) ?? 0,
		isEstimated: estimated,
		strikes,
		mark: mark ?? null,
	};
	content.entries.push(entry);
	content.extra.entries.set(entry, { ...others, limit: onDisk });
}

function toDisk(entry: LedgerEntry, others: Record<string, unknown> = {}): DiskEntry {
	const { limit } = entry;
	const { limit: onDisk, ...rest } = others;
	return {
		...rest,
		agent: entry.agent,
		account: entry.account,
		model: entry.model,
		recorded_at: toIso(entry.recordedAt),
		until: toIso(entry.until),
		estimated: entry.isEstimated,
		strikes: entry.strikes,
		...(entry.mark === null ? {} : { mark: entry.mark }),
		limit: {
			...(typeof onDisk === 'object' ? onDisk : {}),
			kind: limit.kind,
			reset_at: toIsoOrNull(limit.resetAt),
			window: limit.window,
			scope: limit.scope,
			source: { ...limit.source },
			confidence: limit.confidence,
		},
	};
}

function parseJson(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return null;
	}
}
