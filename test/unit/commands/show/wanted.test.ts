import { describe, expect, it } from 'vitest';
import { readOptions } from '../../../../src/commands/options/option-table.ts';
import { show } from '../../../../src/commands/show/options.ts';
import { type ShowOptions, wantedOf } from '../../../../src/commands/show/wanted.ts';

const wanted = (given: Record<string, unknown>) => {
	const table = Object.fromEntries(show.options) as never;
	return wantedOf(readOptions<ShowOptions>(table, given));
};

describe('what show is asked for', () => {
	it.each([
		[{}, { ref: null, view: 'story', range: null }],
		[
			{ ref: 'latest', turn: '2' },
			{ ref: 'latest', view: 'story', range: { from: 2, to: 2 } },
		],
		[
			{ turns: '2-4', prompt: true },
			{ ref: null, view: 'prompt', range: { from: 2, to: 4 } },
		],
		[
			{ turns: '2-', raw: true },
			{ ref: null, view: 'raw', range: { from: 2, to: null } },
		],
		[
			{ turns: '3', diff: true },
			{ ref: null, view: 'diff', range: { from: 3, to: 3 } },
		],
		[{ at: '2' }, { ref: null, view: 'story', range: { from: 2, to: 2 } }],
		[
			{ at: '7F3K2Q', log: true },
			{ ref: '7F3K2Q', view: 'log', range: null },
		],
		[
			{ at: '@review', turn: '1' },
			{ ref: '@review', view: 'story', range: { from: 1, to: 1 } },
		],
	])('%j is %j', (given, expected) => {
		expect(wanted(given)).toEqual(expected);
	});

	it.each([
		[{ prompt: true, raw: true }, '--prompt and --raw show different things.'],
		[{ packet: true, log: true, diff: true }, '--packet and --diff and --log'],
		[{ turn: '1', turns: '2-3' }, 'Turns were named twice.'],
		[{ at: '1', turn: '1' }, 'Turns were named twice.'],
		[{ at: '1', turns: '1-2' }, 'Turns were named twice.'],
		[{ at: '0' }, 'A turn is a number from 1 on'],
		[{ turn: '0' }, '--turn takes'],
		[{ turns: '0-2' }, '--turns takes'],
		[{ turns: '4-2' }, '--turns takes'],
		[{ turns: '-2' }, '--turns takes'],
		[{ turns: '1-2-3' }, '--turns takes'],
		[{ turns: 'x\u001b[2J' }, '--turns takes a range such as 2-4, or 2- to the last, not "x\\u001b[2J".'],
	])('%j is refused as usage', (given, message) => {
		expect(() => wanted(given)).toThrow(
			expect.objectContaining({ code: 'usage', message: expect.stringContaining(message) }),
		);
	});
});
