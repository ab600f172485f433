/** What the user's configuration lets agents run: where a command is listed, and the lists with one more or one less. Pure. */

export const ALLOWED_EVERYWHERE = 'permissions.allow_commands';
const ALLOWED_IN_REPOS = 'permissions.repo_commands';
const UNSANDBOXED_IN_REPOS = 'permissions.repo_unsandboxed';
export type RepoKey = typeof ALLOWED_IN_REPOS | typeof UNSANDBOXED_IN_REPOS;

/** What may run without asking. `repo`: only in this one (its real path); null: everywhere. */
export interface AllowedCommand {
	command: string;
	repo: string | null;
	/** Outside the sandbox of an agent that has one; only with `repo`. */
	isUnsandboxed?: boolean;
}

type ByRepo = Readonly<Record<string, readonly string[]>>;

export const repoKeyOf = ({ isUnsandboxed }: Pick<AllowedCommand, 'isUnsandboxed'>): RepoKey =>
	isUnsandboxed === true ? UNSANDBOXED_IN_REPOS : ALLOWED_IN_REPOS;

/** null: it is so already. */
export function changedList<T>(list: readonly T[], command: T, isAllowed: boolean): T[] | null {
	if (list.includes(command) === isAllowed) return null;
	return isAllowed ? [...list, command] : list.filter((one) => one !== command);
}

/** A repo without commands has no entry. null: it is so already. */
export function changedInRepo(
	known: ByRepo,
	{ command, repo }: { command: string; repo: string },
	isAllowed: boolean,
): Record<string, readonly string[]> | null {
	const list = changedList(known[repo] ?? [], command, isAllowed);
	if (list === null) return null;
	const { [repo]: _, ...others } = known;
	return list.length === 0 ? others : { ...known, [repo]: list };
}

interface Lists {
	allow_commands: readonly string[];
	repo_commands: ByRepo;
	repo_unsandboxed: ByRepo;
}

/** The permissions as they are in force once the user's file says it. */
export function withAllowed<Permissions extends Lists>(
	permissions: Permissions,
	{ command, repo, isUnsandboxed }: AllowedCommand,
	isAllowed: boolean,
): Permissions {
	if (repo === null) {
		const everywhere = changedList(permissions.allow_commands, command, isAllowed);
		return everywhere === null ? permissions : { ...permissions, allow_commands: everywhere };
	}
	const name = isUnsandboxed === true ? 'repo_unsandboxed' : 'repo_commands';
	const inRepos = changedInRepo(permissions[name], { command, repo }, isAllowed);
	return inRepos === null ? permissions : { ...permissions, [name]: inRepos };
}
