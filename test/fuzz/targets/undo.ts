/** What an undo and a list read of their own files, as a newer relay, a power cut or a repo may have left them. */
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { expect } from 'vitest';
import { RelayError } from '../../../src/core/errors.ts';
import { recoverEdits } from '../../../src/edits/recover-edits.ts';
import { decodeIndex, encodeIndex, type NewRow } from '../../../src/sessions/listing/index-cache.ts';
import type { PlacedStep } from '../../../src/sessions/undo/undo-history.ts';
import { readUndoJournal, undoPlace } from '../../../src/undo/undo-journal.ts';
import { readUndoRecord } from '../../../src/undo/undo-record.ts';
import { changes, damaged, damages, oddJson, oddText, withChanges } from '../odd.ts';
import { withFolder } from '../scratch.ts';
import { type FuzzTarget, target } from '../target.ts';

const ID = '01JD0000000000000000000000';
const BLOB = 'b'.repeat(40);

const STEP: PlacedStep['step'] = {
	step: 1,
	kind: 'undo',
	at: '2026-11-28T08:59:00.000Z',
	after_turn: 1,
	turns: [{ session_id: ID, turn: 1 }],
	of: null,
	files: 1,
	paths: [{ path: 'a', change: 'rewritten' }],
	left: [],
	kept: null,
	record: 'undo/001.json',
};
const RECORD = {
	schema_version: 1,
	step: 1,
	worktree: '/r',
	files: [
		{
			path: 'a/b',
			before: { mode: '100644', id: BLOB, permissions: 0o644 },
			after: { mode: '120000', id: BLOB, permissions: null },
		},
		{ path: 'c', before: null, after: { mode: '100755', id: BLOB, permissions: 0o755 } },
	],
	made_folders: ['a'],
};

/** The value as JSON, changed, and sometimes its bytes damaged. */
const bytesOf = (seed: unknown): fc.Arbitrary<Buffer> =>
	fc.oneof(
		{
			weight: 8,
			arbitrary: fc
				.tuple(changes, damages)
				.map(([all, harm]) => damaged(Buffer.from(JSON.stringify(withChanges(seed, all), null, '\t')), harm)),
		},
		{ weight: 1, arbitrary: oddJson.map((value) => Buffer.from(JSON.stringify(value))) },
	);

/** Its answer, or null where it refuses in the relay's own words. */
function answered<T>(read: () => T): T | null {
	try {
		return read();
	} catch (error) {
		if (error instanceof RelayError) return null;
		throw error;
	}
}

const undoRecord = target(
	'undo record',
	'is read whole, with ids and modes that git has, or refused',
	150,
	fc.tuple(
		bytesOf(RECORD),
		fc.oneof({ weight: 4, arbitrary: fc.constant(STEP.record) }, { weight: 1, arbitrary: oddText }),
	),
	([bytes, record]) =>
		withFolder((folder) => {
			mkdirSync(join(folder, 'undo'));
			writeFileSync(join(folder, 'undo/001.json'), bytes);
			const read = answered(() => readUndoRecord({ sessionId: ID, folder, step: { ...STEP, record } }));
			for (const { path, before, after } of read?.files ?? []) {
				expect(typeof path).toBe('string');
				for (const state of [before, after].filter((one) => one !== null)) {
					expect(state.mode).toMatch(/^(?:100644|100755|120000)$/);
					expect(state.id).toMatch(/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/);
					expect((state.permissions ?? 0) & ~0o777).toBe(0);
				}
			}
			expect(readdirSync(folder)).toEqual(['undo']);
		}),
);

const undoJournal = target(
	'undo journal',
	'that an interruption left is settled inside its root, or refused',
	100,
	fc.tuple(
		changes,
		damages,
		fc.oneof(fc.constantFrom('a', 'new/b', '../outside/x', '.git/hooks/x', '.agent-relay/x'), oddText),
		fc.constantFrom(null, `file ${BLOB}`, `link ${BLOB}`, 'a'.repeat(64), 'file', 'odd zz'),
	),
	([all, harm, path, digest]) =>
		withFolder((folder) => {
			const root = join(folder, 'root');
			for (const made of ['root/.git/hooks', 'outside']) mkdirSync(join(folder, made), { recursive: true });
			const place = undoPlace(join(folder, 'store/sessions', ID));
			mkdirSync(place.old, { recursive: true });
			writeFileSync(join(place.old, '0'), 'kept');
			const seed = {
				schema_version: 1,
				undo: STEP,
				worktree: root,
				phase: 'writing',
				made_folders: ['new'],
				steps: [{ path, stamp: '1 1 1 1', digest }],
			};
			writeFileSync(place.journal, damaged(Buffer.from(JSON.stringify(withChanges(seed, all))), harm));
			answered(() => recoverEdits(place, readUndoJournal(place), (named) => named === root));
			expect(readdirSync(join(folder, 'outside'))).toEqual([]);
			expect(readdirSync(join(root, '.git/hooks'))).toEqual([]);
			expect(readdirSync(folder).sort()).toEqual(['outside', 'root', 'store']);
			expect(dirname(place.folder)).toBe(join(folder, 'store'));
		}),
);

const row = (at: number, words: string, isChild: boolean): NewRow => ({
	id: `01JD${String(at).padStart(22, '0')}`,
	parent: isChild ? ID : null,
	file: { dev: 1, ino: at, size: 900, mtimeMs: 1_764_000_000_000.5, ctimeMs: 1_764_000_000_000.25 },
	lastUsedAt: 1_764_000_000_000,
	turns: at,
	costUsd: at / 8,
	label: {
		status: 'completed',
		isEntrant: false,
		isArchived: false,
		tags: [words],
		name: 'default',
		agents: ['claude'],
		behind: [],
		costSource: 'none',
		pricesAsOf: null,
	},
	words,
});

const listCache = target(
	'list cache',
	'is the one that was written, or none',
	200,
	fc.tuple(fc.array(fc.tuple(oddText, fc.boolean()), { maxLength: 4 }), damages, fc.nat(64)),
	([given, harm, pad]) => {
		// A lone surrogate does not survive UTF-8; it comes back as a replacement.
		const rows = given.map(([words, isChild], at) => row(at, Buffer.from(words).toString(), isChild));
		const whole = encodeIndex(rows);
		// Anywhere in memory, as a read of a small file leaves it.
		const shifted = Buffer.concat([Buffer.alloc(pad), damaged(whole, harm)]).subarray(pad);
		const cache = decodeIndex(shifted);
		if (shifted.equals(whole)) expect(cache).not.toBeNull();
		if (cache === null) return;
		expect(cache.words()).toEqual(rows.map(({ words }) => words));
		rows.forEach(({ file, words: _, ...rest }, at) => {
			expect(cache.row(at)).toEqual(rest);
			expect(cache.isSame(at, file)).toBe(true);
			expect(cache.isSame(at, { ...file, ctimeMs: file.ctimeMs + 1 })).toBe(false);
		});
	},
);

export const undoTargets: FuzzTarget[] = [undoRecord, undoJournal, listCache];
