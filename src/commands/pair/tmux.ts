/**
 * A pair in tmux. Outside tmux it has a server of its own, which has the environment of whoever starts it and ends with its last pane;
 * inside, a window of the user's server, as a server within another would take its keys. tmux gets words, never a line for a shell.
 */
import { createHash } from 'node:crypto';
import { RelayError } from '../../core/errors.ts';
import { runProcess } from '../../core/processes/run-process.ts';
import { safeLine } from '../../core/text.ts';
import type { NameId } from '../../sessions/names/name-id.ts';

/** How servers of their own are named; the last shell removes the socket by it. */
export const SERVER_PREFIX = 'agent-relay-';

export interface TmuxPlace {
	program: string;
	env: Readonly<Record<string, string>>;
	/** Where panes start. */
	folder: string;
	/** The socket of a server of its own; null: the window goes into the user's, in which this command runs. */
	socket: string | null;
	/** What the tmux session or window is called. */
	title: string;
}

/** The name of the socket of a pair: another one for each name, repo and state folder. */
export function socketOf(store: string, stateHome: string, name: NameId): string {
	const of = JSON.stringify([store, stateHome, name]);
	return `${SERVER_PREFIX}${createHash('sha256').update(of).digest('hex').slice(0, 16)}`;
}

export interface PairPanes {
	/** Each is a program with its arguments. */
	shells: readonly [left: readonly string[], right: readonly string[]];
	watch: readonly string[] | null;
}

const WATCH_ROWS = '9';
/** The pane that shows both ends when it is the only one left; one with the other shell stays as it is. */
const END_WATCH = "if-shell -F '#{&&:#{==:#{window_panes},1},#{@agent_relay_watch}}' kill-pane";

/** The ids of the panes. Throws RelayError `not_started` with what tmux says; then no pane is left. */
export async function openPanes({ shells, watch }: PairPanes, place: TmuxPlace): Promise<string[]> {
	const { folder, socket, title } = place;
	const print = ['-P', '-F', '#{pane_id}', '-c', folder];
	const begin =
		socket === null
			? ['new-window', ...print, '-n', title]
			: ['new-session', '-d', ...print, '-s', title, '-x', '200', '-y', '50'];
	const panes = [await tmux([...begin, ...shells[0]], place)];
	const [first = ''] = panes;
	try {
		panes.push(await tmux(['split-window', '-h', ...print, '-t', first, ...shells[1]], place));
		if (watch !== null) {
			const pane = await tmux(
				['split-window', '-v', '-f', '-l', WATCH_ROWS, ...print, '-t', first, ...watch],
				place,
			);
			panes.push(pane);
			await tmux(['set-option', '-p', '-t', pane, '@agent_relay_watch', '1'], place);
			await tmux(['set-hook', '-w', '-t', first, 'pane-exited', END_WATCH], place);
		}
		await tmux(['select-pane', '-t', first], place);
		return panes;
	} catch (error) {
		for (const pane of panes) await tmux(['kill-pane', '-t', pane], place).catch(ignoreRefusal);
		throw error;
	}
}

/** Whether a pair is open on that socket. */
export async function isOpen(place: TmuxPlace): Promise<boolean> {
	const { exitCode } = await run(['has-session', '-t', `=${place.title}`], place);
	return exitCode === 0;
}

/** What shows it on this terminal. */
export const attachWords = ({ socket, title }: Pick<TmuxPlace, 'title'> & { socket: string }): string[] => [
	'-L',
	socket,
	'attach-session',
	'-t',
	`=${title}`,
];

async function tmux(args: readonly string[], place: TmuxPlace): Promise<string> {
	const { exitCode, stdout, stderr } = await run(args, place);
	if (exitCode === 0) return stdout.toString().trim();
	throw new RelayError('not_started', `tmux cannot open the pair: ${safeLine(stderr.trim(), 300)}`);
}

function run(args: readonly string[], { program, env, folder, socket }: TmuxPlace) {
	const where = socket === null ? [] : ['-L', socket];
	return runProcess(program, [...where, ...args], { cwd: folder, env, timeoutMs: TIMEOUT_MS });
}

const TIMEOUT_MS = 20_000;

function ignoreRefusal(error: unknown): void {
	if (!(error instanceof RelayError)) throw error;
}
