/**
 * The limited agents and when their limits end, for every relay of this user: one small file, locked while it is rewritten, read
 * again for each question. It never stops work: a change that cannot be written is kept in memory and reported once.
 */
import { renameSync } from 'node:fs';
import type { AgentId } from '../agents/agent-adapter.ts';
import type { Limit } from '../agents/events.ts';
import { excerptLine } from '../agents/reading/excerpt.ts';
import { type Clock, toIso } from '../core/clock.ts';
import { isSystemError, RelayError } from '../core/errors.ts';
import { type Locking, withFileLock } from '../core/files/file-lock.ts';
import { readIfThere } from '../core/files/read-file.ts';
import { writeAtomic } from '../core/files/write-file.ts';
import { isSameStep, limitEnd, waitsForPerson } from './back-off.ts';
import {
	EVERY_MODEL,
	emptyLedger,
	LEDGER_VERSION,
	type LedgerContent,
	type LedgerEntry,
	parseLedger,
	type RefusedLogin,
	serializeLedger,
	UNNAMED_MODEL,
} from './ledger-file.ts';

/**
 * An agent's login. `mark` gives a value that changes with it (`LoginState.mark`), null or absent when unknown; it is asked only
 * where an entry with a mark is written or compared.
 */
interface LoginSubject {
	agent: AgentId;
	account: string;
	mark?: (() => string) | null;
}

/** `model`: the model that was asked for (flag, order entry), null when none was; not the one that then answered. */
interface LimitSubject extends LoginSubject {
	model: string | null;
}

export interface Ledger {
	/** Everything on record, ended limits included, sorted by agent, account, model. */
	entries(): LedgerEntry[];
	record(met: LimitSubject & { limit: Limit }): LedgerEntry;
	/** The entry in force that ends last, or null. A limit that waits for a person is over once the login's mark has changed. */
	isLimited(subject: LimitSubject): LedgerEntry | null;
	/**
	 * Clears the subject's entries: its own model's and the whole account's. `startedAt` (epoch ms, default now) is the start of
	 * the turn that succeeded: limits that another relay met after that stay.
	 */
	succeeded(subject: LimitSubject & { startedAt?: number }): void;
	/** Remembers that a CLI refused this login, at most until `until`, and only until its mark changes. */
	refuseLogin(refused: LoginSubject & { reason: string; until: number }): void;
	/** The refusal in force for exactly this login, or null. */
	refusedLogin(login: LoginSubject): RefusedLogin | null;
	/** Every refusal in force, sorted by agent. */
	refusedLogins(): RefusedLogin[];
	/** Forgets everything, or everything about one agent; returns the forgotten limits. */
	clear(agent?: AgentId): LedgerEntry[];
}

export interface LedgerOptions {
	file: string;
	clock: Pick<Clock, 'now'>;
	/** `lockingOf` (core/file-lock.ts) in the product. */
	locking: Locking;
	/** One line for people, each at most once. */
	onNotice: (text: string) => void;
}

/** How long an ended limit is remembered, so that the next one continues the doubling. */
const FORGET_AFTER_MS = 24 * 60 * 60 * 1000;

export function createLedger({ file, clock, locking, onNotice }: LedgerOptions): Ledger {
	const said = new Set<string>();
	/** Changes that could not be written, applied over the content on disk. */
	const unsaved: Change[] = [];

	const notice = (text: string) => {
		if (said.has(text)) return;
		said.add(text);
		onNotice(text);
	};

	/** null: the file exists but is not a ledger. */
	const load = (): LedgerContent | null => {
		const bytes = readIfThere(file);
		return bytes === null ? emptyLedger() : parseLedger(bytes.toString('utf8'));
	};

	/** Runs under the lock. */
	const setAsideDamaged = () => {
		if (load() !== null) return;
		const aside = `${file}.damaged-${toIso(clock.now()).replaceAll(':', '-')}`;
		renameSync(file, aside);
		notice(`the record of limits was damaged and is set aside as ${aside}`);
	};

	const heldOnDisk = (): Held => {
		let content: LedgerContent | null = null;
		const failure = reasonNotDone(() => {
			content = load() ?? setAsideLocked();
		});
		if (failure !== null) notice(`the record of limits is treated as empty: ${failure}`);
		return content ?? emptyLedger();
	};

	const setAsideLocked = (): null => {
		withFileLock(`${file}.lock`, locking, setAsideDamaged);
		return null;
	};

	const read = () => unsaved.reduce((held, apply) => apply(held), heldOnDisk());
	const readEntries = () => read().entries;

	const change = (apply: Change): void => {
		const failure = reasonNotDone(() =>
			withFileLock(`${file}.lock`, locking, () => {
				setAsideDamaged();
				const content = load() ?? emptyLedger();
				if (content.version > LEDGER_VERSION) throw new NewerLedger();
				const { entries, refusedLogins } = [...unsaved, apply].reduce<Held>(
					(held, next) => next(held),
					content,
				);
				writeAtomic(file, serializeLedger({ ...content, entries, refusedLogins }), { sync: true });
				unsaved.length = 0;
			}),
		);
		if (failure === null) return;
		unsaved.push(apply);
		notice(`limits are remembered only until this relay ends: ${failure}`);
	};

	return {
		entries: () => readEntries().sort(byKey),
		record(met) {
			const now = clock.now();
			let recorded: LedgerEntry | null = null;
			change((held) => {
				const key = keyOf(met);
				const before = held.entries.find((entry) => isKey(entry, key)) ?? null;
				recorded = nextEntry(key, met, before, now);
				const others = held.entries.filter(
					(other) => other !== before && now - other.until < FORGET_AFTER_MS,
				);
				return { ...held, entries: [...others, recorded] };
			});
			if (recorded === null) readEntries();
			return recorded ?? nextEntry(keyOf(met), met, null, now);
		},
		isLimited(subject) {
			const now = clock.now();
			return readEntries()
				.filter((entry) => concerns(entry, subject) && entry.until > now && !isChanged(entry, subject))
				.reduce<LedgerEntry | null>(
					(latest, entry) => (latest === null || entry.until > latest.until ? entry : latest),
					null,
				);
		},
		succeeded(subject) {
			const startedAt = subject.startedAt ?? clock.now();
			const isOver = (entry: LedgerEntry) => concerns(entry, subject) && entry.recordedAt <= startedAt;
			const { entries, refusedLogins } = read();
			if (!entries.some(isOver) && !refusedLogins.some((refused) => isOf(refused, subject))) return;
			change((held) => ({
				entries: held.entries.filter((entry) => !isOver(entry)),
				refusedLogins: held.refusedLogins.filter((refused) => !isOf(refused, subject)),
			}));
		},
		refuseLogin({ agent, account, mark, reason, until }) {
			const now = clock.now();
			const refused = {
				agent,
				account,
				mark: mark?.() ?? null,
				recordedAt: now,
				until,
				reason: excerptLine(reason, 200),
			};
			change((held) => ({
				...held,
				refusedLogins: [
					...held.refusedLogins.filter((other) => !isOf(other, refused) && other.until > now),
					refused,
				],
			}));
		},
		refusedLogin(login) {
			const refused = read().refusedLogins.find((one) => isOf(one, login) && one.until > clock.now());
			return refused === undefined || isChanged(refused, login) ? null : refused;
		},
		refusedLogins() {
			const inForce = read().refusedLogins.filter(({ until }) => until > clock.now());
			return inForce.sort((one, other) => (one.agent < other.agent ? -1 : 1));
		},
		clear(agent) {
			const isMeant = (one: { agent: AgentId }) => agent === undefined || one.agent === agent;
			const forgotten = readEntries().filter(isMeant).sort(byKey);
			change((held) => ({
				entries: held.entries.filter((entry) => !isMeant(entry)),
				refusedLogins: held.refusedLogins.filter((refused) => !isMeant(refused)),
			}));
			return forgotten;
		},
	};
}

