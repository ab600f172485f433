/** An answer on a terminal at the three sizes that are looked at, while it streams and when it is over. */
import { describe, expect, it } from 'vitest';
import { ScreenWriter } from '../../../../src/ui/screen-writer.ts';
import { createTheme } from '../../../../src/ui/theme.ts';
import { LiveView } from '../../../../src/view/live/live-view.ts';
import { PtyScreen } from '../../../helpers/pty-screen.ts';

const ANSWER = `# How a slug is made

1. The title is lower-cased and **trimmed**.
2. Every run of characters that are not letters or digits becomes one dash, so that \`"Hello,  World!"\` turns into \`hello-world\`.
   - A title of only dashes gives an empty slug.

| Input | Slug | Note |
|---|---|---|
| Hello, World! | hello-world | the plain case |
| Ärger im Büro | arger-im-buro | accents are folded, so that old browsers can link to it |

\`\`\`js
export function slug(title) {
	return fold(title).replace(/[^a-z0-9]+/g, "-") || "untitled";
}
\`\`\`
> See [the guide](https://example.org/slugs).
`;

const clock = { now: () => 0, monotonic: () => 0, sleep: () => new Promise<void>(() => undefined) };

async function open(columns: number, rows: number, { hasColor = true, ascii = false } = {}) {
	const screen = new PtyScreen(columns, rows);
	const view = new LiveView({
		screen: new ScreenWriter(screen, { ascii }),
		theme: createTheme(hasColor),
		clock,
		layoutEdit: () => ({ rows: ['claude › '], cursor: { row: 0, column: 9 } }),
	});
	await view.ready();
	return { screen, view };
}

/** All rows that the terminal keeps, the answer having come a few characters at a time. */
async function answered(columns: number, rows: number, looks = {}): Promise<string[]> {
	const { screen, view } = await open(columns, rows, looks);
	for (let at = 0; at < ANSWER.length; at += 7) {
		view.text('message', ANSWER.slice(at, at + 7));
		view.flush();
	}
	view.endText();
	view.flush();
	return screen.all().slice(0, -2);
}

