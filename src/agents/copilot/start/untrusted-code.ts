/** What Copilot CLI would start of a repo that the user does not trust, by file names only. */
import { existsSync } from 'node:fs';
import { join, sep } from 'node:path';
import type { TurnRequest } from '../../agent-adapter.ts';
import { foldersUp } from '../../folders-up.ts';
import { listOrEmpty, parseObject } from '../../reading/json-fields.ts';
import { readLoginText } from '../../reading/login-file.ts';
import { copilotHome } from '../native/copilot-home.ts';

/** Hooks, servers and extensions: the CLI itself leaves them alone until its user says yes in its own dialog. */
const STARTS_CODE = [
	'.github/hooks',
	'.github/copilot',
	'.github/extensions',
	'.github/mcp.json',
	'.claude/settings.json',
	'.claude/settings.local.json',
	'.mcp.json',
	'.copilot',
];
/** Their `mcp-servers` start when the model calls one, in a folder that the CLI does not trust too. */
const AGENTS = ['.github/agents', '.claude/agents', '.copilot/agents', '.agents'];

type Place = Pick<TurnRequest, 'isTrusted' | 'folder' | 'worktree' | 'isGitRepo' | 'env'>;

/**
 * Why Copilot must not start in a repo that is not trusted, or null. Where its own user trusted the folder in its dialog, the
 * repo's hooks run and no flag stops them (1.0.102); anywhere else it leaves them alone by itself.
 */
export function untrustedCode(place: Place): string | null {
	if (place.isTrusted || !isTrustedByCopilot(place)) return null;
	const found = firstIn(foldersUp(place), STARTS_CODE);
	return found === null
		? null
		: `Copilot CLI trusts this folder itself and would start what ${found} names, but this repo is not trusted.`;
}

/** Whether the model could start a program of this repo's agents: then it gets no sub-agents at all. */
export function startsUntrustedAgents(place: Omit<Place, 'isGitRepo' | 'env'>): boolean {
	return !place.isTrusted && firstIn(foldersUp(place), AGENTS) !== null;
}

function firstIn(folders: readonly string[], names: readonly string[]): string | null {
	const paths = folders.flatMap((folder) => names.map((name) => join(folder, name)));
	return paths.find((path) => existsSync(path)) ?? null;
}

/** `trustedFolders` of its `config.json`, which has comment lines; a trusted folder includes all below it. */
function isTrustedByCopilot({ folder, worktree, env }: Place): boolean {
	const home = copilotHome(env);
	const text = home === null ? null : readLoginText(join(home, 'config.json'));
	if (text === null) return false;
	if (text === 'unreadable') return true;
	const config = parseObject(text.replace(/^\s*\/\/.*$/gm, ''));
	if (config === null) return text.includes('trustedFolders') || text.includes('trusted_folders');
	const trusted = [config.trustedFolders, config.trusted_folders].flatMap(listOrEmpty);
	const places = [folder, worktree];
	return trusted.some(
		(entry) =>
			typeof entry === 'string' && places.some((place) => isWithin(entry, place) || isWithin(place, entry)),
	);
}

function isWithin(outer: string, inner: string): boolean {
	const prefix = outer.endsWith(sep) ? outer : outer + sep;
	return inner === outer || inner.startsWith(prefix);
}