type Login = Pick<LoginSubject, 'agent' | 'account'>;

/** The part of the content that changes apply to. */
type Held = Pick<LedgerContent, 'entries' | 'refusedLogins'>;
type Change = (held: Held) => Held;

function isOf(one: Login, other: Login): boolean {
	return one.agent === other.agent && one.account === other.account;
}

/** Whether a person has changed something since; a limit that ends by itself does not ask. */
function isChanged(one: LedgerEntry | RefusedLogin, { mark }: LoginSubject): boolean {
	if ('limit' in one && !waitsForPerson(one.limit)) return false;
	return one.mark !== null && mark != null && one.mark !== mark();
}

type EntryKey = Pick<LedgerEntry, 'agent' | 'account' | 'model'>;

/** A limit of the model is stored under the model, any other under the whole account. */
function keyOf({ agent, account, model, limit }: LimitSubject & { limit: Limit }): EntryKey {
	return { agent, account, model: limit.scope === 'model' ? (model ?? UNNAMED_MODEL) : EVERY_MODEL };
}

function isKey(entry: LedgerEntry, key: EntryKey): boolean {
	return entry.agent === key.agent && entry.account === key.account && entry.model === key.model;
}

function concerns(entry: LedgerEntry, { agent, account, model }: LimitSubject): boolean {
	if (entry.agent !== agent || entry.account !== account) return false;
	return entry.model === EVERY_MODEL || isSameModel(entry.model, model ?? UNNAMED_MODEL);
}

/** A family's name matches its models, and they match it: `opus` and `claude-opus-5-5`. */
function isSameModel(one: string, other: string): boolean {
	return one === other || isFamilyOf(one, other) || isFamilyOf(other, one);
}

function isFamilyOf(family: string, model: string): boolean {
	return (
		/^[a-z]{4,}$/.test(family) &&
		model
			.toLowerCase()
			.split(/[^a-z0-9]+/)
			.slice(1)
			.includes(family)
	);
}

/**
 * The doubling counts episodes: a limit met again while the last one is in force (two relays at once, an explicit try) is the same
 * episode. A reported reset that lies ahead is not shortened by a later limit that reports none.
 */
function nextEntry(
	key: EntryKey,
	{ limit, mark }: LimitSubject & { limit: Limit },
	before: LedgerEntry | null,
	now: number,
): LedgerEntry {
	const isInForce = before !== null && before.until > now;
	const isContinued = before !== null && isSameStep(before.limit.kind, limit.kind);
	const strikes = isContinued ? before.strikes + (isInForce ? 0 : 1) : 1;
	const { until, isEstimated } = limitEnd(limit, strikes, now);
	if (isInForce && !before.isEstimated && isEstimated && before.until > until) return before;
	return { ...key, limit, recordedAt: now, until, isEstimated, strikes, mark: mark?.() ?? null };
}

function byKey(one: LedgerEntry, other: LedgerEntry): number {
	const text = ({ agent, account, model }: LedgerEntry) => JSON.stringify([agent, account, model]);
	return text(one) < text(other) ? -1 : text(one) > text(other) ? 1 : 0;
}

class NewerLedger extends Error {}

/** Why `action` failed, in words; null when it did not. A bug passes through. */
function reasonNotDone(action: () => void): string | null {
	try {
		action();
		return null;
	} catch (error) {
		if (error instanceof NewerLedger) return 'the record is of a newer version of agent-relay';
		if (error instanceof RelayError && ['not_writable', 'unreadable_file'].includes(error.code))
			return error.message;
		if (isSystemError(error)) return `${error.code}`;
		throw error;
	}
}
