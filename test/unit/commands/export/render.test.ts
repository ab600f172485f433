import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Export } from '../../../../src/commands/export/document.ts';
import { PAGE_STYLE } from '../../../../src/commands/export/render/page-style.ts';
import { renderHtml } from '../../../../src/commands/export/render/render-html.ts';
import { renderJson } from '../../../../src/commands/export/render/render-json.ts';
import { renderMarkdown } from '../../../../src/commands/export/render/render-markdown.ts';
import { splitDiff } from '../../../../src/commands/export/render/words.ts';
import { fakeExport, fakeExportTurn } from '../../../helpers/fake-export.ts';

async function textOf(
	render: (exported: Export) => AsyncIterable<string>,
	exported: Export,
): Promise<string> {
	let text = '';
	for await (const piece of render(exported)) text += piece;
	return text;
}

const DIFF = `diff --git a/a b.ts b/a b.ts
index 1..2 100644
--- a/a b.ts
+++ b/a b.ts
@@ -1,2 +1,2 @@
-old <b>
+new <b>
+++ more
 same
diff --git a/old b/new
similarity index 100%
rename from old
rename to new
[diff cut: it is longer than 100 bytes]
`;

const turns = () => [
	fakeExportTurn({
		diff: DIFF,
		files: [{ path: 'a b.ts', from: null, change: 'modified', added: 2, removed: 1, source: 'git' }],
	}),
	{
		type: 'event' as const,
		session_id: 'x',
		at: '2026-03-01T12:01:00.000Z',
		event: 'handed_over',
		text: 'claude → codex: plan window used up',
		details: ['codex: first in order'],
		data: {},
	},
	fakeExportTurn({
		number: 2,
		name: 'codex',
		agent: 'codex',
		status: 'failed',
		stop_reason: 'auth',
		prompt: null,
		undone_at: '2026-03-01T12:40:00.000Z',
		error: { code: 'auth', message: 'Log <in>' },
		stderr: 'no key',
		story: [
			{
				type: 'tool',
				name: 'Bash',
				kind: 'execute',
				title: 'npm test',
				command: 'npm test',
				status: 'error',
				exit_code: 1,
				output: '</code></pre><script>x</script>',
				output_bytes: 30,
				is_sub_agent: false,
			},
		],
	}),
];

