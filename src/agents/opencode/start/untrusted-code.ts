import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { TurnRequest } from '../../agent-adapter.ts';
import { foldersUp } from '../../folders-up.ts';

/** What opencode takes for its own configuration. */
const NAMES = ['.opencode', 'opencode.json', 'opencode.jsonc'];

type Place = Pick<TurnRequest, 'isTrusted' | 'folder' | 'worktree' | 'isGitRepo' | 'env'>;

/**
 * Why opencode must not start in a repo that is not trusted, or null. 1.18.33 imports the plugins of the repo's
 * configuration whatever it is asked: measured with `OPENCODE_DISABLE_PROJECT_CONFIG` and `OPENCODE_PURE`, which keep
 * away only the repo's tools, MCP servers, rules and instructions. So only a repo without such files is safe.
 */
export function untrustedCode(place: Place): string | null {
	if (place.isTrusted) return null;
	for (const folder of searchedFolders(place)) {
		const name = NAMES.find((name) => existsSync(join(folder, name)));
		if (name !== undefined)
			return `OpenCode would run plugins of this repo, which is not trusted (${join(folder, name)}).`;
	}
	return null;
}

/** Outside git opencode looks in the folders above too; the user's home is the user's own. */
function searchedFolders(place: Place): string[] {
	const { worktree, isGitRepo, env } = place;
	const folders = foldersUp(place);
	if (isGitRepo) return folders;
	for (let folder = dirname(worktree); folder !== env.HOME; folder = dirname(folder)) {
		folders.push(folder);
		if (dirname(folder) === folder) break;
	}
	return folders;
}
