/** What the machine gives: Node, the terminal, git, room on the disks. */
import { statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import { formatBytes } from '../../../ui/quantities.ts';
import type { CommandContext } from '../../context.ts';
import { type Finding, note, ok, problem } from '../finding.ts';
import { isOlder } from '../tested-versions.ts';

const OLDEST_NODE = '20.19.0';
/** `git worktree list -z`, `--path-format`: what the relay asks git for. */
const OLDEST_GIT = '2.36.0';
const GIT_MS = 5_000;
const FEWEST_COLUMNS = 40;
const FEWEST_ROWS = 10;
const SCARCE_BYTES = 1024 ** 3;
const TOO_FEW_BYTES = 100 * 1024 ** 2;
const TOO_FEW_FILES = 1_000;

export function checkNode(version: string, path: string): Finding[] {
	const found = `${version} (${path})`;
	return isOlder(version, OLDEST_NODE)
		? [problem('node', found, `Install Node ${OLDEST_NODE} or newer: https://nodejs.org`)]
		: [ok('node', found)];
}

export interface TerminalFacts {
	/** null: none. */
	size: { columns: number; rows: number } | null;
	hasColor: boolean;
	env: Readonly<Record<string, string>>;
}

export function checkTerminal({ size, hasColor, env }: TerminalFacts): Finding[] {
	const locale = env.LC_ALL || env.LC_CTYPE || env.LANG || '';
	const isUtf8 = /utf-?8/i.test(locale);
	const charset = isUtf8
		? []
		: [
				note(
					'terminal',
					`the locale ${locale === '' ? 'is not set' : `is ${locale}`}: not UTF-8`,
					'Set one that is, for example: export LANG=C.UTF-8',
				),
			];
	if (size === null) return [ok('terminal', 'none: output goes to a file or a program'), ...charset];
	const { columns, rows } = size;
	const facts = [
		`${columns} x ${rows}`,
		env.TERM ? env.TERM : 'TERM is not set',
		hasColor ? 'colours' : env.NO_COLOR ? 'no colours (NO_COLOR)' : 'no colours',
		...(isUtf8 ? ['UTF-8'] : []),
		knowsKittyKeys(env) ? 'keys of the kitty protocol' : 'Alt+Enter or Ctrl+J for a new line',
		...(env.TMUX ? ['in tmux'] : []),
	];
	const isSmall = columns < FEWEST_COLUMNS || rows < FEWEST_ROWS;
	const found = isSmall
		? note('terminal', facts.join(', '), `Make it at least ${FEWEST_COLUMNS} x ${FEWEST_ROWS} for the shell.`)
		: ok('terminal', facts.join(', '));
	return [found, ...charset];
}

/** As far as the environment shows it; inside tmux the outer terminal does not count. */
function knowsKittyKeys(env: Readonly<Record<string, string>>): boolean {
	if (env.TMUX || env.STY) return false;
	return (
		Boolean(env.KITTY_WINDOW_ID) ||
		/kitty|ghostty|foot|alacritty/.test(env.TERM ?? '') ||
		/^(?:ghostty|WezTerm|iTerm\.app)$/.test(env.TERM_PROGRAM ?? '')
	);
}

export async function checkGit({ findProgram, git }: CommandContext): Promise<Finding[]> {
	const path = await findProgram('git');
	if (path === null)
		return [
			problem(
				'git',
				'not found on PATH',
				'Install git: without it there are no diffs, no undo and no races.',
			),
		];
	const { stdout } = await (await git()).run(['--version'], { cwd: '/', timeoutMs: GIT_MS });
	const version = /\d+\.\d+(?:\.\d+)?/.exec(stdout.toString())?.[0];
	if (version === undefined)
		return [problem('git', `${path} does not say its version`, `See what it says: ${path} --version`)];
	return isOlder(version, OLDEST_GIT)
		? [problem('git', `${version} (${path})`, `Install git ${OLDEST_GIT} or newer.`)]
		: [ok('git', `${version} (${path})`)];
}

interface DiskFacts {
	path: string;
	freeBytes: number;
	/** null: the file system does not count them. */
	freeFiles: number | null;
}

/** The file systems that hold these paths, each once. */
export function checkDisks(paths: readonly string[]): Finding[] {
	const disks = new Map<string, DiskFacts>();
	for (const path of paths) {
		const facts = statOfDisk(path);
		if (facts !== null) disks.set(`${facts.freeBytes} ${facts.freeFiles}`, facts);
	}
	return [...disks.values()].map(describeDisk);
}

function statOfDisk(path: string): DiskFacts | null {
	try {
		const { bavail, bsize, files, ffree } = statfsSync(path);
		return { path, freeBytes: bavail * bsize, freeFiles: files === 0 ? null : ffree };
	} catch {
		const parent = dirname(path);
		return parent === path ? null : statOfDisk(parent);
	}
}

/** @internal For tests: a disk cannot be filled there. */
export function describeDisk({ path, freeBytes, freeFiles }: DiskFacts): Finding {
	const found = `${formatBytes(freeBytes)} free at ${path}`;
	const toDo = 'Make room; agent-relay prune shows what the relay keeps.';
	if (freeFiles !== null && freeFiles < TOO_FEW_FILES)
		return problem('disk', `${found}, room for ${freeFiles} more files`, toDo);
	if (freeBytes < TOO_FEW_BYTES) return problem('disk', found, toDo);
	return freeBytes < SCARCE_BYTES ? note('disk', found, toDo) : ok('disk', found);
}
