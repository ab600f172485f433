/**
 * A race under way: entrants side by side, each on its own, then the order among them. What is on record at any moment is
 * enough to resume from (`resume-race.ts`).
 */
import { setMaxListeners } from 'node:events';
import { join } from 'node:path';
import * as v from 'valibot';
import { toIso } from '../../core/clock.ts';
import { RelayError } from '../../core/errors.ts';
import { ensureFolder } from '../../core/files/folders.ts';
import { readIfThere } from '../../core/files/read-file.ts';
import { explainingWrites } from '../../core/files/write-failure.ts';
import { writeAtomic } from '../../core/files/write-file.ts';
import type { SessionId } from '../../core/ids.ts';
import { sharedChanges } from '../../git/worktrees/shared-changes.ts';
import type { SharedParts } from '../../git/worktrees/worktree-types.ts';
import { RACE_FOLDER } from '../../sessions/files/session-paths.ts';
import type { OpenSession } from '../../sessions/store/session-store.ts';
import type { Race, RaceDeps, RaceEvent, RaceOptions } from '../race-contract.ts';
import { rankEntrants } from '../rank/rank.ts';
import type { EntrantRecord, RaceRecord } from '../record/race-record.ts';
import { writeRace } from '../record/race-store.ts';
import type { EntrantContext } from './entrant-context.ts';
import { runEntrant } from './run-entrant.ts';

/** The race of a session that this process holds; `record` is what stands in its `race.json`. */
export function holdRace(
	session: OpenSession,
	record: RaceRecord,
	deps: RaceDeps,
	notices: readonly string[],
): Race {
	return new OneRace(session, record, deps, notices);
}

class OneRace implements Race {
	readonly id: SessionId;
	readonly #session: OpenSession;
	readonly #deps: RaceDeps;
	readonly #notices: readonly string[];
	/** Entrants that the user stopped, by id. */
	readonly #stops = new Map<string, AbortController>();
	readonly #hardStop = new AbortController();
	/** Aborted when nothing more can be recorded. */
	readonly #failed = new AbortController();
	readonly #failures: unknown[] = [];
	#record: RaceRecord;
	#emit: (event: RaceEvent) => void = () => undefined;
	#running: Promise<RaceRecord> | null = null;
	#stopAll = new AbortController();

	constructor(session: OpenSession, record: RaceRecord, deps: RaceDeps, notices: readonly string[]) {
		this.id = session.id;
		this.#session = session;
		this.#record = record;
		this.#deps = deps;
		this.#notices = notices;
	}

