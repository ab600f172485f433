/**
 * Agents that outlived their relay. Two agents in one folder undo each other's work, so nothing starts beside one unasked,
 * and none is ended unasked.
 */
import type { Clock } from '../../core/clock.ts';
import { RelayError } from '../../core/errors.ts';
import type { ProcessIdentity, ProcessTable } from '../../core/processes/process-table.ts';
import { membersOf } from '../../core/processes/process-tree.ts';
import { safeLine } from '../../core/text.ts';
import { readNewestTurns } from '../../sessions/turns/turn-states.ts';
import type { RunningAgents, Survivor } from '../../turns/process/running-agents.ts';

/** An agent whose terminal was hung up by the end of its relay is usually gone within 1.5 s. */
const DYING_MS = 2_500;
const LOOK_MS = 100;
const WAIT_LOOK_MS = 500;
/** Between SIGTERM and SIGKILL. */
const GRACE_MS = 2_000;
/** How often to look for what was started meanwhile. */
const END_ROUNDS = 50;
const COMMAND_CHARS = 120;

/** `wait` until it has ended, `end` it, or work `beside` it. */
export type SurvivorChoice = 'wait' | 'end' | 'beside';

interface SurvivorQuestion {
	/** What runs, in which session, and what it does: safe, one line each. */
	lines: readonly string[];
}

/** Asks the user; null: nobody can be asked. The answer null means: start nothing. */
export interface SurvivorDesk {
	ask: ((question: SurvivorQuestion) => Promise<SurvivorChoice | null>) | null;
}

export interface Survivors {
	/**
	 * Resolves once no agent of a relay that is gone runs in the folder, or the user wants to work beside it; asks if somebody
	 * can be asked. Throws RelayError `agent_survived` otherwise.
	 */
	settle(worktree: string, signal?: AbortSignal): Promise<void>;
	/** The agents that run in the folder, after those that were dying have ended. */
	left(worktree: string): Promise<Survivor[]>;
}

export interface SurvivorDeps {
	running: RunningAgents;
	processes: Pick<ProcessTable, 'snapshot' | 'signal' | 'alive'>;
	clock: Clock;
	desk: SurvivorDesk;
}

export function createSurvivors({ running, processes, clock, desk }: SurvivorDeps): Survivors {
	/** The user chose to work beside these. */
	const accepted = new Set<string>();
	/** Found alive after the time that dying may take. */
	const lasting = new Set<string>();
	const isOpen = (survivor: Survivor) => !accepted.has(keyOf(survivor));

	const left = async (worktree: string): Promise<Survivor[]> => {
		const until = clock.monotonic() + DYING_MS;
		let found = running.survivors(worktree);
		const mayBeDying = (survivor: Survivor) => isOpen(survivor) && !lasting.has(keyOf(survivor));
		while (found.some(mayBeDying) && clock.monotonic() < until) {
			await clock.sleep(LOOK_MS);
			found = running.survivors(worktree);
		}
		for (const survivor of found) lasting.add(keyOf(survivor));
		return found;
	};

	return {
		left,
		async settle(worktree, signal) {
			for (const survivor of (await left(worktree)).filter(isOpen)) {
				const choice = desk.ask === null ? null : await desk.ask({ lines: describeSurvivor(survivor) });
				if (choice === 'beside') accepted.add(keyOf(survivor));
				else if (choice === 'end') await endSurvivor(survivor, { processes, clock });
				else if (choice !== 'wait' || !(await goneAfterWait(survivor, signal))) throw survived(survivor);
			}
		},
	};

	async function goneAfterWait(survivor: Survivor, signal?: AbortSignal): Promise<boolean> {
		while (running.survivors(survivor.worktree).some((other) => keyOf(other) === keyOf(survivor))) {
			await clock.sleep(WAIT_LOOK_MS, signal);
			if (signal?.aborted) return false;
		}
		return true;
	}
}

function keyOf({ session_id, turn }: Survivor): string {
	return `${session_id}/${turn}`;
}

/** What runs, since when, and what it does by its record. */
export function describeSurvivor(survivor: Survivor): string[] {
	const { agent, session_id, folder, turn, started_at, processes } = survivor;
	const [first] = processes;
	const tool = readNewestTurns(folder).lastTurn?.tools.findLast(
		({ status }) => status === 'running' || status === 'unknown',
	);
	return [
		`${agent} still runs here, although its relay is gone: process ${first?.pid}, ${safeLine(first?.command ?? '', COMMAND_CHARS)}`,
		`It works on turn ${turn} of session ${session_id}, begun ${started_at}${tool ? `; last seen at: ${safeLine(tool.title, COMMAND_CHARS)}` : ''}`,
	];
}

function survived(survivor: Survivor): RelayError {
	const pids = survivor.processes.map(({ pid }) => pid).join(' ');
	return new RelayError('agent_survived', describeSurvivor(survivor).join('. '), {
		hint: `Two agents in one folder would undo each other's work. Wait for it, or end it: kill ${pids}`,
	});
}

/** Ends the agent and whatever it starts meanwhile: SIGTERM, then SIGKILL after a grace. */
async function endSurvivor(
	survivor: Survivor,
	{ processes, clock }: Pick<SurvivorDeps, 'processes' | 'clock'>,
): Promise<void> {
	const known = new Map<string, Pick<ProcessIdentity, 'pid' | 'start'>>();
	const note = (identity: Pick<ProcessIdentity, 'pid' | 'start'>) =>
		known.set(`${identity.pid} ${identity.start}`, identity);
	survivor.processes.forEach(note);
	const look = () => {
		const roots = [...known.values()];
		membersOf(processes.snapshot(), { roots, sessions: new Set([survivor.wrapper.pid]) }).forEach(note);
		return processes.alive([...known.values()]);
	};
	const killAt = clock.monotonic() + GRACE_MS;
	const terminated = new Set<string>();
	for (let round = 0, alive = look(); alive.length > 0 && round < END_ROUNDS; round++, alive = look()) {
		const isKill = clock.monotonic() >= killAt;
		for (const identity of alive) {
			const key = `${identity.pid} ${identity.start}`;
			if (isKill) processes.signal(identity, 'SIGKILL');
			else if (!terminated.has(key)) processes.signal(identity, 'SIGTERM');
			terminated.add(key);
		}
		await clock.sleep(LOOK_MS);
	}
}
