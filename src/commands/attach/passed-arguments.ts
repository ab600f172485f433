/** `attach --wrap claude ARGS`: what is typed behind the agent goes to its TUI, or is refused by its name. */
import { join, resolve } from 'node:path';
import type { AgentId } from '../../agents/agent-adapter.ts';
import type { AgentTui } from '../../agents/tui/agent-tui.ts';
import { type OwnWay, type PassedFlag, readTuiArguments } from '../../agents/tui/given-arguments.ts';
import { RelayError } from '../../core/errors.ts';
import { realFolder } from '../../core/files/real-path.ts';
import { quoteForShell } from '../../core/quote-for-shell.ts';

export interface WrapPlace {
	agent: AgentId;
	/** Where the words were typed. */
	folder: string;
	home: string;
	/** Real path. */
	worktree: string;
	isTrusted: boolean;
	ownName: string;
}

/**
 * Each value joined to its flag, so that none can swallow what follows, and paths as they are seen from here. Throws RelayError
 * `usage` for what is not passed on, and `refused` for files of a repo that is not trusted.
 */
export function passedArguments(words: readonly string[], { takes }: AgentTui, place: WrapPlace): string[] {
	const { agent, ownName } = place;
	if (words.length === 0) return [];
	const past = `Without the relay: command ${agent} ${words.map(quoteForShell).join(' ')}`;
	if (takes === null)
		throw new RelayError('usage', `The relay passes no arguments on to ${agent}.`, { hint: past });
	const read = readTuiArguments(words, takes);
	switch (read.is) {
		case 'passed':
			return read.flags.map((given) => asTyped(given, place));
		case 'owned':
			throw new RelayError('usage', `${read.name} of ${agent} is the relay's to give.`, {
				hint: hintOf(read.way, { agent, ownName, past }),
			});
		case 'unknown':
			throw new RelayError('usage', `The relay does not pass ${read.name} on to ${agent}.`, { hint: past });
		case 'words':
			throw new RelayError('usage', `The relay passes options on to ${agent}, and no words: ${read.name}.`, {
				hint: past,
			});
		case 'odd_value':
			throw new RelayError('usage', `${read.name} of ${agent} has a value that it does not take, or none.`, {
				hint: `A value that begins with - is joined to it: ${read.name}=VALUE`,
			});
		default:
			return read satisfies never;
	}
}

function hintOf(
	way: OwnWay,
	{ agent, ownName, past }: { agent: string; ownName: string; past: string },
): string {
	switch (way) {
		case 'model':
			return `Say it to the relay: ${ownName} attach ${agent} --model MODEL`;
		case 'permissions':
			return `Say it to the relay: ${ownName} attach ${agent} --permissions PRESET`;
		case 'session':
			return `The relay resumes what was said in its session: ${ownName} attach ${agent} --session REF`;
		case 'headless':
			return `Without its TUI: ${ownName} run --agent ${agent} "TASK"`;
		case null:
			return past;
		default:
			return way satisfies never;
	}
}

function asTyped({ flag, value, path }: PassedFlag, place: WrapPlace): string {
	if (value === null) return flag;
	if (path === null) return `${flag}=${value}`;
	const { folder, home } = place;
	const at = value.startsWith('~/') ? join(home, value.slice(2)) : resolve(folder, value);
	if (path === 'obeyed') refuseForeign(flag, at, place);
	return `${flag}=${at}`;
}

/** What the program would obey, of a repo whose own settings it is kept from. */
function refuseForeign(flag: string, path: string, { worktree, isTrusted, ownName }: WrapPlace): void {
	const isInside = [path, realFolder(path)].some((at) => at === worktree || at.startsWith(`${worktree}/`));
	if (isTrusted || !isInside) return;
	throw new RelayError('refused', `${flag} names files of this repo, which is not trusted.`, {
		hint: `Trust it: ${ownName} config trust`,
	});
}
