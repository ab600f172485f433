import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { claudeAdapter } from '../../../../src/agents/claude/adapter.ts';
import { codexAdapter } from '../../../../src/agents/codex/adapter.ts';
import { geminiAdapter } from '../../../../src/agents/gemini/adapter.ts';
import { withPipedText } from '../../../../src/handoff/words/piped-text.ts';
import { picturesIn } from '../../../../src/relay/turn/named-pictures.ts';

let root: string;
let folder: string;
let home: string;
const PNG = Buffer.from('\x89PNG\r\n\x1a\nand so on', 'latin1');

beforeAll(() => {
	root = mkdtempSync(join(tmpdir(), 'relay-pictures-'));
	folder = join(root, 'repo');
	home = join(root, 'home');
	for (const path of [folder, home]) mkdirSync(path);
	for (const name of ['shot.png', 'my shot.png', 'a,b.png', 'B.PNG', 'q"uote.png'])
		writeFileSync(join(folder, name), PNG);
	writeFileSync(join(folder, 'text.png'), 'no picture');
	writeFileSync(join(folder, 'empty.png'), '');
	writeFileSync(join(folder, 'large.png'), Buffer.concat([PNG, Buffer.alloc(300 * 1024)]));
	writeFileSync(join(folder, 'huge.png'), Buffer.concat([PNG, Buffer.alloc(5 * 1024 * 1024)]));
	writeFileSync(join(folder, 'photo.jpeg'), Buffer.from('\xff\xd8\xff\xe0', 'latin1'));
	writeFileSync(join(home, 'desk.png'), PNG);
	mkdirSync(join(folder, 'folder.png'));
	execFileSync('mkfifo', [join(folder, 'pipe.png')]);
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const find = (text: string, adapter = codexAdapter) => picturesIn(text, adapter, { folder, home });
const flagsOf = (text: string) => find(text).flags.map((path) => path.slice(root.length));

describe('pictures that words name', () => {
	it.each([
		['look at @shot.png', ['/repo/shot.png']],
		['@shot.png: what is it?', ['/repo/shot.png']],
		['(see @shot.png, and @B.PNG.)', ['/repo/shot.png', '/repo/B.PNG']],
		['@"my shot.png" and @my\\ shot.png', ['/repo/my shot.png']],
		['@photo.jpeg', ['/repo/photo.jpeg']],
		['@~/desk.png', ['/home/desk.png']],
		['~/desk.png', ['/home/desk.png']],
		['@shot.png @shot.png', ['/repo/shot.png']],
		['me@shot.png, shot.png, src/shot.png', []],
		['@README.md and @shot.png.txt', []],
	])('%s', (text, paths) => {
		expect(flagsOf(text)).toEqual(paths);
	});

	it('are found by the path that a terminal pastes', () => {
		const path = join(folder, 'my shot.png');
		for (const pasted of [path.replace(' ', '\\ '), `'${path}'`, `"${path}"`, pathToFileURL(path).href])
			expect(flagsOf(`what is ${pasted} about`), pasted).toEqual(['/repo/my shot.png']);
	});

	it.each([
		['@missing.png', 'missing.png is not sent as a picture: it is not there.'],
		['@text.png', 'text.png is not sent as a picture: it is no PNG, JPEG, GIF or WebP.'],
		['@empty.png', 'empty.png is not sent as a picture: it is no PNG, JPEG, GIF or WebP.'],
		['@huge.png', 'huge.png is not sent as a picture: it is no ordinary file of at most 5 MB.'],
		['@folder.png', 'folder.png is not sent as a picture: it is no ordinary file of at most 5 MB.'],
		['@pipe.png', 'pipe.png is not sent as a picture: it is no ordinary file of at most 5 MB.'],
		['@a,b.png', 'Codex CLI gets only the path of a,b.png: there is a comma in its name.'],
		['@\u001b[2Jx.png', 'x.png is not sent as a picture: it is not there.'],
	])('say why they are not sent: %j', (text, notice) => {
		const found = find(text);
		expect(found.notices).toEqual([notice]);
		expect([found.flags, found.pictures, found.words]).toEqual([[], [], '']);
	});

	it('are never named by what was piped in', () => {
		expect(find(withPipedText('explain', 'look at @shot.png\n')).pictures).toEqual([]);
		expect(flagsOf(withPipedText('explain @B.PNG', 'look at @shot.png\n'))).toEqual(['/repo/B.PNG']);
	});

	it('are ten at most', () => {
		const names = Array.from({ length: 12 }, (_, i) => join(folder, `n${i}.png`));
		for (const name of names) writeFileSync(name, PNG);
		const found = find(names.join(' '));
		expect(found.flags).toHaveLength(10);
		expect(found.notices).toEqual(['2 pictures more than 10 go as paths only.']);
	});

	it('reach claude by its own @, and what is large through its Read tool', () => {
		const claude = (text: string) => find(text, claudeAdapter);
		expect(claude('@shot.png')).toMatchObject({
			flags: [],
			words: '',
			notices: [],
			pictures: [{ bytes: PNG.length }],
		});
		expect(claude(`see ${join(folder, 'shot.png')}`).words).toBe(`@"${join(folder, 'shot.png')}"`);
		expect(claude('@large.png').words).toBe(`Read the image "${join(folder, 'large.png')}".`);
	});

	it('reach gemini from its folder alone', () => {
		const gemini = (text: string) => find(text, geminiAdapter);
		expect(gemini('@shot.png')).toMatchObject({ flags: [], words: '', notices: [] });
		expect(gemini(`'${join(folder, 'my shot.png')}'`).words).toBe('@my\\ shot.png');
		expect(gemini('~/desk.png').notices).toEqual([
			'Gemini CLI gets only the path of desk.png: it is outside the folder of the turn.',
		]);
	});

	it('go as paths to an agent that takes none', () => {
		expect(picturesIn('@shot.png', { title: 'mine' }, { folder, home }).notices).toEqual([
			'mine gets only the path of shot.png: it takes no pictures from the relay.',
		]);
	});
});
