import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOMS } from '../helpers/rooms.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const page = readFileSync(resolve(ROOT, 'docs/architecture.md'), 'utf8');

type Room = (typeof ROOMS)[number];

/** `clock errors · files/{jsonl files}`, as the page has it. */
function formatDoors({ name, doors }: Room): string {
	if (name === 'main.ts') return '';
	if (doors === undefined) return 'all';
	const folders = new Map<string, string[]>();
	for (const door of doors) {
		const cut = door.lastIndexOf('/');
		const folder = cut < 0 ? '' : door.slice(0, cut);
		folders.set(folder, [...(folders.get(folder) ?? []), door.slice(cut + 1)]);
	}
	return [...folders]
		.map(([folder, names]) => {
			const list = names.join(' ');
			if (folder === '') return list;
			return names.length === 1 ? `${folder}/${list}` : `${folder}/{${list}}`;
		})
		.join(' · ');
}

const rowOf = (room: Room) =>
	`| \`${room.name}\` | ${room.holds} | ${room.users?.join(', ') ?? 'all below'} | ${formatDoors(room)} |`;

/** The rows of one way, in order: the module without `.ts`, and the functions that its row calls. */
function rowsOfWay(heading: string): Array<{ module: string; calls: string[] }> {
	const [, section = ''] = page.split(`\n## ${heading}\n`);
	const [table = ''] = section.split('\n## ');
	return [...table.matchAll(/^\| \d+ \| `([a-z/-]+)` \| (.*)$/gm)].map(([, module = '', text = '']) => ({
		module,
		calls: [...text.matchAll(/`(\w+)\(\w*\)`/g)].map(([, name = '']) => name),
	}));
}

const modulesOfWay = (heading: string) => rowsOfWay(heading).map(({ module }) => module);

const WAYS = [...page.matchAll(/^## (The way of .*)$/gm)].map(([, heading = '']) => heading);

describe('docs/architecture.md', () => {
	it('has the row of every room, in the order of the table that the architecture test holds', () => {
		const rows = page.split('\n').filter((line) => /^\| `[a-z.]+` \| /.test(line));
		expect(rows).toEqual(ROOMS.map(rowOf));
	});

	it('shows the way of a prompt and that of a limit', () => {
		expect(WAYS).toEqual(['The way of one prompt', 'The way of one limit']);
	});

	it.each(WAYS)('names modules that exist, at most ten, along "%s"', (heading) => {
		const modules = modulesOfWay(heading);
		expect(modules.length).toBeGreaterThan(4);
		expect(modules.length).toBeLessThanOrEqual(10);
		const sources = readdirSync(resolve(ROOT, 'src'), { recursive: true, encoding: 'utf8' });
		expect(modules.filter((module) => !sources.includes(`${module}.ts`))).toEqual([]);
	});

	it.each(WAYS)('calls along "%s" only what these modules have', (heading) => {
		const missing = rowsOfWay(heading).filter(({ module, calls }) => {
			const text = readFileSync(resolve(ROOT, `src/${module}.ts`), 'utf8');
			return calls.some((name) => !new RegExp(`\\b${name}\\(`).test(text));
		});
		expect(missing).toEqual([]);
	});

	it('links to pages that exist', () => {
		const links = [...page.matchAll(/\]\(([^)#]+)/g)].map(([, link = '']) => link);
		expect(links.filter((link) => !existsSync(resolve(ROOT, 'docs', link)))).toEqual([]);
	});
});
