import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { mergeThreeWay } from '../../../../src/git/commits/three-way.ts';
import { createScratch, type Scratch } from '../../../helpers/scratch-repo.ts';

let scratch: Scratch;
beforeEach(() => {
	scratch = createScratch();
});
afterEach(() => scratch.remove());

const LINES = Array.from({ length: 20 }, (_, n) => `line ${n}\n`).join('');

async function merged(ours: string | Buffer, base: string, theirs: string | Buffer) {
	const at = (name: string) => join(scratch.root, name);
	const files = { ours: at('ours'), base: at('base'), theirs: at('theirs'), target: at('target') };
	for (const [name, content] of Object.entries({ ours, base, theirs, target: 'untouched' }))
		writeFileSync(at(name), content);
	const labels = { ours: 'the checkout', base: 'the base', theirs: 'claude' };
	const left = await mergeThreeWay(scratch.git, scratch.root, { ...files, labels });
	return { left, text: readFileSync(files.target, 'utf8') };
}

describe('a merge of three texts', () => {
	it('joins changes of both sides where they do not touch', async () => {
		const { left, text } = await merged(
			LINES.replace('line 2\n', 'mine\n'),
			LINES,
			LINES.replace('line 17\n', 'theirs\n'),
		);
		expect(left).toBe(0);
		expect(text).toBe(LINES.replace('line 2\n', 'mine\n').replace('line 17\n', 'theirs\n'));
	});

	it('marks what it cannot join by whose it is, and counts the places', async () => {
		const change = (who: string) => LINES.replace('line 2\n', `${who}\n`).replace('line 17\n', `${who}\n`);
		const { left, text } = await merged(change('mine'), LINES, change('theirs'));
		expect(left).toBe(2);
		expect(text).toContain('<<<<<<< the checkout\nmine\n=======\ntheirs\n>>>>>>> claude\n');
	});

	it('joins two new files as a conflict, and equal ones without', async () => {
		expect(await merged('a\n', '', 'b\n')).toMatchObject({ left: 1 });
		expect(await merged('a\n', '', 'a\n')).toEqual({ left: 0, text: 'a\n' });
	});

	it('writes nothing where one is no text', async () => {
		const binary = Buffer.from('a\0b');
		expect(await merged(binary, 'a\n', 'b\n')).toEqual({ left: 'binary', text: 'untouched' });
		expect(await merged('a\n', 'a\n', binary)).toEqual({ left: 'binary', text: 'untouched' });
	});

	it('has more conflicts than an exit code can tell', async () => {
		const many = (who: string) => Array.from({ length: 300 }, (_, n) => `${who} ${n}\n${LINES}`).join('');
		const { left, text } = await merged(many('mine'), many('base'), many('theirs'));
		expect(left).toBeGreaterThan(100);
		expect(text.split('<<<<<<<')).toHaveLength(301);
	});
});
