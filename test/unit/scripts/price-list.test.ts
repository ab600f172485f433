import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PRICE_TABLE, PRICES_AS_OF } from '../../../src/limits/price-table.ts';

type Prices = [number, number, number, number];
type Rows = Array<[string, Prices]>;

interface PriceList {
	readPriceList: (text: string) => Rows;
	renderPriceTable: (rows: Rows, about: { date: string; source: string }) => string;
	parsePriceTable: (text: string) => Rows;
}

const root = resolve(import.meta.dirname, '../../..');
const { readPriceList, renderPriceTable, parsePriceTable }: PriceList = await import(
	resolve(root, 'scripts/price-list.mjs')
);

const model = (provider: string, input: number, output: number, over: object = {}) => ({
	litellm_provider: provider,
	mode: 'chat',
	input_cost_per_token: input / 1e6,
	output_cost_per_token: output / 1e6,
	...over,
});
const read = (list: object) => Object.fromEntries(readPriceList(JSON.stringify(list)));

describe('a list of prices', () => {
	it('gives dollars a million tokens; what has no price of its own costs what input does', () => {
		const cached = { cache_read_input_token_cost: 1e-7, cache_creation_input_token_cost: 1.25e-6 };
		expect(
			read({
				'gpt-5-mini': model('openai', 0.25, 2, { mode: 'responses' }),
				'gemini/gemini-3-flash': model('gemini', 1, 5, cached),
			}),
		).toEqual({ 'gpt-5-mini': [0.25, 2, 0.25, 0.25], 'gemini-3-flash': [1, 5, 0.1, 1.25] });
	});

	it('gives a family of claude the prices of its newest model', () => {
		expect(
			read({
				'claude-opus-4-1': model('anthropic', 15, 75),
				'claude-opus-4-10': model('anthropic', 4, 20),
				'claude-opus-4-5': model('anthropic', 5, 25),
				'claude-opus-4-20250514': model('anthropic', 15, 75),
			}),
		).toEqual({
			'claude-opus': [4, 20, 4, 4],
			'claude-opus-4-1': [15, 75, 15, 15],
			'claude-opus-4-5': [5, 25, 5, 5],
			'claude-opus-4-20250514': [15, 75, 15, 15],
		});
	});

	it('leaves out what a beginning prices already, and keeps what it would price wrongly', () => {
		const rows = read({
			'gpt-5': model('openai', 1.25, 10),
			'gpt-5-2025-08-07': model('openai', 1.25, 10),
			'gpt-5-mini': model('openai', 0.25, 2),
			'gpt-5-mini-2025-08-07': model('openai', 0.25, 2),
			'gpt-50': model('openai', 1.25, 10),
		});
		expect(Object.keys(rows)).toEqual(['gpt-5', 'gpt-5-mini', 'gpt-50']);
	});

	it('leaves out other providers, other kinds of models, and what is not charged by the token', () => {
		expect(
			read({
				sample_spec: { litellm_provider: 'one of https://…', input_cost_per_token: 0 },
				'gpt-5': model('openai', 1.25, 10),
				'azure/gpt-5-eu': model('azure', 1.4, 11),
				'gpt-image-1': model('openai', 5, 40, { mode: 'image_generation' }),
				'ft:gpt-5': model('openai', 3, 12),
				'gpt-free': model('openai', 0, 0),
				'gpt-unknown': { litellm_provider: 'openai', mode: 'chat' },
			}),
		).toEqual({ 'gpt-5': [1.25, 10, 1.25, 1.25] });
	});

	it.each([
		['[]', 'not an object'],
		['{}', 'no model'],
		[
			JSON.stringify({ 'gpt-5': model('openai', 1, 1, { output_cost_per_token: 10 }) }),
			'gpt-5 has a price of 10',
		],
		[JSON.stringify({ 'gpt-5': model('openai', 1, 1, { input_cost_per_token: '1e-6' }) }), 'a price of 1e-6'],
	])('that reads %s is refused', (text, why) => {
		expect(() => readPriceList(text)).toThrow(why);
	});
});

describe('the table in the program', () => {
	it('is what the command writes, so that a refresh changes prices alone', () => {
		const text = readFileSync(resolve(root, 'src/limits/price-table.ts'), 'utf8');
		const source = /^ \* From (.*)\.$/m.exec(text)?.[1] ?? '';
		const rows = parsePriceTable(text);
		expect(Object.fromEntries(rows)).toEqual(PRICE_TABLE);
		expect(renderPriceTable(rows, { date: PRICES_AS_OF, source })).toBe(text);
	});
});
