import { dirname, join } from 'node:path';
import { namesIn } from '../../../core/files/folders.ts';
import { readRegularText } from '../../../core/files/read-file.ts';
import { linkedGitDir } from '../../../git/repo/git-link.ts';
import type { TurnRequest } from '../../agent-adapter.ts';
import { foldersUp } from '../../folders-up.ts';

type Asked = Pick<TurnRequest, 'env' | 'isTrusted' | 'folder' | 'worktree'>;

const MAX_FILES = 1000;
const MAX_DEPTH = 8;

/** The key of a block, or of a mapping in braces. */
const ISOLATION = /(?:^|[{,])[ \t]*["']?isolation["']?[ \t]*:/m;
const NAME = /^["']?name["']?[ \t]*:[ \t]*(["']?)(.*?)\1(?:[ \t]+#.*)?[ \t]*$/m;

/**
 * The rules that refuse each agent whose file asks for a checkout of its own (`isolation: worktree`), by its name: unlike a
 * hook, no setting turns them off. `Agent`, all of them, if a name cannot be written in a rule or there are too many files.
 */
export function isolatedAgents(turn: Asked): string[] {
	const files = agentFolders(turn).flatMap((folder) => filesBelow(folder, MAX_DEPTH));
	if (files.length > MAX_FILES) return ['Agent'];
	const heads = files.map(headOf).filter((head) => ISOLATION.test(head));
	const rules = heads.map(nameIn).flatMap((name) => (name === null ? [] : [ruleFor(name)]));
	return rules.includes('Agent') ? ['Agent'] : [...new Set(rules)].sort();
}

/** The user's own folders, and in a trusted repo those that claude finds there and in the main checkout of a linked worktree. */
function agentFolders(turn: Asked): string[] {
	const { env, isTrusted, worktree } = turn;
	const own = env.CLAUDE_CONFIG_DIR || (env.HOME ? join(env.HOME, '.claude') : null);
	const main = mainCheckout(worktree);
	const ofRepo = [...foldersUp(turn), ...(main === null ? [] : [main])];
	return [
		...(own === null ? [] : [join(own, 'agents')]),
		...(isTrusted ? ofRepo.map((folder) => join(folder, '.claude/agents')) : []),
	];
}

/** The main checkout of a linked worktree, from its `.git` file; else null. */
function mainCheckout(worktree: string): string | null {
	const gitDir = linkedGitDir(join(worktree, '.git')) ?? '';
	const gitFolder = /^(.+[\\/]\.git)[\\/]worktrees[\\/][^\\/]+$/s.exec(gitDir)?.[1];
	return gitFolder === undefined ? null : dirname(gitFolder);
}

/** Its files for agents, links followed; at most one more than `MAX_FILES`. */
function filesBelow(folder: string, depth: number): string[] {
	const found: string[] = [];
	// claude cannot read it either.
	for (const name of namesIn(folder, 'EACCES', 'EPERM', 'EIO', 'ENAMETOOLONG')) {
		const path = join(folder, name);
		if (name.endsWith('.md')) found.push(path);
		else if (depth > 0) found.push(...filesBelow(path, depth - 1));
		if (found.length > MAX_FILES) break;
	}
	return found.slice(0, MAX_FILES + 1);
}

/** The front matter of an agent file; the whole text if that has no end. */
function headOf(path: string): string {
	const text = readRegularText(path) ?? '';
	const end = text.search(/\n---[ \t]*\r?(?:\n|$)/);
	return end < 0 ? text : text.slice(0, end);
}

/** null if there is none: for claude, that is not an agent. */
function nameIn(head: string): string | null {
	return NAME.exec(head)?.[2] ?? null;
}

function ruleFor(name: string): string {
	return /^[\w:.-]+$/.test(name) ? `Agent(${name})` : 'Agent';
}
