/**
 * One entrant from its worktree to its last check. Each step is on record before the next begins, so that a relay that
 * dies anywhere leaves an entrant that `race resume` takes up from there.
 */
import { toIso } from '../../core/clock.ts';
import type { RelayErrorCode } from '../../core/errors.ts';
import type { EntrantRecord } from '../record/race-record.ts';
import type { EntrantContext } from './entrant-context.ts';
import { failureOf } from './entrant-failure.ts';
import { type WorkEnd, workFigures, workOn } from './entrant-work.ts';
import { hasWorktree, keepEntrant, keepWhatChecksWrote } from './keep-entrant.ts';
import { prepareEntrant } from './prepare-entrant.ts';
import { notRun, runLogged } from './run-logged.ts';

/** Rejects only for what ends the whole race. */
export async function runEntrant(context: EntrantContext): Promise<void> {
	try {
		await runSteps(context);
	} catch (error) {
		const { code, text } = failureOf(error, context);
		end(context, { outcome: outcomeAfterFailure(code, context.entrant()), reason: text });
	}
}

/** What the work came to stands, whatever happens to its checks; so do files that were kept when it was interrupted. */
function outcomeAfterFailure(
	code: RelayErrorCode | null,
	{ outcome, agents, commit }: EntrantRecord,
): EntrantRecord['outcome'] {
	if (outcome !== null) return outcome;
	const isNotStarted = agents.length === 0 || (code !== null && CANNOT_START.has(code));
	return isNotStarted && commit === null ? 'not_started' : 'failed';
}

const CANNOT_START: ReadonlySet<RelayErrorCode> = new Set([
	'refused',
	'not_trusted',
	'agent_not_installed',
	'agent_survived',
	'unknown_agent',
]);

async function runSteps(context: EntrantContext): Promise<void> {
	const { state } = context.entrant();
	if (state === 'ended') return;
	if (state === 'waiting' || state === 'preparing') {
		if (!(await prepared(context))) return;
	}
	if (context.entrant().state !== 'checking' && !(await worked(context))) return;
	if (!(await checked(context))) return;
	await keepWhatChecksWrote(context);
	end(context, {});
}

async function prepared(context: EntrantContext): Promise<boolean> {
	context.change({ state: 'preparing', started_at: toIso(context.clock.now()), reason: null });
	const preparation = await prepareEntrant(context);
	if (preparation === 'ready') return true;
	if (preparation === 'failed') end(context, {});
	else if (context.stoppedBy() === 'user')
		end(context, { outcome: 'stopped', reason: 'stopped by you before it began to work' });
	return false;
}

/** False: the race was interrupted, or there is nothing to check. */
async function worked(context: EntrantContext): Promise<boolean> {
	context.change({ state: 'working', reason: null });
	if (context.stoppedBy() === 'race') return false;
	const { clock } = context;
	const before = context.entrant().work_ms ?? 0;
	const startedAt = clock.monotonic();
	const work = await workOn(context);
	context.change(workFigures(work, before + clock.monotonic() - startedAt));
	const isThere = await keepEntrant(context, work.turns);
	if (work.outcome === 'interrupted') return false;
	context.change({ state: 'checking', ...outcomeOf(work, isThere) });
	context.acknowledgeStop();
	return true;
}

function outcomeOf(work: WorkEnd, isThere: boolean): Pick<EntrantRecord, 'outcome' | 'reason'> {
	if (work.outcome === 'interrupted') return { outcome: null, reason: work.reason };
	if (isThere) return { outcome: work.outcome, reason: work.reason };
	return { outcome: 'failed', reason: 'its worktree was deleted while it worked' };
}

/** Those that have a result are not run again. False: the race was interrupted. */
async function checked(context: EntrantContext): Promise<boolean> {
	const isKept = context.entrant().commit !== null;
	for (const [at, { command, status }] of context.entrant().checks.entries()) {
		if (context.stoppedBy() === 'race') return false;
		if (status !== 'not_run' || !isKept || isStoppedHere(context)) continue;
		if (!hasWorktree(context)) return true;
		const { record } = await runLogged(command, `check-${at + 1}`, context);
		if (record.status === 'stopped' && context.stoppedBy() === 'race') return false;
		context.change({ checks: context.entrant().checks.with(at, record) });
	}
	return true;
}

/** The user stopped a check of it: the rest is not run either. */
function isStoppedHere(context: EntrantContext): boolean {
	return context.entrant().checks.some(({ status }) => status === 'stopped');
}

function end(context: EntrantContext, over: Partial<EntrantRecord>): void {
	context.change({ ...over, state: 'ended', ended_at: toIso(context.clock.now()) });
}

export function freshChecks(commands: readonly string[]): EntrantRecord['checks'] {
	return commands.map(notRun);
}
