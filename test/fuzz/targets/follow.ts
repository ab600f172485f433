/** Sessions that are followed while relays write, die, and have their files taken away. */
import { join } from 'node:path';
import fc from 'fast-check';
import { expect } from 'vitest';
import { parseSessionId } from '../../../src/core/ids.ts';
import { BEGINNING, formatCursor, parseCursor } from '../../../src/sessions/follow/cursor.ts';
import { type FollowedRecord, SessionFollower } from '../../../src/sessions/follow/follow-session.ts';
import { GrowingSession } from '../../helpers/growing-session.ts';
import { withFolder } from '../scratch.ts';
import { type FuzzTarget, target } from '../target.ts';

const ID = parseSessionId('01K3ZZZZZZZZZZZZZZZZZZZZZZ');

type Step =
	| { do: 'read' | 'begin' | 'end' | 'entry' | 'cut' | 'clean' | 'restore' | 'replace' | 'restart' }
	| { do: 'events' | 'tear' | 'crash'; count: number };

const step: fc.Arbitrary<Step> = fc.oneof(
	{ weight: 4, arbitrary: fc.record({ do: fc.constant('read' as const) }) },
	{ weight: 4, arbitrary: fc.record({ do: fc.constant('events' as const), count: fc.nat(12) }) },
	{ weight: 2, arbitrary: fc.record({ do: fc.constant('tear' as const), count: fc.nat(200) }) },
	{ weight: 1, arbitrary: fc.record({ do: fc.constant('crash' as const), count: fc.nat(5) }) },
	{
		weight: 8,
		arbitrary: fc.record({
			do: fc.constantFrom(
				...(['begin', 'end', 'entry', 'cut', 'clean', 'restore', 'replace', 'restart'] as const),
			),
		}),
	},
);

function follow(steps: readonly Step[]): { session: GrowingSession; records: FollowedRecord[] } {
	return withFolder((folder) => {
		if (ID === null) throw new Error('not an id');
		const id = ID;
		const session = new GrowingSession(join(folder, id));
		const records: FollowedRecord[] = [];
		let now = 0;
		const open = (from = BEGINNING) =>
			new SessionFollower({ id, folder: () => session.folder, from, now: () => now });
		let follower = open();
		const read = (isOver = false) => {
			for (;;) {
				now += 40;
				const { records: found, rest } = follower.read({ isOver });
				records.push(...found);
				if (rest !== 'more') return;
			}
		};
		const again = () => {
			follower.close();
			// As a script resumes: by the text of the last line that it has.
			const last = records.at(-1);
			const cursor = last && parseCursor(formatCursor(id, last.position));
			follower = open(cursor ?? BEGINNING);
		};
		const acts: Record<Exclude<Step['do'], 'events' | 'tear' | 'crash'>, () => void> = {
			read,
			begin: () => session.beginTurn(),
			end: () => session.endTurn(),
			entry: () => session.log('notice', { level: 'info', text: 'something' }),
			cut: () => session.cut(),
			clean: () => session.clean(),
			restore: () => session.restore(),
			replace: () => session.replace(),
			restart: again,
		};
		for (const one of steps) {
			if (one.do === 'events') session.events(one.count);
			else if (one.do === 'tear') session.tear(one.count);
			else if (one.do === 'crash') session.crash(one.count);
			else acts[one.do]();
		}
		session.settle();
		read(true);
		follower.close();
		return { session, records };
	});
}

const key = ({ source, turn, seq }: { source: string; turn: number; seq: number }) =>
	`${source} ${source === 'log' ? 0 : turn} ${seq}`;
const keyOf = ({ source, turn, line }: FollowedRecord) => key({ source, turn, seq: line.seq });

export const followTargets: readonly FuzzTarget[] = [
	target(
		'a followed session',
		'gives each record exactly once, in the order of its file, whatever happens to files, relays and reader',
		400,
		fc.array(step, { minLength: 1, maxLength: 40 }),
		(steps) => {
			const { session, records } = follow(steps);
			const got = records.map(keyOf);
			expect(new Set(got).size, 'a record was repeated').toBe(got.length);
			expect([...got].sort(), 'a record was lost').toEqual(session.written.map(key).sort());
			const odd = records.filter(({ line }) => !session.lines.has(line.text));
			expect(odd, 'a line that nobody wrote').toEqual([]);
			for (const source of ['log', 'events'] as const) {
				const own = records.filter((record) => record.source === source);
				const places = own.map(({ turn, line }) => (source === 'log' ? line.seq : turn * 1e6 + line.seq));
				expect(places).toEqual([...places].sort((a, b) => a - b));
			}
		},
	),
	target(
		'events of a turn',
		'stand between the entries that begin and end it',
		200,
		fc.array(step, { minLength: 1, maxLength: 40 }),
		(steps) => {
			const { records } = follow(steps);
			let turn = 0;
			for (const record of records) {
				if (record.source === 'log' && record.line.json.type === 'turn_started') turn = record.turn;
				expect(record.turn, keyOf(record)).toBe(turn);
			}
		},
	),
];
