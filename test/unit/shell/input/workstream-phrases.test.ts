import { describe, expect, it } from 'vitest';
import { commandOfPhrase } from '../../../../src/shell/input/workstream-phrases.ts';

describe('a line that means a command of workstreams', () => {
	it.each([
		['new workstream auth', '/ws new auth'],
		['Start a workstream called auth.', '/ws new auth'],
		['create workstream auth', '/ws new auth'],
		['switch to auth', '/ws switch auth'],
		['resume workstream other', '/ws switch other'],
		['work on auth', '/ws switch auth'],
		['save state', '/ws save'],
		['Save session', '/ws save'],
		['park this', '/ws park'],
		['pause workstream', '/ws park'],
		['show workstreams', '/ws list'],
		['What am I working on?', '/ws'],
		['relay status', '/ws'],
		['add idea Cache the Parser', '/ws idea Cache the Parser'],
		['jot down: try WAL', '/ws idea try WAL'],
		['remember this idea use SQLite', '/ws idea use SQLite'],
		['what did I work on?', '/ws summarize'],
		['brag book', '/ws summarize'],
		['backfill hints', '/ws backfill'],
	])('%s: %s', (line, command) => {
		expect(commandOfPhrase(line, ['auth'])).toBe(command);
	});

	it.each([
		'work on the login',
		'switch to tabs',
		'resume nothing',
		'save state in the reducer',
		'new workstream ../evil',
		'add idea',
		'list workstreams\nand more',
		'/ws list',
		`jot down ${'x'.repeat(400)}`,
	])('%j is a prompt', (line) => {
		expect(commandOfPhrase(line, ['auth'])).toBeNull();
	});
});
