import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createIndexBeside, indexingAtEnds } from '../../../src/app/index-beside.ts';
import { isSessionId } from '../../../src/core/ids.ts';

let dataHome: string;
let started: Array<{ argv: readonly string[]; end: () => void }>;

beforeEach(() => {
	dataHome = mkdtempSync(join(tmpdir(), 'relay-beside-'));
	started = [];
});
afterEach(() => rmSync(dataHome, { recursive: true, force: true }));

const indexBeside = (env: Record<string, string> = {}) =>
	createIndexBeside({
		env,
		paths: { dataHome },
		folder: '/repo',
		start: (_, argv, { onEnd }) => void started.push({ argv, end: onEnd }),
	});
const haveSearched = () => writeFileSync(join(dataHome, 'index.db'), '');

describe('the index beside the work', () => {
	it('is brought up to date by what reindex --changed does', () => {
		haveSearched();
		indexBeside()();
		expect(started.map(({ argv }) => argv.slice(1))).toEqual([['reindex', '--changed', '--json']]);
	});

	it('is left alone before the first search, and in a turn of another relay', () => {
		indexBeside()();
		haveSearched();
		indexBeside({ AGENT_RELAY_SESSION: 'X', AGENT_RELAY_TURN: '1' })();
		expect(started).toEqual([]);
	});

	it('has one process at a time: what ends meanwhile is read by one more', () => {
		haveSearched();
		const index = indexBeside();
		for (let ends = 0; ends < 3; ends++) index();
		expect(started).toHaveLength(1);
		started[0]?.end();
		expect(started).toHaveLength(2);
		started[1]?.end();
		expect(started).toHaveLength(2);
		index();
		expect(started).toHaveLength(3);
	});
});

describe('the end of a session', () => {
	it('reaches the hooks, and the index where that is wanted', () => {
		const calls: string[] = [];
		const hooks = {
			event: () => undefined,
			settle: async () => undefined,
			sessionEnded: () => void calls.push('hook'),
		};
		const id = '01JG0000000000000000000000';
		if (!isSessionId(id)) throw new Error('not an id');
		for (const isWanted of [true, false])
			indexingAtEnds(
				hooks,
				() => isWanted,
				() => void calls.push('index'),
			).sessionEnded({
				id,
				folder: '/x',
				status: 'completed',
			});
		expect(calls).toEqual(['hook', 'index', 'hook']);
	});
});
