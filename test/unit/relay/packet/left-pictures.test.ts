import { describe, expect, it } from 'vitest';
import { withLeftPictures } from '../../../../src/relay/packet/left-pictures.ts';

const carried = { prompts: 1, notes: 0, plan: null, files: 0, bytes: 100, leftOut: ['2 diffs'] };
const picture = (path: string) => ({ path, bytes: 1, sha256: '' });
const turn = (agent: string, ...paths: string[]) => ({ agent, pictures: paths.map(picture) });
const leftOut = (
	...args: Parameters<typeof withLeftPictures> extends [unknown, ...infer Rest] ? Rest : never
) => withLeftPictures(carried, ...args).leftOut;
const to = { id: 'codex' };

describe('pictures at a hand-over', () => {
	it('that another agent got are left out, each once', () => {
		expect(leftOut([turn('claude', '/a.png'), turn('claude', '/a.png', '/b.png')], { to })).toEqual([
			'2 diffs',
			'2 images',
		]);
	});

	it('are not left out where the successor got them before, or gets them now', () => {
		const sent = { pictures: [picture('/b.png')], unsent: [] };
		expect(leftOut([turn('codex', '/a.png'), turn('claude', '/b.png')], { to, pictures: sent })).toEqual([
			'2 diffs',
		]);
	});

	it('that the successor cannot take are left out, also those of the prompt that waits', () => {
		const unsent = { pictures: [], unsent: ['/a.png'] };
		expect(leftOut([turn('claude', '/a.png')], { to, pictures: unsent })).toEqual(['2 diffs', '1 image']);
		expect(leftOut([], { to: null, pictures: unsent })).toEqual(['2 diffs', '1 image']);
		expect(withLeftPictures(carried, [], { to })).toBe(carried);
	});
});
