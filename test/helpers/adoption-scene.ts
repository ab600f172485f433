/** A race with a large tree to adopt, in a checkout with changes of the user's own. */
import { cpSync, lstatSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { RaceRecord } from '../../src/race/record/race-record.ts';
import { createRaceScene, type RaceScene, type Work } from './race-scene.ts';

const EACH = 75;

export interface AdoptionScene extends RaceScene {
	record: RaceRecord;
	/** Kind, mode and content by path of all that is the user's; git's and our own records left out. */
	checkout(): Record<string, string>;
	/** Bytes of the index. */
	index(): string;
	/** The checkout as it is before the adoption. */
	before: Record<string, string>;
	/** And as it is after it. */
	after: Record<string, string>;
	/** Puts the checkout back as it was, the index and the records left alone. */
	reset(): void;
}

/** 300 files: changed, new in new folders, links, programs, removed; `bytes` more in each that is changed or new. */
export async function createAdoptionScene(bytes = 0): Promise<AdoptionScene> {
	const names = Array.from({ length: EACH }, (_, at) => at);
	const text = (word: string, at: number) => `${word} ${at}\n${'.'.repeat(bytes)}\n`;
	const scene = await createRaceScene({
		'.gitignore': 'ignored/\n',
		'mine.txt': 'first\n',
		'staged.txt': 'first\n',
		...Object.fromEntries(names.map((at) => [`changed/${at % 7}/${at}.txt`, text('old', at)])),
		...Object.fromEntries(names.map((at) => [`gone/${at % 7}/${at}.txt`, text('gone', at)])),
	});
	const { scratch, repo } = scene;
	const newcomer = (at: number) =>
		at % 5 === 0
			? { link: `${at}.txt` }
			: at % 5 === 1
				? { program: text('#!/bin/sh', at) }
				: text('new', at);
	const work: Work = Object.fromEntries([
		...names.map((at) => [`changed/${at % 7}/${at}.txt`, text('changed', at)]),
		...names.map((at) => [`gone/${at % 7}/${at}.txt`, null]),
		...names.flatMap((at) => [
			[`new/${at % 9}/${at}.txt`, newcomer(at)],
			[`other/${at}.txt`, text('other', at)],
		]),
	]);
	const record = scene.race({ claude: work });
	const own = (path: string, content: string) => scratch.write(join(repo, path), content);
	own('staged.txt', 'staged by me\n');
	scratch.sh(repo, 'add', 'staged.txt');
	own('mine.txt', 'my own words\n');
	own('new-notes.txt', 'untracked\n');
	own('ignored/cache', 'x');
	// What git would refresh by itself later.
	scratch.sh(repo, 'status', '--porcelain');
	const before = readCheckout(repo);
	const copy = join(scratch.root, 'copy');
	copyCheckout(repo, copy);
	return {
		...scene,
		record,
		before,
		after: expected(before, work, scratch.sh(repo, 'config', 'core.filemode').trim() === 'true'),
		checkout: () => readCheckout(repo),
		index: () => readFileSync(join(repo, '.git/index')).toString('base64'),
		reset: () => {
			for (const name of namesIn(repo)) rmSync(join(repo, name), { recursive: true });
			copyCheckout(copy, repo);
		},
	};
}

const namesIn = (folder: string) =>
	readdirSync(folder).filter((name) => name !== '.git' && name !== '.agent-relay');

function copyCheckout(from: string, to: string): void {
	for (const name of namesIn(from))
		cpSync(join(from, name), join(to, name), {
			recursive: true,
			preserveTimestamps: true,
			verbatimSymlinks: true,
		});
}

function readCheckout(repo: string): Record<string, string> {
	const found: Record<string, string> = {};
	for (const name of namesIn(repo)) readInto(found, repo, name);
	return found;
}

function readInto(found: Record<string, string>, repo: string, path: string): void {
	const full = join(repo, path);
	const facts = lstatSync(full);
	if (facts.isSymbolicLink()) found[path] = `link ${readlinkSync(full)}`;
	else if (facts.isFile())
		found[path] = `${facts.mode & 0o100 ? 'program' : 'file'} ${readFileSync(full, 'utf8')}`;
	else {
		found[path] = 'folder';
		for (const name of readdirSync(full)) readInto(found, repo, `${path}/${name}`);
	}
}

function expected(before: Record<string, string>, work: Work, hasModes: boolean): Record<string, string> {
	const files = Object.entries(before).filter(([path, what]) => what !== 'folder' && work[path] !== null);
	const after = Object.fromEntries(files);
	for (const [path, content] of Object.entries(work)) {
		if (content === null) continue;
		if (typeof content === 'string') after[path] = `file ${content}`;
		else if ('link' in content) after[path] = `link ${content.link}`;
		else if ('program' in content) after[path] = `${hasModes ? 'program' : 'file'} ${content.program}`;
	}
	for (const path of Object.keys(after))
		for (let end = path.lastIndexOf('/'); end > 0; end = path.lastIndexOf('/', end - 1))
			after[path.slice(0, end)] = 'folder';
	return after;
}