describe('an answer on a terminal', () => {
	it('at 100 columns and 30 rows', async () => {
		expect((await answered(100, 30)).join('\n')).toMatchInlineSnapshot(`
			"  How a slug is made

			  1. The title is lower-cased and trimmed.
			  2. Every run of characters that are not letters or digits becomes one dash, so that "Hello,
			     World!" turns into hello-world.
			     • A title of only dashes gives an empty slug.

			  Input          Slug           Note
			  ─────────────  ─────────────  ───────────────────────────────────────────────────────
			  Hello, World!  hello-world    the plain case
			  Ärger im Büro  arger-im-buro  accents are folded, so that old browsers can link to it

			  js
			    export function slug(title) {
			        return fold(title).replace(/[^a-z0-9]+/g, "-") || "untitled";
			    }

			  │ See the guide (https://example.org/slugs)."
		`);
	});

	it('at 80 columns and 24 rows', async () => {
		expect((await answered(80, 24)).join('\n')).toMatchInlineSnapshot(`
			"  How a slug is made

			  1. The title is lower-cased and trimmed.
			  2. Every run of characters that are not letters or digits becomes one dash,
			     so that "Hello,  World!" turns into hello-world.
			     • A title of only dashes gives an empty slug.

			  Input          Slug           Note
			  ─────────────  ─────────────  ───────────────────────────────────────────────
			  Hello, World!  hello-world    the plain case
			  Ärger im Büro  arger-im-buro  accents are folded, so that old browsers can
			                                link to it

			  js
			    export function slug(title) {
			        return fold(title).replace(/[^a-z0-9]+/g, "-") || "untitled";
			    }

			  │ See the guide (https://example.org/slugs)."
		`);
	});

	it('at 40 columns and 15 rows', async () => {
		expect((await answered(40, 15)).join('\n')).toMatchInlineSnapshot(`
			"  How a slug is made

			  1. The title is lower-cased and
			     trimmed.
			  2. Every run of characters that are
			     not letters or digits becomes one
			     dash, so that "Hello,  World!"
			     turns into hello-world.
			     • A title of only dashes gives an
			       empty slug.

			  Input  Hello, World!
			  Slug   hello-world
			  Note   the plain case

			  Input  Ärger im Büro
			  Slug   arger-im-buro
			  Note   accents are folded, so that
			         old browsers can link to it

			  js
			    export function slug(title) {
			        return fold(title).replace(/[^a
			    -z0-9]+/g, "-") || "untitled";
			    }

			  │ See the guide
			  │ (https://example.org/slugs)."
		`);
	});

	it('without colour, at 80 columns', async () => {
		expect((await answered(80, 24, { hasColor: false })).join('\n')).toMatchInlineSnapshot(`
			"  # How a slug is made

			  1. The title is lower-cased and **trimmed**.
			  2. Every run of characters that are not letters or digits becomes one dash,
			     so that \`"Hello,  World!"\` turns into \`hello-world\`.
			     • A title of only dashes gives an empty slug.

			  Input          Slug           Note
			  ─────────────  ─────────────  ───────────────────────────────────────────────
			  Hello, World!  hello-world    the plain case
			  Ärger im Büro  arger-im-buro  accents are folded, so that old browsers can
			                                link to it

			  js
			    export function slug(title) {
			        return fold(title).replace(/[^a-z0-9]+/g, "-") || "untitled";
			    }

			  │ See the guide (https://example.org/slugs)."
		`);
	});

	it('in ASCII, at 80 columns', async () => {
		expect((await answered(80, 24, { ascii: true })).join('\n')).toMatchInlineSnapshot(`
			"  How a slug is made

			  1. The title is lower-cased and trimmed.
			  2. Every run of characters that are not letters or digits becomes one dash,
			     so that "Hello,  World!" turns into hello-world.
			     * A title of only dashes gives an empty slug.

			  Input          Slug           Note
			  -------------  -------------  -----------------------------------------------
			  Hello, World!  hello-world    the plain case
			  Ärger im Büro  arger-im-buro  accents are folded, so that old browsers can
			                                link to it

			  js
			    export function slug(title) {
			        return fold(title).replace(/[^a-z0-9]+/g, "-") || "untitled";
			    }

			  | See the guide (https://example.org/slugs)."
		`);
	});

	it('while its table streams, at 80 columns', async () => {
		const { screen, view } = await open(80, 24);
		view.text('message', ANSWER.slice(0, ANSWER.indexOf(' accents')));
		view.flush();
		expect(screen.lines().join('\n')).toMatchInlineSnapshot(`
			"  How a slug is made

			  1. The title is lower-cased and trimmed.
			  2. Every run of characters that are not letters or digits becomes one dash,
			     so that "Hello,  World!" turns into hello-world.
			     • A title of only dashes gives an empty slug.

			  Input          Slug           Note
			  ─────────────  ─────────────  ──────────────
			  Hello, World!  hello-world    the plain case
			  Ärger im Büro  arger-im-buro

			claude ›"
		`);
	});
});

describe('what grows', () => {
	it('is never taken back: rows that left the live region stay as they are', async () => {
		const { screen, view } = await open(80, 10);
		let kept: string[] = [];
		for (const unit of ANSWER) {
			view.text('message', unit);
			view.flush();
			const scrolled = screen.all().slice(0, -screen.lines().length);
			expect(scrolled.slice(0, kept.length)).toEqual(kept);
			kept = scrolled;
		}
	});

	it('is shown as it is behind a part that was skipped', async () => {
		const { screen, view } = await open(80, 24);
		view.text('message', '```\n');
		view.flush();
		view.text('message', `${'code\n'.repeat(300_000)}\`\`\`\nsome **words**`);
		view.endText();
		view.text('message', 'and **more**');
		view.flush();
		expect(screen.lines().slice(-6, -2)).toEqual(['  code', '  ```', '  some **words**', '  and more']);
	});

	it('is a part of the screen at any height', async () => {
		for (const rows of [5, 10, 15, 24]) {
			const { screen, view } = await open(80, rows);
			view.text('message', `| a | b |\n|---|---|\n${'| 1 | 2 |\n'.repeat(6)}`);
			view.flush();
			expect(screen.lines().at(-1)).toBe('claude ›');
			expect(screen.lines().length).toBeLessThanOrEqual(rows);
		}
	});
});
