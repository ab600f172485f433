/** What the user's configuration lets agents do: where a command or a file is listed, and the lists with one more or one less. Pure. */

export const ALLOWED_EVERYWHERE = 'permissions.allow_commands';
/** By what is allowed in a repo. */
const LISTS = { run: 'repo_commands', leave: 'repo_unsandboxed', edit: 'repo_edits' } as const;
type AllowedAction = keyof typeof LISTS;
export type RepoKey = `permissions.${(typeof LISTS)[AllowedAction]}`;

/** What needs no question. `repo`: only in this one (its real path); null: everywhere. */
export interface AllowedCommand {
	/** Or the absolute path of a file, for `edit`. */
	command: string;
	repo: string | null;
	/** Default: `run`. `leave`: outside the sandbox of an agent that has one; like `edit` only with `repo`. */
	action?: AllowedAction;
}

type ByRepo = Readonly<Record<string, readonly string[]>>;

export const repoKeyOf = ({ action = 'run' }: Pick<AllowedCommand, 'action'>): RepoKey =>
	`permissions.${LISTS[action]}`;

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
	repo_edits: ByRepo;
}

/** The permissions as they are in force once the user's file says it. */
export function withAllowed<Permissions extends Lists>(
	permissions: Permissions,
	{ command, repo, action = 'run' }: AllowedCommand,
	isAllowed: boolean,
): Permissions {
	if (repo === null) {
		const everywhere = changedList(permissions.allow_commands, command, isAllowed);
		return everywhere === null ? permissions : { ...permissions, allow_commands: everywhere };
	}
	const name = LISTS[action];
	const inRepos = changedInRepo(permissions[name], { command, repo }, isAllowed);
	return inRepos === null ? permissions : { ...permissions, [name]: inRepos };
}
