import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

interface Row {
	at: number;
	text: string;
}
interface Cast {
	plain(text: string): string;
	readCast(text: string): { header: { width: number }; events: Array<{ at: number; data: string }> };
	timedRows(events: Array<{ at: number; data: string }>): Row[];
	paced(rows: Row[], pauses: Array<{ after: RegExp; seconds: number }>): Row[];
	renderSvg(rows: Row[], options: { columns: number; height: number; title: string }): string;
}

const root = resolve(import.meta.dirname, '../../..');
const { plain, readCast, timedRows, paced, renderSvg }: Cast = await import(
	resolve(root, 'scripts/cast-to-svg.mjs')
);

describe('a recording as a picture', () => {
	it('gives each row the moment in which it began, also where it came in pieces', () => {
		const events = [
			{ at: 0, data: 'a' },
			{ at: 1, data: 'b\r\nc\r' },
			{ at: 2, data: '\nd' },
		];
		expect(timedRows(events)).toEqual([
			{ at: 0, text: 'ab' },
			{ at: 1, text: 'c' },
			{ at: 2, text: 'd' },
		]);
	});

	it('cuts silences and rests where it is told to', () => {
		const rows = [0, 60, 60.5].map((at, i) => ({ at, text: `row ${i}` }));
		expect(paced(rows, [{ after: /row 1/, seconds: 3 }]).map(({ at }) => Number(at.toFixed(2)))).toEqual([
			0, 1.2, 4.7,
		]);
	});

	it('holds the text as text, whatever is in it, and its styles', () => {
		const text = '\x1b[36m<script>&\x1b[39m plain \x1b[1;32mgood\x1b[0m';
		const svg = renderSvg([{ at: 0, text }], { columns: 40, height: 4, title: 'a < b' });
		expect(svg).toContain(
			'<tspan class="accent">&lt;script&gt;&amp;</tspan><tspan> plain </tspan><tspan class="bold good">good</tspan>',
		);
		expect(svg).toContain('<title>a &lt; b</title>');
		expect(svg).not.toContain('<script');
	});

	it('is the one in the README: drawn from the recording beside it', () => {
		const read = (name: string) => readFileSync(resolve(root, 'docs/images', name), 'utf8');
		const { header, events } = readCast(read('hand-over.cast'));
		const svg = read('hand-over.svg');
		expect(header.width).toBe(84);
		const seen = svg
			.replaceAll(/<[^>]+>/g, '')
			.replaceAll('&lt;', '<')
			.replaceAll('&gt;', '>')
			.replaceAll('&amp;', '&');
		for (const { text } of timedRows(events)) expect(seen).toContain(plain(text).trim());
		expect(svg).toContain('@keyframes play');
	});

	it('refuses a recording of another version', () => {
		expect(() => readCast('{"version":3}\n')).toThrow('asciicast 3 is not known');
	});
});
