/** The records of a repo as a golden text: each path with kind and mode, and below it what a reader relies on. */
import { existsSync, lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { CliHome } from './cli-home.ts';
import type { GoldenText } from './golden-text.ts';

/** Given whole: the data in the order of its keys as written, and what people and agents read. */
const READ = /\.(?:json|jsonl|md|toml)$|(?:^|\/)\.gitignore$/;
/** An agent's own bytes, which are those of its script. */
const RAW = /-raw\.jsonl$/;

/** The tree of `.agent-relay` in the repo. */
export function treeText(cli: CliHome, words: GoldenText): string {
	const folder = join(cli.repo, '.agent-relay');
	knowSessions(cli, words);
	const shown = readdirSync(folder, { recursive: true, encoding: 'utf8' })
		.map((path) => ({ path, place: words.of(path) }))
		.sort((a, b) => (a.place < b.place ? -1 : 1));
	return words.of(shown.map(({ path }) => `=== ${path} ${entryText(join(folder, path))}`).join(''));
}

function entryText(path: string): string {
	const facts = lstatSync(path);
	const mode = (facts.mode & 0o777).toString(8).padStart(4, '0');
	if (facts.isDirectory()) return `folder ${mode}\n`;
	if (facts.isSymbolicLink()) return `link to ${readlinkSync(path)}\n`;
	if (!READ.test(path) || RAW.test(path)) return `file ${mode}\n`;
	const text = readFileSync(path, 'utf8');
	const end = text === '' || text.endsWith('\n') ? '' : '\n(no line break)\n';
	return `file ${mode}\n${text}${end}`;
}

/** Tells the sessions of the repo to `words` in the order in which they began, the entrants of a race in its own order. */
export function knowSessions(cli: CliHome, words: GoldenText): void {
	const folder = join(cli.repo, '.agent-relay/sessions');
	if (!existsSync(folder)) return;
	for (const id of readdirSync(folder).sort()) {
		const { kind, parent } = readFound(folder, id, 'meta.json');
		if (kind === 'race' && parent) continue;
		words.knowSession(id);
		if (kind !== 'race') continue;
		const { entrants = [], base } = readFound(folder, id, 'race.json');
		for (const { session_id } of entrants) if (session_id !== null) words.knowSession(session_id);
		if (base) words.knowCommit(base.commit);
	}
}

interface Found {
	kind?: string;
	parent?: string | null;
	entrants?: ReadonlyArray<{ session_id: string | null }>;
	base?: { commit: string };
}

function readFound(...path: string[]): Found {
	return JSON.parse(readFileSync(join(...path), 'utf8'));
}
