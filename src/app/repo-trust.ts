/** Whether agents may obey the repo at hand: what the user said, for what its files hold at this moment. */
import {
	readTrustDigests,
	type TrustDigests,
	type TrustPlace,
	trustPlace,
} from '../config/trust/trust-files.ts';
import type { TrustStore } from '../config/trust/trust-store.ts';
import { safeLine } from '../core/text.ts';
import type { RepoFacts } from '../git/repo-facts.ts';

export interface RepoTrust extends TrustPlace {
	store: TrustStore;
	/** The user said so, for what the files held when they were read. */
	isTrusted: boolean;
	/** The user said so on the command line, whatever the files hold. */
	isForThisRun: boolean;
	/** The repo's own configuration as parsed. */
	repoConfig: Buffer | null;
	/** Files that only a trusted repo's agents obey; empty: there is nothing to ask about. */
	digests: TrustDigests | null;
}

/** True also where no file of the repo could make an agent do anything: then there is nothing to ask about. */
export function obeysRepo({ isTrusted, digests }: RepoTrust): boolean {
	return isTrusted || digests?.size === 0;
}

/**
 * False as soon as a file that agents would obey is no longer as it was when the settings were read: a checkout, a pull or
 * an agent may have changed it since. To be asked before every turn.
 */
export function isUnchanged(trust: RepoTrust): boolean {
	return trust.isForThisRun || isSame(trust.digests, digestsNow(trust));
}

/** What agents would obey now. */
export function digestsNow(trust: RepoTrust): TrustDigests | null {
	return readTrustDigests(trust, trust.repoConfig);
}

/** False also where one of them is not known. */
function isSame(before: TrustDigests | null, now: TrustDigests | null): boolean {
	if (before === null || now === null || before.size !== now.size) return false;
	return [...now].every(([path, digest]) => before.get(path) === digest);
}

/**
 * A worktree of a trusted repo is trusted for what the user has seen: each file there that agents would obey holds what it
 * holds in the trusted checkout, or the user trusted that worktree itself. A file that is only in the checkout (ignored, say)
 * takes nothing away.
 */
export function trustThere(repo: RepoFacts, trust: RepoTrust): RepoTrust {
	const place = trustPlace(repo, trust.home);
	const digests = readTrustDigests(place, trust.repoConfig);
	const isKnown =
		digests !== null && [...digests].every(([path, digest]) => trust.digests?.get(path) === digest);
	const isTrusted =
		trust.isForThisRun || (trust.isTrusted && isKnown) || trust.store.isTrusted(place, digests);
	return { ...trust, ...place, digests, isTrusted };
}

/** The repo and what lies around it (`App.around`). Outside git the folder is the user's own choice; nothing in it was cloned. */
export function clonedFolders({ kind, root, worktree }: RepoFacts, around: readonly string[]): string[] {
	return kind === 'none' ? [] : [...new Set([root, worktree, ...around])];
}

const SHOWN_FILES = 6;
const PATH_CHARS = 80;

/**
 * One line for people where agents start without what the repo sets; null where they obey it, or it sets nothing. By what was
 * read with the settings, where nothing says what the files hold `now`.
 * `elsewhere`: where to say that they may obey it, when that is not here.
 */
export function describeDistrust(
	trust: RepoTrust,
	{ now = trust.digests, elsewhere }: { now?: TrustDigests | null; elsewhere?: string } = {},
): string | null {
	if (obeysRepo(trust) && (trust.isForThisRun || isSame(trust.digests, now))) return null;
	const where = elsewhere === undefined ? '' : `, in ${safeLine(elsewhere, PATH_CHARS)}`;
	const advice = `To obey them: agent-relay config trust${where}`;
	if (now === null)
		return `this repo is not trusted: it has settings that cannot be read, or too many to compare. Agents start without them.`;
	const changed = obeysRepo(trust)
		? changedBetween(trust.digests, now)
		: trust.store.changedSince(trust, now);
	if (changed !== null && changed.length > 0)
		return `this repo is not trusted any more, because this changed: ${shown(changed)}. Agents start without its settings. ${advice}`;
	return `this repo is not trusted: agents start without ${shown([...now.keys()])}. ${advice}`;
}

function changedBetween(before: TrustDigests | null, now: TrustDigests): string[] {
	const names = new Set([...(before ?? new Map()).keys(), ...now.keys()]);
	return [...names].filter((name) => before?.get(name) !== now.get(name)).sort();
}

function shown(paths: readonly string[]): string {
	const named = paths.slice(0, SHOWN_FILES).map((path) => safeLine(path, PATH_CHARS));
	const rest = paths.length - named.length;
	return named.join(', ') + (rest > 0 ? ` and ${rest} more` : '');
}
