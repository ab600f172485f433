/** What a preview and the undo that follows it share: the store is opened once, and what was read once is not read again. */
import { nulFields } from '../git/git-output.ts';
import { openTreeContents, type TreeContents } from '../git/snapshots/tree-contents.ts';
import type { Chosen, UndoDeps, UndoPlan } from './undo-contract.ts';

/** How the disk of the worktree differs from what git records. */
interface DiskRules {
	ignoresCase: boolean;
	ignoresModes: boolean;
	hasLinks: boolean;
}

export interface UndoWork extends UndoDeps {
	/** Throws what `openTreeContents` throws. */
	contents(): Promise<TreeContents>;
	rules(): Promise<DiskRules>;
	/**
	 * The plan of these steps, made once: what changes after it was made, `replaceFiles` refuses. `forgetPlans` where time has
	 * passed since, such as that of a question.
	 */
	plan(chosen: Chosen, make: () => Promise<UndoPlan>): Promise<UndoPlan>;
	forgetPlans(): void;
}

/** Releases the store at the end, whatever comes of `act`. */
export async function withUndoWork<T>(deps: UndoDeps, act: (work: UndoWork) => Promise<T>): Promise<T> {
	const { snapshotsFolder: stateFolder, repo, git, processes } = deps;
	const plans = new Map<string, Promise<UndoPlan>>();
	let opened: Promise<TreeContents> | null = null;
	let asked: Promise<DiskRules> | null = null;
	const work: UndoWork = {
		...deps,
		contents: () => {
			opened ??= openTreeContents({ repo, git, processes, stateFolder });
			return opened;
		},
		rules: () => {
			asked ??= readRules(deps);
			return asked;
		},
		plan: (chosen, make) => {
			const key = keyOf(chosen);
			const plan = plans.get(key) ?? make();
			plans.set(key, plan);
			return plan;
		},
		forgetPlans: () => plans.clear(),
	};
	try {
		return await act(work);
	} finally {
		await releaseOpened(opened);
	}
}

const keyOf = (chosen: Chosen): string =>
	JSON.stringify(
		chosen.kind === 'redo'
			? [chosen.undo.sessionId, chosen.undo.step.step]
			: chosen.turns.map(({ sessionId, state }) => [sessionId, state.turn]),
	);

/** One that could not be opened has failed where it was asked for. */
const releaseOpened = async (opened: Promise<TreeContents> | null): Promise<void> =>
	opened?.then(
		(contents) => contents.release(),
		() => undefined,
	);

async function readRules({ git, repo }: UndoDeps): Promise<DiskRules> {
	const asked = await git.run(
		['config', '--type=bool', '-z', '--get-regexp', '^core\\.(ignorecase|filemode|symlinks)$'],
		{ cwd: repo.worktree, allowExit: [1, 128] },
	);
	const set = new Map(
		nulFields(asked.stdout).map((line) => [line.split('\n')[0] ?? '', line.split('\n')[1] ?? '']),
	);
	return {
		ignoresCase: set.get('core.ignorecase') === 'true',
		ignoresModes: set.get('core.filemode') === 'false',
		hasLinks: set.get('core.symlinks') !== 'false',
	};
}
