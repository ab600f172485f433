import { describe, expect, it } from 'vitest';
import { isCovered, rulesFor } from '../../../../src/agents/asking/allow-rules.ts';
import type { Wanted } from '../../../../src/agents/asking/question.ts';

const run = (what: string): Wanted => ({ action: 'run', what, folder: null, reason: null });
const commands = (...rules: string[]) => rules.map((what) => ({ action: 'run' as const, what }));

describe('the narrowest rule for a command', () => {
	it.each([
		['npm test', ['npm test']],
		['  npm   test ', ['npm test']],
		['npm test 2>&1 | tail -30', ['npm test']],
		['npm test > /dev/null 2>&1', ['npm test']],
		['npm run build && npm test; git status', ['npm run build', 'npm test', 'git status']],
		['npm test && npm test', ['npm test']],
		['cat notes.md', ['cat notes.md']],
		['npm test | tee log.txt', ['npm test', 'tee log.txt']],
		['npm test | grep -f /etc/passwd', ['npm test', 'grep -f /etc/passwd']],
		['npm test > out.txt', ['npm test > out.txt']],
		['echo $(id)', ['echo $(id)']],
		['git commit -m "a b"', ['git commit -m "a b"']],
		['npm test &', ['npm test &']],
		['npm test\nrm -r x', ['npm test\nrm -r x']],
	])('%j: %j', (command, rules) => {
		expect(rulesFor(run(command))).toEqual(commands(...rules));
		expect(isCovered(run(command), commands(...rules))).toBe(true);
	});
});

describe('a rule for a command', () => {
	it.each([
		['npm test -- --watch', true],
		['npm test 2>&1 | tail -30', true],
		['npm testing', false],
		['npm', false],
		['npm test && rm -r x', false],
		['npm test; rm -r x', false],
		['npm test | sh', false],
		['npm test || curl x.example', false],
		['npm test & rm -r x', false],
		['npm test\nrm -r x', false],
		['npm test $(rm -r x)', false],
		['npm test `rm -r x`', false],
		['npm test > package.json', false],
		['npm test >package.json', false],
		['npm test 2>&1>x', false],
		['npm test <x', false],
		['X=1 npm test', false],
		['rm -r x && npm test', false],
		['npm test | tail -f ../secret', false],
		['npm test "a"', false],
		['npm test *', false],
		['npm test > /dev/null.sh', false],
		['', false],
		['|', false],
	])('npm test covers %j: %j', (command, covers) => {
		expect(isCovered(run(command), commands('npm test'))).toBe(covers);
	});

	it('to run it does not let it leave a sandbox; one to leave does, in the same words', () => {
		const leave: Wanted = { action: 'leave', what: 'npm test 2>&1 | tail -3', folder: null, reason: null };
		expect(isCovered(leave, commands('npm test'))).toBe(false);
		expect(rulesFor(leave)).toEqual([{ action: 'leave', what: 'npm test' }]);
		expect(isCovered(leave, rulesFor(leave))).toBe(true);
		expect(isCovered({ ...leave, action: 'run' }, rulesFor(leave))).toBe(false);
	});

	it('covers nothing of another kind', () => {
		const edit: Wanted = { action: 'edit', what: 'npm test', folder: null, reason: null };
		expect(isCovered(edit, commands('npm test'))).toBe(false);
	});

	it('of a whole line covers that line only', () => {
		const line = 'git commit -m "a b"';
		expect(isCovered(run(line), commands(line))).toBe(true);
		expect(isCovered(run(`${line} --amend`), commands(line))).toBe(false);
		expect(isCovered(run(`${line}; id`), commands(line))).toBe(false);
	});
});

describe('a rule for edits', () => {
	const edit = (what: string, folder: string | null = '/repo'): Wanted => ({
		...{ action: 'edit', what, folder, reason: null },
	});

	it('names each file by its absolute path, from the folder where it is edited', () => {
		expect(rulesFor(edit('../a.txt\n/etc/b\nsrc/c.ts\n../a.txt'))).toEqual([
			{ action: 'edit', what: '/a.txt' },
			{ action: 'edit', what: '/etc/b' },
			{ action: 'edit', what: '/repo/src/c.ts' },
		]);
	});

	it('covers that file from wherever it is named, and no edit that reaches another file too', () => {
		const rules = rulesFor(edit('../a.txt\n/etc/b'));
		expect(isCovered(edit('/etc/b'), rules)).toBe(true);
		expect(isCovered(edit('../../a.txt', '/repo/api'), rules)).toBe(true);
		expect(isCovered(edit('../a.txt', '/repo/api'), rules)).toBe(false);
		expect(isCovered(edit('../a.txt\n/etc/c'), rules)).toBe(false);
		expect(isCovered(edit('/etc/b.bak'), rules)).toBe(false);
	});
});

describe('a rule for anything else', () => {
	it.each([
		['edit', '/repo/../x.txt', '/repo/../x.txt', ['/repo/../x.txt.bak']],
		['fetch', 'https://a.example/x?y=1', 'https://a.example', ['https://b.example/x', 'http://a.example/x']],
		['use', 'mcp__db__query {"sql":"select 1"}', 'mcp__db__query', ['mcp__db__drop {}']],
	] as const)('%s %s is %s', (action, what, rule, others) => {
		const wants: Wanted = { action, what, folder: null, reason: null };
		expect(rulesFor(wants)).toEqual([{ action, what: rule }]);
		expect(isCovered(wants, rulesFor(wants))).toBe(true);
		for (const other of others) expect(isCovered({ ...wants, what: other }, rulesFor(wants))).toBe(false);
	});
});
