import { mkdtempSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseSessionId, type SessionId } from '../../../../src/core/ids.ts';
import { logFile, turnFile } from '../../../../src/sessions/files/session-paths.ts';
import { BEGINNING, type Position } from '../../../../src/sessions/follow/cursor.ts';
import {
	type FollowedRecord,
	SETTLE_MS,
	SessionFollower,
} from '../../../../src/sessions/follow/follow-session.ts';
import { GrowingSession } from '../../../helpers/growing-session.ts';

const id = parseSessionId('01K3ZZZZZZZZZZZZZZZZZZZZZZ') as SessionId;
let root: string;
let session: GrowingSession;
let now: number;
const open: SessionFollower[] = [];

beforeEach(() => {
	root = realpathSync(mkdtempSync(join(tmpdir(), 'relay-follow-')));
	session = new GrowingSession(join(root, id));
	now = 0;
});
afterEach(() => {
	for (const follower of open.splice(0)) follower.close();
	rmSync(root, { recursive: true, force: true });
});

function follow(from: Position = BEGINNING, folder = () => session.folder): SessionFollower {
	const follower = new SessionFollower({ id, folder, from, now: () => now });
	open.push(follower);
	return follower;
}

const nameOf = ({ source, turn, line }: FollowedRecord) =>
	source === 'events' ? `${turn}.${line.seq}` : `${line.json.type}`;

function read(follower: SessionFollower, isOver = false): string[] {
	const names: string[] = [];
	for (;;) {
		const { records, rest } = follower.read({ isOver });
		names.push(...records.map(nameOf));
		if (rest !== 'more') return names;
	}
}

/** Two turns, with an entry in the middle of the first. */
function twoTurns(): void {
	session.log('session_opened');
	session.beginTurn();
	session.events(2);
	session.log('turn_idle', { turn: 1 });
	session.events(1);
	session.endTurn();
	session.log('handed_over');
	session.beginTurn();
	session.events(1);
	session.endTurn();
}
const TWO_TURNS = [
	...['session_opened', 'turn_started', '1.1', '1.2', 'turn_idle', '1.3', 'turn_finished', 'handed_over'],
	...['turn_started', '2.1', 'turn_finished'],
];

describe('a session that is followed', () => {
	it('gives its log and the events of its turns in one order', () => {
		twoTurns();
		expect(read(follow(), true)).toEqual(TWO_TURNS);
	});

	it('gives them in the same order as they come', () => {
		const follower = follow();
		const got: string[] = [];
		const look = () => {
			now += SETTLE_MS;
			got.push(...read(follower), ...read(follower));
		};
		session.log('session_opened');
		look();
		session.beginTurn();
		look();
		session.events(2);
		session.log('turn_idle', { turn: 1 });
		look();
		now += SETTLE_MS;
		look();
		session.events(1);
		look();
		session.endTurn();
		session.log('handed_over');
		session.beginTurn();
		look();
		session.events(1);
		session.endTurn();
		look();
		expect(got).toEqual(TWO_TURNS);
	});

	it('holds an entry in the middle of a turn back until older events can be on disk', () => {
		session.beginTurn();
		session.log('turn_idle', { turn: 1 });
		const follower = follow();
		expect(follower.read({ isOver: false })).toMatchObject({ rest: 'soon' });
		now += SETTLE_MS - 1;
		expect(read(follower)).toEqual([]);
		now += 1;
		expect(read(follower)).toEqual(['turn_idle']);
	});

	it('continues behind any of its records', () => {
		twoTurns();
		const all = follow().read({ isOver: true }).records;
		for (const [at, { position }] of all.entries()) {
			expect(read(follow(position), true)).toEqual(TWO_TURNS.slice(at + 1));
		}
	});

	it('continues behind an event that was named by hand, with the entries that stand behind it', () => {
		twoTurns();
		const from = (turn: number, seq: number) => read(follow({ turn, seq, log: null }), true);
		expect(from(0, 0)).toEqual(TWO_TURNS);
		expect(from(1, 2)).toEqual(TWO_TURNS.slice(4));
		expect(from(1, 3)).toEqual(TWO_TURNS.slice(6));
		expect(from(2, 0)).toEqual(TWO_TURNS.slice(9));
		expect(from(2, 1)).toEqual(['turn_finished']);
		expect(from(9, 9)).toEqual([]);
	});

	it('gives turns of which no log tells', () => {
		session.beginTurn();
		session.events(2);
		session.beginTurn();
		session.events(1);
		rmSync(logFile(session.folder));
		expect(read(follow(), true)).toEqual(['1.1', '1.2', '2.1']);
	});

	it('gives a log that was lost and begun anew', () => {
		session.log('session_opened');
		const follower = follow();
		expect(read(follower)).toEqual(['session_opened']);
		rmSync(logFile(session.folder));
		const line = { ts: '2026-11-29T11:00:00.000Z', seq: 1, type: 'settled' };
		writeFileSync(logFile(session.folder), `${JSON.stringify(line)}\n`);
		expect(read(follower)).toEqual(['settled']);
	});

	it('follows a session that moves to another place', () => {
		let folder = session.folder;
		twoTurns();
		const follower = follow(BEGINNING, () => folder);
		expect(read(follower, true)).toEqual(TWO_TURNS);
		folder = join(root, 'elsewhere');
		renameSync(session.folder, folder);
		expect(read(follower, true)).toEqual([]);
	});

	it('is not led past what follows by numbers that no relay writes', () => {
		session.beginTurn();
		session.events(1);
		const huge = { ts: '2026-11-29T10:00:00.000Z', seq: 999_999, type: 'usage' };
		const events = turnFile(session.folder, 1, 'events.jsonl');
		const own = session.written.filter(({ source }) => source === 'events').map(({ text }) => text);
		writeFileSync(events, [...own, JSON.stringify(huge), ''].join('\n'));
		session.log('turn_started', { turn: 500 });
		session.events(1);
		session.beginTurn();
		session.events(1);
		const got = read(follow(), true);
		expect(got.filter((name) => name.includes('.'))).toEqual(['1.1', '1.2', '2.1']);
	});

	it.each([
		'{"ts":"2026-11-29T10:00:00.000Z","seq":2,"type":"set',
		'[]',
		'null',
		'{"seq":2}',
		'{"seq":"2","type":"x"}',
	])('leaves out the line %s, and not what has its number', (odd) => {
		session.log('session_opened');
		const own = session.written.map(({ text }) => text);
		const line = JSON.stringify({ ts: '2026-11-29T10:00:00.000Z', seq: 2, type: 'settled' });
		writeFileSync(logFile(session.folder), [...own, odd, line, ''].join('\n'));
		expect(read(follow(), true)).toEqual(['session_opened', 'settled']);
	});
});
