import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { PieceForm } from '../../../../../src/commands/command.ts';
import { showPieces } from '../../../../../src/commands/show/turns/turn-pieces.ts';
import {
	packetsOfTurns,
	recordedFiles,
	turnStories,
	upToTurns,
} from '../../../../../src/commands/show/turns/turns-on-disk.ts';
import type { FileView } from '../../../../../src/commands/show/wanted.ts';
import type { LineageEntry } from '../../../../../src/sessions/lineage/lineage.ts';
import { createTheme } from '../../../../../src/ui/theme.ts';
import { fakeSessionMeta } from '../../../../helpers/fake-session-meta.ts';
import { fakeTurnState } from '../../../../helpers/fake-turn-state.ts';

let folder: string;
beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), 'relay-show-'));
	mkdirSync(join(folder, 'turns'));
	mkdirSync(join(folder, 'resume'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const write = (name: string, text: string | Buffer) => writeFileSync(join(folder, name), text);
const own = (): LineageEntry => ({
	meta: fakeSessionMeta({ turn_count: 3 }),
	folder,
	turns: [
		fakeTurnState({ turn: 1, agent: 'claude', files: [] }),
		fakeTurnState({ turn: 2, agent: 'codex', files: [], packet: 'resume/001-claude-codex.md' }),
		fakeTurnState({ turn: 3, agent: 'gemini', files: [], packet: '../../elsewhere.md' }),
	],
	problems: [],
	witness: null as never,
});
const PLAIN: PieceForm = {
	theme: createTheme(false),
	columns: 80,
	isJson: false,
	isOnTerminal: false,
	maxChars: null,
};

const joined = (pieces: Iterable<string | Uint8Array> | null) =>
	Buffer.concat([...(pieces ?? [])].map((piece) => Buffer.from(piece as string)));
const view = (
	name: FileView,
	range: { from: number; to: number | null } | null,
	form: Partial<PieceForm> = {},
) => joined(showPieces({ kind: 'files', ...recordedFiles(own(), name, range) }, { ...PLAIN, ...form }));

const HOSTILE = 'a\u001b]0;title\u0007b\u202ec\n';

describe('a view of a turn', () => {
	it('is the file as recorded, of the last turn unless one is named', () => {
		write('turns/001-output.md', 'one **bold**\n\n');
		write('turns/003-output.md', 'three, without an end of line');
		expect(view('output', null).toString()).toBe('three, without an end of line');
		expect(view('output', null, { isOnTerminal: true }).toString()).toBe('three, without an end of line\n');
		expect(view('output', { from: 1, to: 1 }, { theme: createTheme(true) }).toString()).toBe(
			'one **bold**\n\n',
		);
	});

	it('is safe for a terminal, and raw bytes only where no terminal shows them', () => {
		const bytes = Buffer.concat([Buffer.from(HOSTILE), Buffer.from([0xff, 0x00, 0x1b])]);
		for (const name of ['prompt.md', 'stderr.log', 'raw.jsonl']) write(`turns/001-${name}`, bytes);
		const range = { from: 1, to: 1 };
		expect(view('raw', range).equals(bytes)).toBe(true);
		for (const [name, isOnTerminal] of [
			['prompt', false],
			['stderr', false],
			['raw', true],
		] as const)
			expect(view(name, range, { isOnTerminal }).toString()).toMatch(
				/^(?:⋮ made safe .*--raw \| cat\n)?ab<U\+202E>c\n\ufffd\\x00\\x1b\n?$/,
			);
	});

	it('of data still is the same data, with what cannot be seen escaped', () => {
		const event = { type: 'agent_message_chunk', text: 'a\u202eb\u0007\u{e0041}' };
		write('turns/001-events.jsonl', `${JSON.stringify(event)}\n{"torn\u001b[2J`);
		const [line = '', torn] = view('events', { from: 1, to: 1 }).toString().split('\n');
		expect(JSON.parse(line)).toEqual(event);
		expect(line).not.toMatch(/[\u202e\u{e0041}]/u);
		expect(torn).toBe('{"torn');
	});

	it('of several turns has a heading for each, but none between records that programs read', () => {
		write('turns/001-prompt.md', 'one');
		write('turns/002-prompt.md', 'two');
		expect(view('prompt', { from: 1, to: 2 }).toString()).toBe(
			'Turn 1  claude\n\none\n\nTurn 2  codex\n\ntwo',
		);
		write('turns/001-events.jsonl', '{"a":1}\n');
		write('turns/003-events.jsonl', '{"a":3}\n');
		expect(view('events', { from: 1, to: null }).toString()).toBe('{"a":1}\n{"a":3}\n');
	});

	it('is refused where nothing is recorded, and for a turn that is not there', () => {
		write('turns/001-stderr.log', '');
		expect(() => view('stderr', { from: 1, to: 1 })).toThrow(
			expect.objectContaining({
				code: 'not_found',
				message: expect.stringContaining('Turn 1 has no recorded stderr'),
			}),
		);
		expect(() => view('stderr', { from: 1, to: 3 })).toThrow('Turns 1 to 3 have no recorded stderr');
		expect(() => view('output', { from: 2, to: 9 })).toThrow(
			expect.objectContaining({ code: 'not_found', hint: 'Its turns are 1 to 3.' }),
		);
		mkdirSync(join(folder, 'turns/002-output.md'));
		expect(() => view('output', { from: 2, to: 2 })).toThrow(
			expect.objectContaining({ code: 'damaged_record' }),
		);
	});

	it('of a packet is the one that the turn got, from the session alone', () => {
		write('resume/001-claude-codex.md', 'the packet\n');
		const packets = (from: number, to: number) =>
			joined(showPieces({ kind: 'files', ...packetsOfTurns(own(), { from, to }) }, PLAIN)).toString();
		expect(packets(2, 2)).toBe('the packet\n');
		expect(packets(1, 3)).toBe('Turn 2  codex\n\nthe packet\n');
		for (const turn of [1, 3])
			expect(() => packets(turn, turn)).toThrow(
				expect.objectContaining({ code: 'not_found', message: `Turn ${turn} has no resume packet.` }),
			);
	});

	it('as data is one document with the text of each turn', () => {
		write('turns/001-stderr.log', 'a "quoted"\n\u001b[31m\u202e');
		write('turns/002-stderr.log', Buffer.concat([Buffer.from('€'.repeat(30_000)), Buffer.from([0xff])]));
		const text = view('stderr', { from: 1, to: 3 }, { isJson: true }).toString();
		expect(text).not.toMatch(/[\u001b\u202e]/);
		expect(JSON.parse(text)).toEqual({
			id: own().meta.id,
			view: 'stderr',
			turns: [
				{
					turn: 1,
					agent: 'claude',
					path: join(folder, 'turns/001-stderr.log'),
					bytes: 19,
					text: 'a "quoted"\n\u001b[31m\u202e',
				},
				expect.objectContaining({ turn: 2, text: `${'€'.repeat(30_000)}\ufffd` }),
			],
		});
		write('turns/001-events.jsonl', '{"a":1}\nnonsense\n{"a":2}\n{"to');
		expect(JSON.parse(view('events', { from: 1, to: 1 }, { isJson: true }).toString()).turns).toMatchObject([
			{ turn: 1, events: [{ a: 1 }, { a: 2 }] },
		]);
		write('turns/001-state.json', '{"a":1}\n');
		expect(JSON.parse(view('state', { from: 1, to: 1 }, { isJson: true }).toString()).turns).toMatchObject([
			{ turn: 1, state: { a: 1 } },
		]);
	});

	it('holds a piece of the file at a time, also of a line without end', () => {
		write('turns/001-output.md', Buffer.alloc(8 * 1024 * 1024, 'x'));
		const files = { kind: 'files' as const, ...recordedFiles(own(), 'output', { from: 1, to: 1 }) };
		const stories = { kind: 'turns' as const, ...turnStories(own(), { from: 1, to: 1 }) };
		const styled = { ...PLAIN, theme: createTheme(true) };
		for (const pieces of [
			showPieces(files, PLAIN),
			showPieces(files, { ...PLAIN, isJson: true }),
			showPieces(stories, styled),
		]) {
			let [bytes, longest] = [0, 0];
			for (const piece of pieces ?? [])
				[bytes, longest] = [bytes + piece.length, Math.max(longest, piece.length)];
			expect(bytes).toBeGreaterThanOrEqual(8 * 1024 * 1024);
			expect(longest).toBeLessThan(512 * 1024);
		}
	});

	it('is cut where a screen has no room for it, and says how to see it all', () => {
		write('turns/002-output.md', `${'a line\n'.repeat(50)}`);
		const shown = view('output', { from: 2, to: 2 }, { maxChars: 30 }).toString();
		expect(shown).toBe(
			'a line\na line\na line\na line\n⋮ cut here; all of it: agent-relay show 000000 --turn 2 --output\n',
		);
	});
});

describe('a turn that is named', () => {
	it('is of the session that a fresh one continues', () => {
		const fresh = { ...own(), turns: [] };
		expect(upToTurns([own(), fresh])).toHaveLength(1);
		expect(upToTurns([own(), own()])).toHaveLength(2);
		expect(upToTurns([fresh])).toEqual([fresh]);
	});
});

describe('the story of turns', () => {
	it('is what was said, drawn where there is colour, and what changed below it', () => {
		write('turns/001-output.md', 'Done: **it works**.\n\n\n');
		const entry = own();
		const changed = { path: 'a.ts', change: 'modified', added: 2, removed: 1, source: 'git' } as const;
		entry.turns[0] = fakeTurnState({ turn: 1, files: [changed] });
		const story = (form: Partial<PieceForm>, to = 1) =>
			joined(
				showPieces({ kind: 'turns', ...turnStories(entry, { from: 1, to }) }, { ...PLAIN, ...form }),
			).toString();
		expect(story({})).toMatch(/^Done: \*\*it works\*\*\.\n\nchange .*\nmodified +\+2 -1 +a\.ts\n$/);
		expect(story({ theme: createTheme(true) })).not.toContain('**');
		expect(story({}, 3)).toMatch(
			/^Turn 1 {2}claude\n\nDone[\s\S]*\nTurn 2 {2}codex\n\n\nTurn 3 {2}gemini\n\n$/,
		);
	});
});
