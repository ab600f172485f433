/** Kills the program in the middle of an undo or a redo, and looks at what the next command makes of it. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { undoPlace } from '../../src/undo/undo-journal.ts';
import { runProgram, startProgram } from './crash-program.ts';
import { createUndoScene, type UndoScene, type Work } from './undo-scene.ts';

const EACH = 75;

export interface KilledUndo {
	scene: UndoScene;
	/** The checkout as the turn left it, and as it was before. */
	after: Record<string, string>;
	before: Record<string, string>;
	/** Where the edits are made. */
	place: { folder: string; journal: string };
	/** Kills it so long after its start, or after a sign of its work. */
	kill(instant: Instant): Promise<Killed>;
	/** As the turn left it, by a redo where that is needed. */
	reset(): Promise<void>;
}

export interface Instant {
	from: 'start' | 'place' | 'journal' | 'files';
	afterMs: number;
}

export interface Killed {
	/** What the next command found, on stderr. */
	said: string;
	/** null: neither. */
	left: 'before' | 'after' | null;
	/** Some files were replaced, and others not, when it was killed. */
	wasMixed: boolean;
	/** The record counts it as done. */
	isRecorded: boolean;
}

/** A turn that changed, removed and made 300 files; `bytes` more in each. */
export async function createKilledUndo(bytes = 0): Promise<KilledUndo> {
	const names = Array.from({ length: EACH }, (_, at) => at);
	const text = (word: string, at: number) => `${word} ${at}\n${'.'.repeat(bytes)}\n`;
	const scene = await createUndoScene({
		'mine.txt': 'mine\n',
		...Object.fromEntries(names.map((at) => [`changed/${at % 7}/${at}.txt`, text('old', at)])),
		...Object.fromEntries(names.map((at) => [`gone/${at % 7}/${at}.txt`, text('gone', at)])),
	});
	scene.work({ 'mine.txt': 'changed by me\n', untracked: 'mine\n' });
	const before = scene.checkout();
	const work: Work = Object.fromEntries([
		...names.map((at) => [`changed/${at % 7}/${at}.txt`, text('new', at)]),
		['gone', null],
		...names.map((at) => [
			`new/${at % 9}/${at}.txt`,
			at % 5 === 0
				? { link: `${at}.txt` }
				: at % 5 === 1
					? { program: text('#!/bin/sh', at) }
					: text('new', at),
		]),
		...names.map((at) => [`other/${at}.txt`, text('other', at)]),
	]);
	await scene.turn(work);
	const after = scene.checkout();
	const place = undoPlace(scene.deps.store.folderOf(scene.session));
	const where = { cwd: scene.repo, env: scene.scratch.env };
	const standing = () => {
		const now = JSON.stringify(scene.checkout());
		if (now === JSON.stringify(before)) return 'before';
		return now === JSON.stringify(after) ? 'after' : null;
	};
	const steps = () => scene.deps.store.read(scene.session).undos?.length ?? 0;
	const signs: Record<Instant['from'], () => boolean> = {
		start: () => true,
		place: () => existsSync(place.folder),
		journal: () => existsSync(place.journal),
		files: () => existsSync(join(scene.repo, 'gone')) || !existsSync(join(scene.repo, 'other/0.txt')),
	};
	return {
		scene,
		before,
		after,
		place,
		kill: async ({ from, afterMs }) => {
			const stepsBefore = steps();
			const run = startProgram(where, 'undo');
			let isOver = false;
			const ended = run.ended.finally(() => {
				isOver = true;
			});
			while (!isOver && !signs[from]()) await sleep(1);
			await sleep(afterMs);
			run.kill('SIGKILL');
			await ended;
			const isMidway = existsSync(place.journal) && phaseOf(place.journal) === 'writing';
			const wasMixed = isMidway && standing() === null;
			const next = await runProgram(where, 'sessions');
			if (next.code !== 0) throw new Error(`the next command failed: ${next.stderr}`);
			return { said: next.stderr, left: standing(), wasMixed, isRecorded: steps() > stepsBefore };
		},
		reset: async () => {
			if (standing() === 'before') await scene.redo();
		},
	};
}

const phaseOf = (journal: string): unknown => JSON.parse(readFileSync(journal, 'utf8')).phase;