describe('the page', () => {
	it('allows no source but its own style, by its hash, and has no other style and no script', async () => {
		const page = await textOf(renderHtml, fakeExport(turns()));
		const style = /<style>([\s\S]*?)<\/style>/.exec(page)?.[1] ?? '';
		const hash = createHash('sha256').update(style).digest('base64');
		const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(page)?.[1];
		expect(policy?.replaceAll('&#39;', "'")).toBe(
			`default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'`,
		);
		expect(style).not.toMatch(/url\(|@import|@font-face/);
		expect(page.match(/<(?:script|style|link|img|iframe|object|embed|base|form)\b/g)).toEqual(['<style']);
		expect(page).not.toMatch(/<[^>]* (?:style|on\w+|src|srcset|background)=/);
	});

	it('has landmarks, a language, one main heading, and ids that are there once', async () => {
		const page = await textOf(renderHtml, fakeExport(turns()));
		for (const part of ['<html lang="en">', '<header>', '<main id="story">', '<footer>', 'href="#story"'])
			expect(page).toContain(part);
		expect(page.match(/<h1/g)).toHaveLength(1);
		const ids = [...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
		expect(new Set(ids).size).toBe(ids.length);
	});

	it('has each file of a diff with its counts and its lines in colour', async () => {
		const page = await textOf(renderHtml, fakeExport(turns()));
		expect(page).toContain(
			'<span class="path">a b.ts</span> <span class="plus">+2</span> <span class="minus">−1</span>',
		);
		expect(page).toContain(
			'<span class="del">-old &lt;b&gt;\n</span><span class="add">+new &lt;b&gt;\n</span><span class="add">+++ more\n</span>',
		);
		expect(page).toContain('<p class="note">[diff cut: it is longer than 100 bytes]</p>');
	});

	it('marks what was undone, what failed, and the hand-over', async () => {
		const page = await textOf(renderHtml, fakeExport(turns()));
		expect(page).toMatch(/<article class="turn \S* undone" id="t2"/);
		expect(page).toContain('<span class="tag bad">failed (auth)</span> <span class="tag warn">undone</span>');
		expect(page).toContain('<strong>Error:</strong> Log &lt;in&gt;');
		expect(page).toContain('<aside class="event loud" aria-label="handed over">');
		expect(page).toContain('&lt;/code&gt;&lt;/pre&gt;&lt;script&gt;x&lt;/script&gt;');
	});

	it('opens a few turns, and folds many behind their first lines', async () => {
		const open = await textOf(renderHtml, fakeExport(turns()));
		const counts = {
			turns: 60,
			undone_turns: 0,
			hand_overs: 0,
			limits: 0,
			waits: 0,
			questions: 0,
			checkpoints: 0,
			files: 0,
		};
		const folded = await textOf(renderHtml, fakeExport(turns(), { head: { counts } }));
		expect(open).toContain(
			'<article class="turn" id="t1" aria-labelledby="h1">\n<details open>'.replace('"turn"', '"turn a1"'),
		);
		expect(folded).toContain('<article class="turn a1" id="t1" aria-labelledby="h1">\n<details>');
		expect(folded).toContain('<span class="gist">Fix the login</span>');
	});
});

/** By the formula of WCAG 2: from 1 to 21. */
function contrast(one: string, other: string): number {
	const luminance = (color: string) => {
		const whole = color.length === 4 ? color.replace(/[0-9a-f]/g, '$&$&') : color;
		const [red = 0, green = 0, blue = 0] = [1, 3, 5]
			.map((at) => Number.parseInt(whole.slice(at, at + 2), 16) / 255)
			.map((part) => (part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
		return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
	};
	const [light = 0, dark = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a);
	return (light + 0.05) / (dark + 0.05);
}

describe('the colours of the page', () => {
	const schemes = [...PAGE_STYLE.matchAll(/:root\{([^}]*--page[^}]*)\}/g)].map(
		([, rule = '']) =>
			new Map(
				[...rule.matchAll(/--([\w-]+):(#[0-9a-f]+)/g)].map(([, name = '', color = '']) => [name, color]),
			),
	);
	const pairs = [
		...['page', 'card', 'soft', 'add', 'del', 'hunk', 'warn-bg'].map((ground) => ['ink', ground]),
		...['page', 'card', 'soft', 'warn-bg'].map((ground) => ['dim', ground]),
		...['page', 'card', 'warn-bg'].map((ground) => ['link', ground]),
		...['good', 'warn', 'bad'].flatMap((tone) => [
			[tone, 'card'],
			[tone, `${tone}-bg`],
		]),
		...['a1', 'a2', 'a3', 'a4', 'a5', 'a6'].map((who) => [who, 'card']),
	];

	it('can be read on what they stand on, in light and in dark', () => {
		expect(schemes).toHaveLength(2);
		const dim = schemes.flatMap((scheme) =>
			pairs.filter(
				([text = '', ground = '']) => contrast(scheme.get(text) ?? '', scheme.get(ground) ?? '') < 4.5,
			),
		);
		expect(dim).toEqual([]);
		expect(contrast('#777777', '#ffffff')).toBeLessThan(4.5);
	});
});

describe('the Markdown', () => {
	it('closes every fold that it opens, whatever was said', async () => {
		const hostile = fakeExportTurn({ story: [{ type: 'message', text: '</details>\n```\nopen <details>' }] });
		const text = await textOf(renderMarkdown, fakeExport([hostile, ...turns()]));
		const outside = text.replace(/^(`{3,})[^\n]*\n[\s\S]*?\n\1$/gm, '');
		const count = (tag: string) => outside.split(tag).length;
		expect(count('<details')).toBe(count('</details>'));
		expect(outside).toContain('&lt;/details&gt;');
		expect(outside).toContain('**2026-03-01');
	});
});

describe('the JSON', () => {
	it('is one document with the timeline in order and what was taken out', async () => {
		const removed = [{ kind: 'API key', count: 2 }];
		const tail = {
			redaction: { is_redacted: true, removed, home_paths: 1, shortened: 0 },
			problems: ['odd'],
		};
		const document = JSON.parse(await textOf(renderJson, fakeExport(turns(), { tail })));
		expect(document).toMatchObject({
			schema: 'agent-relay.export',
			schema_version: 1,
			title: 'Fix the login',
			...tail,
		});
		expect(document.timeline.map(({ type }: { type: string }) => type)).toEqual(['turn', 'event', 'turn']);
		expect(JSON.parse(await textOf(renderJson, fakeExport([]))).timeline).toEqual([]);
	});
});

describe('a diff', () => {
	it('is split by file, with names that have blanks, and renames', () => {
		expect(splitDiff(DIFF).map(({ path, added, removed }) => [path, added, removed])).toEqual([
			['a b.ts', 2, 1],
			['new', 0, 0],
		]);
	});
});
