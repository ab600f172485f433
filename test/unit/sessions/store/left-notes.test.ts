import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { leaveNote, leftNotes } from '../../../../src/sessions/store/left-notes.ts';

let folder: string;
beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), 'left-notes-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const FIRST = { at: '2026-11-21T08:00:00.000Z', text: 'first' };
const SECOND = { at: '2026-11-21T08:00:01.000Z', text: 'second' };

it('wait in their place until they are kept', () => {
	leaveNote(folder, SECOND);
	leaveNote(folder, FIRST);
	expect(leftNotes(folder, []).notes).toEqual([FIRST, SECOND]);
	const again = leftNotes(folder, []);
	expect(again.notes).toEqual([FIRST, SECOND]);
	again.remove();
	expect(leftNotes(folder, []).notes).toEqual([]);
});

it('that were kept by a relay that died are not kept twice, and go', () => {
	leaveNote(folder, FIRST);
	leaveNote(folder, SECOND);
	const left = leftNotes(folder, [FIRST]);
	expect(left.notes).toEqual([SECOND]);
	left.remove();
	expect(leftNotes(folder, []).notes).toEqual([]);
});
