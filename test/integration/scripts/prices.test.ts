import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const script = resolve(import.meta.dirname, '../../../scripts/prices.mjs');
const model = (input: number) => ({
	litellm_provider: 'openai',
	mode: 'chat',
	input_cost_per_token: input / 1e6,
	output_cost_per_token: 8e-6,
});

let folder: string;
let list: string;
let out: string;
beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), 'relay-prices-'));
	list = join(folder, 'list.json');
	out = join(folder, 'price-table.ts');
});

afterEach(() => rmSync(folder, { recursive: true }));

const prices = (...args: string[]) =>
	spawnSync(process.execPath, [script, ...args, '--out', out], { encoding: 'utf8' });

describe('npm run prices', () => {
	it('writes the table of a file with its day, and prints what changed since the last one', () => {
		writeFileSync(list, JSON.stringify({ 'gpt-5': model(1), 'gpt-5-mini': model(0.5) }));
		expect(prices(list, '--date', '2026-01-02').stdout).toContain('gpt-5: new -> 1 8 1 1\n');
		expect(readFileSync(out, 'utf8')).toContain("PRICES_AS_OF = '2026-01-02'");

		writeFileSync(list, JSON.stringify({ 'gpt-5': model(2), 'gpt-6': model(3) }));
		expect(prices(list, '--date', '2026-01-03').stdout).toBe(
			[
				'gpt-5: 1 8 1 1 -> 2 8 2 2',
				'gpt-5-mini: 0.5 8 0.5 0.5 -> gone',
				'gpt-6: new -> 3 8 3 3',
				`2 rows of 2026-01-03 in ${out}\n`,
			].join('\n'),
		);
		expect(readFileSync(out, 'utf8')).toContain("\t'gpt-5': [2, 8, 2, 2],\n\t'gpt-6': [3, 8, 3, 3],\n};\n");
	});

	it.each([[[]], [['--date', '2026-02-30']], [['--date', 'today']]])(
		'with a file and %j writes nothing',
		(args) => {
			writeFileSync(list, JSON.stringify({ 'gpt-5': model(1) }));
			expect(prices(list, ...args)).toMatchObject({ status: 64, stdout: '' });
			expect(() => readFileSync(out)).toThrow('ENOENT');
		},
	);
});
