/** A folder whose files are to be changed, and an owner of edits who has nothing to do with races: it counts what it recorded. */
import { createHash } from 'node:crypto';
import {
	chmodSync,
	lstatSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	readlinkSync,
	realpathSync,
	rmSync,
	symlinkSync,
	writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import * as v from 'valibot';
import {
	discardPlace,
	type EditPlace,
	editPlace,
	journalEntries,
	readJournal,
} from '../../src/edits/edit-journal.ts';
import type { FileEdit, FileState } from '../../src/edits/look-at-paths.ts';
import { type EditPlan, type PlanOptions, planEdits } from '../../src/edits/plan-edits.ts';
import { type Recovery, recoverEdits } from '../../src/edits/recover-edits.ts';
import { closeJournal, inPlace, prepareJournal, replaceFiles } from '../../src/edits/replace-files.ts';

/** A file's content; a program; a link; nothing. */
export type Content = string | { program: string } | { link: string } | null;

/** Path by path, from what to what. */
export type Wanted = Record<string, readonly [before: Content, after: Content]>;

/** What `EVERY_EDIT` begins with, and files that it has nothing to do with. */
export const FILES_BEFORE: Record<string, Content> = {
	'changed.txt': 'one',
	'program.sh': { program: 'one' },
	'plain.sh': 'one',
	link: { link: 'one' },
	'a/gone.txt': 'one',
	'a/mine.txt': 'mine',
	'b/c/gone.txt': 'one',
	was: 'a file',
	'room/x': 'x',
	'room/deep/y': 'y',
	'mine.txt': 'mine',
};

/** A change of every kind: contents, rights, links, removals, new folders, a file for a folder and a folder for a file. */
export const EVERY_EDIT: Wanted = {
	'changed.txt': ['one', 'two'],
	'program.sh': [{ program: 'one' }, 'two'],
	'plain.sh': ['one', { program: 'one' }],
	link: [{ link: 'one' }, { link: 'two' }],
	'a/gone.txt': ['one', null],
	'b/c/gone.txt': ['one', null],
	was: ['a file', null],
	'was/now.txt': [null, 'two'],
	'room/x': ['x', null],
	'room/deep/y': ['y', null],
	room: [null, 'a file'],
	'new/folder/file.txt': [null, 'two'],
	'new/program.sh': [null, { program: 'two' }],
	'new/link': [null, { link: 'two' }],
};

const ownSchema = v.looseObject({ ...journalEntries, reason: v.string() });
type OwnJournal = v.InferOutput<typeof ownSchema>;

export interface EditScene {
	/** Holds `root` and the place, and what lies outside of both. */
	scratch: string;
	root: string;
	place: EditPlace;
	/** How often the owner recorded that edits were made. */
	recorded: number;
	/** New contents are named by git's ids, as an undo has them, and not read again. */
	isExact: boolean;
	write(path: string, content: Content): void;
	/** Lays a new content into the place. */
	stage(path: string, content: Content): void;
	plan(wanted: Wanted, options?: Partial<PlanOptions>): Promise<EditPlan>;
	/** Stages and makes what is pending of `wanted`; `meanwhile` runs when all is staged. */
	edit(wanted: Wanted, meanwhile?: () => void): Promise<EditPlan>;
	/** As the owner does at its next start. */
	recover(): Recovery<OwnJournal>;
	/** Kind, the owner's permissions and content of everything below the root, by path. */
	tree(): Record<string, string>;
	remove(): void;
}

export function createEditScene(files: Record<string, Content> = {}): EditScene {
	const scratch = realpathSync(mkdtempSync(join(tmpdir(), 'relay-edits-')));
	const root = join(scratch, 'root');
	const place = editPlace(join(scratch, 'records/undo'), 'SESSION');
	mkdirSync(root);
	for (const [path, content] of Object.entries(files)) write(join(root, path), content);
	const scene: EditScene = {
		scratch,
		root,
		place,
		recorded: 0,
		isExact: false,
		write: (path, content) => write(join(root, path), content),
		stage: (path, content) => write(join(place.fresh, path), content),
		plan: (wanted, options = {}) => planEdits(root, changesOf(wanted), { ignoresCase: false, ...options }),
		edit: (wanted, meanwhile) =>
			inPlace(place, async () => {
				const plan = await scene.plan(wanted);
				for (const { edit } of plan.pending) scene.stage(edit.path, wanted[edit.path]?.[1] ?? null);
				const { isExact } = scene;
				const journal = { ...prepareJournal(place, root, plan.pending, { isExact }), reason: 'for the test' };
				meanwhile?.();
				replaceFiles(place, journal);
				scene.recorded++;
				closeJournal(place);
				return plan;
			}),
		recover: () => {
			const found = recoverEdits(
				place,
				readJournal(place, ownSchema, 'look at it'),
				(folder) => folder === root,
			);
			if (found.status !== 'written') return found;
			scene.recorded++;
			discardPlace(place);
			return found;
		},
		tree: () => treeOf(root),
		remove: () => rmSync(scratch, { recursive: true, force: true }),
	};
	return scene;
}

export const changesOf = (wanted: Wanted): FileEdit[] =>
	Object.entries(wanted).map(([path, [before, after]]) => ({
		path,
		before: stateOf(before),
		after: stateOf(after),
	}));

function stateOf(content: Content): FileState | null {
	if (content === null) return null;
	const [mode, text] =
		typeof content === 'string'
			? ['100644', content]
			: 'link' in content
				? ['120000', content.link]
				: ['100755', content.program];
	const bytes = Buffer.from(text);
	return { mode, id: createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex') };
}

function write(path: string, content: Content): void {
	if (content === null) return;
	mkdirSync(dirname(path), { recursive: true });
	rmSync(path, { force: true });
	if (typeof content === 'string') writeFileSync(path, content);
	else if ('link' in content) symlinkSync(content.link, path);
	else {
		writeFileSync(path, content.program);
		chmodSync(path, 0o755);
	}
}

function treeOf(root: string, folder = ''): Record<string, string> {
	const found: Record<string, string> = {};
	for (const name of readdirSync(join(root, folder)).sort()) {
		const path = join(folder, name);
		const full = join(root, path);
		const facts = lstatSync(full);
		const what = facts.isFile()
			? readFileSync(full, 'utf8')
			: facts.isSymbolicLink()
				? `-> ${readlinkSync(full)}`
				: 'folder';
		found[path] = `${(facts.mode & 0o700).toString(8)} ${what}`;
		if (facts.isDirectory()) Object.assign(found, treeOf(root, path));
	}
	return found;
}
