import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DEMO_ADAPTERS } from '../../src/agents/demo/adapter.ts';
import { BUILT_IN_ADAPTERS, createRegistry } from '../../src/agents/registry.ts';
import { createSessionIds, type SessionId } from '../../src/core/ids.ts';
import { runProcess } from '../../src/core/processes/run-process.ts';
import type { RepoFacts } from '../../src/git/repo-facts.ts';
import { createGit } from '../../src/git/run-git.ts';
import { createSnapshots } from '../../src/git/snapshots/snapshots.ts';
import { createWorktrees } from '../../src/git/worktrees/worktrees.ts';
import type { Race, RaceDeps, RaceEvent, RaceRequest } from '../../src/race/race-contract.ts';
import type { RaceRecord } from '../../src/race/record/race-record.ts';
import { resumeRace } from '../../src/race/resume-race.ts';
import { startRace } from '../../src/race/start-race.ts';
import { parseEntrants } from '../../src/race/validate-request.ts';
import type { RelayDeps } from '../../src/relay/ports.ts';
import { createSessionStore } from '../../src/sessions/store/session-store.ts';
import { createWitnesses } from '../../src/sessions/witness/witness.ts';
import { type BenchOptions, EngineBench, processes } from './engine-bench.ts';
import { SNAPSHOT_MS } from './scratch-repo.ts';

/** An engine bench with worktrees: races as the product wires them. */
export class RaceBench extends EngineBench {
	readonly data = join(this.root, 'data/worktrees');
	readonly events: RaceEvent[] = [];
	readonly stop = new AbortController();
	readonly #races: Race[] = [];
	/** Called with each event, before it is kept. */
	onEvent: (event: RaceEvent) => void = () => undefined;

	constructor(options: BenchOptions = { startsAt: Date.now() }) {
		super(options);
	}

	async raceDeps(over: Partial<RelayDeps> = {}): Promise<RaceDeps> {
		const registry = createRegistry([...BUILT_IN_ADAPTERS, ...DEMO_ADAPTERS]);
		const relay = await this.deps({ registry, ...over });
		const git = createGit({ executable: '/usr/bin/git', env: this.env, runProcess });
		const { repo, clock, store } = relay;
		const inWorktree = async (there: RepoFacts): Promise<RelayDeps> => ({
			...relay,
			repo: there,
			store: createSessionStore({
				location: { ...store.location, repo: there },
				clock,
				ids: createSessionIds(() => clock.now()),
				processes,
				relayVersion: '0.1.0',
				witnesses: createWitnesses(join(this.state, 'witness'), clock),
			}),
			snapshots: createSnapshots({
				repo: there,
				git,
				stateFolder: join(this.state, 'snapshots'),
				clock,
				budgetMs: SNAPSHOT_MS,
			}),
		});
		const worktrees = createWorktrees({ repo, git, scratchFolder: join(this.root, 'scratch'), clock });
		return { relay, worktrees, inWorktree, worktreesFolder: this.data };
	}

	request(entrants: string, over: Partial<RaceRequest> = {}): RaceRequest {
		const registry = createRegistry([...BUILT_IN_ADAPTERS, ...DEMO_ADAPTERS]);
		return {
			task: 'Write the answer.',
			entrants: parseEntrants(entrants.split(','), registry),
			checks: [],
			setup: null,
			copy: [],
			maxTimeMs: 60_000,
			checkTimeMs: 30_000,
			base: null,
			includeDirty: false,
			jobs: 8,
			permissions: null,
			handover: false,
			parentTurn: null,
			...over,
		};
	}

	async start(entrants: string, over: Partial<RaceRequest> = {}, deps: Partial<RelayDeps> = {}) {
		const raceDeps = await this.raceDeps(deps);
		return this.keep(await startRace(this.request(entrants, over), raceDeps), raceDeps);
	}

	async resume(id: SessionId, deps: Partial<RelayDeps> = {}) {
		const raceDeps = await this.raceDeps(deps);
		return this.keep(await resumeRace(id, raceDeps), raceDeps);
	}

	/** From the start to the end of the race, session released. */
	async race(entrants: string, over: Partial<RaceRequest> = {}, deps: Partial<RelayDeps> = {}) {
		const started = await this.start(entrants, over, deps);
		const record = await started.run();
		await started.race.close();
		return { ...started, record };
	}

	keep(race: Race, deps: RaceDeps) {
		this.#races.push(race);
		const onEvent = (event: RaceEvent) => {
			this.onEvent(event);
			this.events.push(event);
		};
		const folder = join(this.repo, '.agent-relay/sessions', race.id);
		return {
			race,
			deps,
			folder,
			run: () => race.run({ signal: this.stop.signal, onEvent }),
			onDisk: (): RaceRecord => JSON.parse(readFileSync(join(folder, 'race.json'), 'utf8')),
			log: (name: string) => readFileSync(join(folder, 'race', name), 'utf8'),
			worktree: (id: string) => join(this.data, `repo-${race.id}`, id),
		};
	}

	/** The text of a file in the tree that is kept for an entrant; null when it is not in it. */
	kept(ref: string, path: string): string | null {
		try {
			return this.git('show', `${ref}:${path}`);
		} catch {
			return null;
		}
	}

	override async dispose(): Promise<void> {
		for (const race of this.#races) await race.close();
		await super.dispose();
		if (existsSync(this.root)) throw new Error(`${this.root} is still there`);
	}
}

/** The entrant of a record, by id. */
export function entrantOf(record: RaceRecord, id: string) {
	const found = record.entrants.find((entrant) => entrant.id === id);
	if (found === undefined) throw new Error(`no entrant ${id} among ${record.entrants.map((one) => one.id)}`);
	return found;
}
