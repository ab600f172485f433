/** What may be removed as a session in which nothing happened. */
import { existsSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { turnFile } from '../../../src/sessions/files/session-paths.ts';
import { leaveNote } from '../../../src/sessions/store/left-notes.ts';
import type { OpenSession } from '../../../src/sessions/store/session-store.ts';
import { checkpoint } from '../../../src/sessions/transitions.ts';
import { EngineBench } from '../../helpers/engine-bench.ts';

let bench: EngineBench;
let session: OpenSession;
beforeEach(async () => {
	bench = new EngineBench();
	session = (await bench.deps()).store.create({ kind: 'run' });
});
afterEach(() => bench.dispose());

it('is removed with its lock', () => {
	session.discardIfEmpty();
	expect(existsSync(session.folder)).toBe(false);
});

const KEPT: Array<[string, () => void]> = [
	[
		'a note that an agent left',
		() => leaveNote(session.folder, { at: '2026-01-01T00:00:00.000Z', text: 'x' }),
	],
	['a prompt', () => session.writePrompt(1, Buffer.from('mend it'))],
	...(['events.jsonl', 'raw.jsonl', 'questions.jsonl', 'output.md'] as const).map(
		(name): [string, () => void] => [name, () => writeFileSync(turnFile(session.folder, 1, name), '')],
	),
	[
		'a checkpoint',
		() => void session.apply(checkpoint, { reason: 'interrupted', at: 0, packet: null, resetAt: null }),
	],
];

it.each(KEPT)('is only released where there is %s', (_, leave) => {
	leave();
	session.discardIfEmpty();
	expect(existsSync(session.folder)).toBe(true);
});
