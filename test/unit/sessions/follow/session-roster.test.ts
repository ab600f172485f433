import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RelayError } from '../../../../src/core/errors.ts';
import { createSessionIds, type SessionId } from '../../../../src/core/ids.ts';
import { begunSessions, SessionRoster } from '../../../../src/sessions/follow/session-roster.ts';
import { fakeStore } from '../../../helpers/fake-command-context.ts';
import { fakeSessionMeta } from '../../../helpers/fake-session-meta.ts';

let root: string;
let begun: Set<SessionId>;
const nextId = createSessionIds(() => 1_800_000_000_000);
let newest: SessionId | null;
beforeEach(() => {
	root = mkdtempSync(join(tmpdir(), 'relay-roster-'));
	begun = new Set();
	newest = null;
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const location = () => ({
	...fakeStore([]).location,
	folder: join(root, '.agent-relay'),
	kept: join(root, 'kept'),
});

function make({ isBegun = true } = {}): SessionId {
	newest = nextId(newest);
	mkdirSync(join(root, '.agent-relay/sessions', newest), { recursive: true });
	if (isBegun) begin(newest);
	return newest;
}

function begin(id: SessionId): void {
	writeFileSync(join(root, '.agent-relay/sessions', id, 'meta.json'), '{}');
	begun.add(id);
}

const roster = (before: ReadonlySet<SessionId>) =>
	new SessionRoster([], {
		location: location(),
		before,
		now: () => 1_800_000_000_000,
		takesNew: () => true,
		read: (id) => {
			if (begun.has(id)) return fakeSessionMeta({ id });
			throw new RelayError('damaged_record', 'no record yet');
		},
	});

describe('the sessions that are followed', () => {
	it('are those that begin after the choice, however long the first look takes, and none from before', () => {
		make();
		const half = make({ isBegun: false });
		const before = begunSessions(location());
		const meanwhile = make();
		begin(half);
		const follower = roster(before);
		expect(follower.look().map(({ id }) => id)).toEqual([half, meanwhile]);
		const later = make();
		expect(follower.look().map(({ id }) => id)).toEqual([later]);
	});
});
