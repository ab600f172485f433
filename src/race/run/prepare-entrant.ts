/** An entrant's worktree: made at the base, filled with what was asked for, set up. */
import { RelayError } from '../../core/errors.ts';
import { safeLine } from '../../core/text.ts';
import { recordedPath } from '../../git/repo/worktree-records.ts';
import { removeWorktreeFolder } from '../../git/worktrees/remove-worktree.ts';
import { lockReason } from '../record/owner-file.ts';
import { FOUND_FILES } from '../record/race-claim.ts';
import { copyInto } from './copy-files.ts';
import { type EntrantContext, withNotes } from './entrant-context.ts';
import { failureOf } from './entrant-failure.ts';
import { noteMissingFolder } from './entrant-folder.ts';
import { runLogged } from './run-logged.ts';

/** `ready`; `stopped`: by a signal; `failed`: the entrant is ended with the reason on its record. */
export type Preparation = 'ready' | 'stopped' | 'failed';

export async function prepareEntrant(context: EntrantContext): Promise<Preparation> {
	const { deps, signal } = context;
	const { worktree } = context.entrant();
	const { base, options } = context.race();
	await removeHalfMade(context);
	if (signal.aborted) return 'stopped';
	const { notes } = await deps.worktrees.add({
		path: worktree,
		commit: base.commit,
		reason: reasonOf(context),
	});
	if (notes.length > 0) context.change({ notes: withNotes(context.entrant(), ...notes) });
	await copyInto(worktree, options.copy, deps.relay.repo.worktree);
	const preparation = options.setup === null ? 'ready' : await setUp(options.setup, context);
	if (preparation === 'ready' && (options.setup !== null || options.copy.length > 0))
		await keepFound(context);
	if (preparation === 'ready') noteMissingFolder(context);
	return preparation;
}

const NOT_TOLD_APART = 'what its setup left counts as its work, since it could not be kept: ';

/** Its agent's work is what differs from these files. */
async function keepFound(context: EntrantContext): Promise<void> {
	const { worktrees } = context.deps;
	const { id, ref, worktree } = context.entrant();
	const { base, id: race } = context.race();
	try {
		const parents = [base.commit];
		const message = `what ${id} found in agent-relay race ${race}\n`;
		const { commit, tree, isUnchanged } = await worktrees.commitFiles(worktree, { parents, message });
		if (!isUnchanged) await worktrees.setRef(`${ref}${FOUND_FILES}`, commit);
		context.change({ found: isUnchanged ? null : { commit, tree } });
	} catch (error) {
		const note = `${NOT_TOLD_APART}${failureOf(error, context).text}`;
		context.change({ found: null, notes: withNotes(context.entrant(), note) });
	}
}

/** No agent ever worked in it: the state says `preparing` until the setup is through. */
async function removeHalfMade(context: EntrantContext): Promise<void> {
	const { worktrees } = context.deps;
	const { worktree } = context.entrant();
	try {
		await worktrees.remove({ path: worktree, reason: reasonOf(context) });
	} catch (error) {
		const isOnRecord = (await worktrees.list()).some(({ path }) => path === recordedPath(worktree));
		if (!(error instanceof RelayError) || error.code !== 'refused' || isOnRecord) throw error;
		// Git died before it had put the folder on record.
		await removeWorktreeFolder(worktree);
	}
}

const reasonOf = (context: EntrantContext) => lockReason(context.race().id, context.entrant().id);

const SHOWN_LINES = 5;

async function setUp(command: string, context: EntrantContext): Promise<Preparation> {
	const { record, tail } = await runLogged(command, 'setup', context);
	if (record.status === 'stopped') return 'stopped';
	context.change({ setup: record });
	if (record.status === 'passed') return 'ready';
	const why = record.status === 'timed_out' ? 'took too long' : `ended with exit code ${record.exit_code}`;
	const lines = tail.split(/\r?\n|\r/).filter((line) => line.trim() !== '');
	const last = lines.slice(-SHOWN_LINES).map((line) => safeLine(line, 200));
	context.change({
		outcome: 'setup_failed',
		reason: [`the setup ${why}${last.length > 0 ? ':' : ''}`, ...last].join('\n'),
	});
	return 'failed';
}
