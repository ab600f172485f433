/** The user's pager, started as git does it: what a command prints on a terminal goes through it. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import type { App } from '../app/create-app.ts';
import { homeOf } from '../app/home-of.ts';
import { clonedFolders } from '../app/repo-trust.ts';
import { findExecutable, searchPathOutside } from '../core/processes/find-executable.ts';
import { withoutInheritedDescriptors } from '../core/processes/inherited-descriptors.ts';
import { commandWords } from './input/command-words.ts';
import { passSignals } from './input/pass-signals.ts';
import type { Output } from './output.ts';

type Env = Readonly<Record<string, string>>;
export type PagedApp = Pick<App, 'env' | 'folder' | 'repo' | 'around' | 'leave' | 'outlivesTerminal'>;

interface Pager {
	/** Resolves once it was taken; false: the user has left the pager, and nobody reads what comes. */
	write(piece: string | Uint8Array): Promise<boolean>;
	/** Nothing more comes; resolves once the user has left it. */
	end(): Promise<void>;
}

/**
 * The command line of the pager: `$AGENT_RELAY_PAGER`, else `$PAGER`, else less; null where that is empty or `cat`, and where the terminal is
 * too plain for one.
 */
export function pagerWords({ AGENT_RELAY_PAGER, PAGER, TERM }: Env): readonly string[] | null {
	const line = AGENT_RELAY_PAGER ?? PAGER ?? 'less';
	const words = commandWords(line);
	const isNone = words.length === 0 || (words.length === 1 && words[0] === 'cat');
	// A pager needs a terminal that can move its cursor.
	return isNone || TERM === 'dumb' ? null : words;
}

/** What git gives to less: quit if it fits on the screen, keep colours, leave the text on the screen. */
const LEAVE_TEXT = 'FRX';
/** Over what is on the screen, which is there again afterwards. */
export const OVER_SCREEN = 'R';

/** To the pager, which is started for the first piece; to `output` where there is none. Resolves once the user has left it. */
export async function printPaged(
	pieces: Iterable<string | Uint8Array>,
	output: Pick<Output, 'write'>,
	app: PagedApp,
	less = LEAVE_TEXT,
): Promise<void> {
	let pager: Pager | null | undefined;
	try {
		for (const piece of pieces) {
			if (pager === undefined) pager = await openPager(app, less);
			if (pager === null) await output.write(piece);
			else if (!(await pager.write(piece))) break;
		}
	} finally {
		await pager?.end();
	}
}

/** null where none is wanted, and where it cannot be started. A program of the repo is never one. */
async function openPager(app: PagedApp, less: string): Promise<Pager | null> {
	const [name, ...args] = pagerWords(app.env) ?? [];
	if (name === undefined) return null;
	const untrustedFolders = clonedFolders(await app.repo(), await app.around());
	const PATH = searchPathOutside(app.env.PATH ?? '', untrustedFolders);
	const search = { searchPath: PATH, home: homeOf(app.env), configured: null, untrustedFolders };
	const { path } = findExecutable([name], search);
	if (path === null) return null;
	const env = { LESS: less, LV: '-c', ...app.env, PATH };
	const child = withoutInheritedDescriptors(['pipe', 'inherit', 'inherit'], (stdio) =>
		spawn(path, args, { stdio, env, cwd: app.folder }),
	);
	return (await hasStarted(child)) ? pagerOf(child, app, PATH) : null;
}

function hasStarted(child: ChildProcess): Promise<boolean> {
	return new Promise((resolve) => {
		child.once('spawn', () => resolve(true));
		child.once('error', () => resolve(false));
	});
}

function pagerOf(child: ChildProcess, app: PagedApp, searchPath: string): Pager {
	const { stdin } = child;
	let isGone = false;
	const ended = new Promise<NodeJS.Signals | null>((resolve) => {
		child.once('exit', (_code, signal) => {
			isGone = true;
			resolve(signal);
		});
	});
	// A reader that left has seen enough.
	stdin?.on('error', () => {
		isGone = true;
	});
	const stopListening = passSignals(child, ended, app);
	return {
		write: async (piece) => {
			if (isGone || stdin === null) return false;
			const taken = new Promise<void>((resolve) => stdin.write(piece, () => resolve()));
			await Promise.race([taken, ended]);
			return !isGone;
		},
		end: async () => {
			stdin?.end();
			const signal = await ended;
			stopListening();
			if (signal !== null) restoreTerminal(searchPath);
		},
	};
}

/** For a pager that was killed, and could not do it itself: no alternate screen, a cursor, no style, keys that are echoed. */
function restoreTerminal(searchPath: string): void {
	process.stdout.write('\x1b[?1049l\x1b[?25h\x1b[0m');
	spawnSync('stty', ['sane'], { stdio: ['inherit', 'ignore', 'ignore'], env: { PATH: searchPath } });
}