	run(options: RaceOptions): Promise<RaceRecord> {
		if (this.#running !== null) throw new Error('the race runs already');
		this.#running = this.#run(options);
		return this.#running;
	}

	stopEntrant(id: string): void {
		const entrant = this.#record.entrants.find((one) => one.id === id);
		if (entrant === undefined || entrant.state === 'ended') return;
		if (entrant.state === 'waiting') {
			const ended_at = toIso(this.#deps.relay.clock.now());
			const reason = 'stopped by you before it began';
			this.#guard(() => this.#change(id, { state: 'ended', outcome: 'not_started', reason, ended_at }));
		}
		this.#stopOf(id).abort();
	}

	stopHard(): void {
		this.#hardStop.abort();
	}

	async close(): Promise<void> {
		this.#stopAll.abort();
		await this.#running?.catch(() => undefined);
		try {
			this.#session.release();
		} catch (error) {
			// The record stands as it was last written; whoever opens the session next puts its status right.
			if (!(error instanceof RelayError)) throw error;
		}
	}

	async #run({ signal, onEvent }: RaceOptions): Promise<RaceRecord> {
		this.#emit = (event) => {
			if (event.type === 'notice') this.#session.log(event);
			onEvent(event);
		};
		const stop = AbortSignal.any([signal, this.#stopAll.signal, this.#failed.signal]);
		// Each entrant listens; node warns of more than ten.
		setMaxListeners(0, stop, this.#hardStop.signal);
		this.#write({ ...this.#record, state: 'running' });
		onEvent({ type: 'race_started', record: this.#record });
		for (const text of this.#notices) this.#emit({ type: 'notice', level: 'info', text });
		const before = await this.#sharedBefore();
		await this.#runAll(stop);
		if (!stop.aborted || this.#haveAllEnded()) await this.#finish(before);
		onEvent({ type: 'race_ended', record: this.#record });
		return this.#record;
	}

	/** At most `jobs` at once, in the order in which they were named. What ends the whole race is thrown when all have ended. */
	async #runAll(stop: AbortSignal): Promise<void> {
		const waiting = this.#record.entrants.filter(({ state }) => state !== 'ended').map(({ id }) => id);
		const work = async () => {
			for (let id = waiting.shift(); id !== undefined && !stop.aborted; id = waiting.shift()) {
				try {
					if (this.#entrant(id).state !== 'ended') await runEntrant(this.#contextOf(id, stop));
				} catch (error) {
					this.#fail(error);
				}
			}
		};
		await Promise.all(Array.from({ length: Math.min(this.#record.options.jobs, waiting.length) }, work));
		if (this.#failures.length > 0) throw this.#failures[0];
	}

	/** A key was pressed: `run` reports what goes wrong. */
	#guard(action: () => void): void {
		try {
			action();
		} catch (error) {
			this.#fail(error);
		}
	}

	#fail(error: unknown): void {
		this.#failures.push(error);
		this.#failed.abort();
	}

	async #finish(before: SharedParts | null): Promise<void> {
		const shared_changes = await this.#sharedChanges(before);
		const { ranking, winner, verdict } = rankEntrants(this.#record.entrants);
		const ended_at = toIso(this.#deps.relay.clock.now());
		this.#write({ ...this.#record, state: 'ended', ended_at, ranking, winner, verdict, shared_changes });
	}

	#haveAllEnded(): boolean {
		return this.#record.entrants.every(({ state }) => state === 'ended');
	}

	#contextOf(id: string, stop: AbortSignal): EntrantContext {
		const signalOf = () => AbortSignal.any([stop, this.#stopOf(id).signal]);
		let signal = signalOf();
		const session = this.#session;
		return {
			deps: this.#deps,
			clock: this.#deps.relay.clock,
			get folder() {
				return session.writableFolder();
			},
			sessionId: this.id,
			parentTurn: this.#session.meta.parent_turn,
			race: () => this.#record,
			entrant: () => this.#entrant(id),
			change: (over) => this.#change(id, over),
			emit: this.#emit,
			get signal() {
				return signal;
			},
			hardSignal: this.#hardStop.signal,
			stoppedBy: () => (stop.aborted ? 'race' : this.#stopOf(id).signal.aborted ? 'user' : null),
			acknowledgeStop: () => {
				if (!this.#stopOf(id).signal.aborted) return;
				this.#stops.delete(id);
				signal = signalOf();
			},
		};
	}

	#stopOf(id: string): AbortController {
		const stop = this.#stops.get(id) ?? new AbortController();
		this.#stops.set(id, stop);
		return stop;
	}

	#entrant(id: string): EntrantRecord {
		const found = this.#record.entrants.find((one) => one.id === id);
		if (found === undefined) throw new Error(`no entrant ${id}`);
		return found;
	}

	#change(id: string, over: Partial<EntrantRecord>): void {
		const entrants = this.#record.entrants.map((one) => (one.id === id ? { ...one, ...over } : one));
		this.#write({ ...this.#record, entrants });
		this.#emit({ type: 'entrant', entrant: this.#entrant(id) });
	}

	#write(record: RaceRecord): void {
		this.#record = writeRace(this.#session, { before: this.#record, after: record });
	}

	/** As they were when the race began, also when it resumes after a crash. null: they cannot be looked at. */
	async #sharedBefore(): Promise<SharedParts | null> {
		const path = join(this.#session.writableFolder(), RACE_FOLDER, 'shared-before.json');
		const known = parseShared(readIfThere(path));
		if (known !== null) return known;
		const taken = await this.#sharedParts();
		if (taken === null) return null;
		explainingWrites(path, () => {
			ensureFolder(join(path, '..'));
			writeAtomic(path, JSON.stringify(taken));
		});
		return taken;
	}

	async #sharedChanges(before: SharedParts | null): Promise<string[]> {
		const after = await this.#sharedParts();
		if (before === null || after === null) return ['what entrants share could not be compared'];
		// Who did it is not known.
		return sharedChanges(before, after).map((line) => `${line} (an entrant or you)`);
	}

	async #sharedParts(): Promise<SharedParts | null> {
		try {
			return await this.#deps.worktrees.sharedParts();
		} catch (error) {
			if (error instanceof RelayError && error.code !== 'disk_full') return null;
			throw error;
		}
	}
}

const sharedSchema = v.object({
	refs: v.record(v.string(), v.string()),
	files: v.record(v.string(), v.string()),
	mainTree: v.nullable(v.string()),
	mainFiles: v.optional(v.record(v.string(), v.string())),
});

function parseShared(bytes: Buffer | null): SharedParts | null {
	if (bytes === null) return null;
	try {
		const parsed = v.safeParse(sharedSchema, JSON.parse(bytes.toString()));
		if (!parsed.success) return null;
		const { mainFiles, ...rest } = parsed.output;
		return mainFiles === undefined ? rest : { ...rest, mainFiles };
	} catch (error) {
		if (error instanceof SyntaxError) return null;
		throw error;
	}
}
