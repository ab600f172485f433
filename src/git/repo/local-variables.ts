/**
 * Variables that point git at one repo (`git rev-parse --local-env-vars`) or belong to one run of it. A hook and `rebase --exec`
 * set them, and anything started below would act on that repo, wherever it runs: an entrant would commit on the user's branch.
 */
const LOCAL = new Set([
	'GIT_ALTERNATE_OBJECT_DIRECTORIES',
	'GIT_CONFIG',
	'GIT_CONFIG_COUNT',
	'GIT_CONFIG_PARAMETERS',
	'GIT_OBJECT_DIRECTORY',
	'GIT_DIR',
	'GIT_WORK_TREE',
	'GIT_IMPLICIT_WORK_TREE',
	'GIT_GRAFT_FILE',
	'GIT_INDEX_FILE',
	'GIT_NO_REPLACE_OBJECTS',
	'GIT_REPLACE_REF_BASE',
	'GIT_PREFIX',
	'GIT_SHALLOW_FILE',
	'GIT_COMMON_DIR',
	'GIT_INTERNAL_SUPER_PREFIX',
	'GIT_REF_URI',
	// Not on git's own list, but of the same kind.
	'GIT_NAMESPACE',
	'GIT_QUARANTINE_PATH',
	'GIT_REFLOG_ACTION',
]);

/** Settings that `GIT_CONFIG_COUNT` counts mean nothing without it. */
const COUNTED = /^GIT_CONFIG_(?:KEY|VALUE)_\d+$/;

export function withoutGitLocals(env: Readonly<Record<string, string>>): Record<string, string> {
	const kept = Object.entries(env).filter(([name]) => !LOCAL.has(name) && !COUNTED.test(name));
	return Object.fromEntries(kept);
}
