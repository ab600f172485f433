/** What real CLIs said and did, as a page in a real browser without a network: nothing is asked for, nothing of theirs runs. */
import { writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callTools, REFUSALS, say, TOOLS } from './harness/answers.ts';
import { Chromium, hasChromium } from './harness/chromium.ts';
import { hasAgents } from './harness/installed-agents.ts';
import { openScene, type Scene } from './harness/scene.ts';

const EVIL = `# <script>document.title = 'pwned'</script>
<script>document.title = 'pwned'</script> <img src="http://127.0.0.1:4999/a.png" onerror="document.title='pwned'">
</details></div></article></main></style></title></textarea>--><h1 id=out>out</h1><style>body{display:none}</style>
<svg onload="document.title='pwned'"><a xlink:href="javascript:alert(1)"><text>x</text></a></svg>
<meta http-equiv="refresh" content="0;url=http://127.0.0.1:4999/"><iframe src="http://127.0.0.1:4999/"></iframe>
<link rel="stylesheet" href="http://127.0.0.1:4999/a.css"><base href="http://127.0.0.1:4999/"><form action="http://127.0.0.1:4999/"><button autofocus>
[a](javascript:alert(1)) [b](data:text/html,<script>alert(1)</script>) ![c](http://127.0.0.1:4999/c.png) <http://127.0.0.1:4999/"onclick="alert(1)>
\`</code><script>alert(1)</script>\` \u001b[31mred\u001b[0m \u202egnp.exe

\`\`\`html"><script>alert(1)</script>
</code></pre></details><script>alert(1)</script>
\`\`\`

| a |
|---|
| </table><script>alert(1)</script> |`;

/** Records whoever connects to the proxy that the browser is told to use. */
async function openProxy(): Promise<{ server: Server; port: number; seen: string[] }> {
	const seen: string[] = [];
	const server = createServer((socket) => {
		socket.on('error', () => undefined);
		socket.once('data', (bytes) => {
			seen.push(bytes.toString('latin1').split('\r\n')[0] ?? '');
			socket.destroy();
		});
	});
	await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
	const address = server.address();
	if (address === null || typeof address === 'string') throw new Error('the proxy has no port');
	return { server, port: address.port, seen };
}

describe.skipIf(!hasAgents || !hasChromium)('an exported page', () => {
	let scene: Scene;
	let proxy: Awaited<ReturnType<typeof openProxy>>;
	let browser: Chromium;
	beforeAll(async () => {
		proxy = await openProxy();
		browser = Chromium.open([
			`--proxy-server=http://127.0.0.1:${proxy.port}`,
			'--proxy-bypass-list=<-loopback>',
		]);
		scene = await openScene({ files: { 'lake.txt': 'cold\n' } });
		await play();
	});
	afterAll(async () => {
		await browser.close();
		proxy.server.close();
		await scene.dispose();
	});

	/** A limit in mid-work of claude, hostile words of codex, who takes over. */
	async function play(): Promise<void> {
		const { claude, codex } = TOOLS;
		scene.model.script(
			'claude',
			callTools(claude.shell('printf "warm\\n" > lake.txt; printf "\\033[31m<script>alert(1)</script>\\n"')),
			REFUSALS.claude.window(Math.floor(Date.now() / 1000) + 7200),
		);
		scene.model.script('codex', callTools(codex.shell('echo deep >> lake.txt')), say(EVIL));
		const args = ['--agent', 'claude', '--order', 'claude,codex', '-p', 'full'];
		const run = await scene.relay(['run', ...args, 'Warm the lake </details><script>alert(1)</script>']);
		expect(run.exitCode, run.stderr).toBe(0);
	}

	it('asks for nothing and runs nothing, in light, in dark, on a phone and on paper', async () => {
		const file = join(scene.root, 'page.html');
		const run = await scene.relay(['export', '-o', file]);
		expect(run.exitCode, run.stderr).toBe(0);
		const before = proxy.seen.length;
		for (const [size, scheme] of [
			[{ width: 1280, height: 900 }, 'light'],
			[{ width: 1280, height: 900 }, 'dark'],
			[{ width: 390, height: 844 }, 'light'],
		] as const) {
			const page = await browser.page(file, size, scheme);
			const url = `file://${file}`;
			expect(page.events).toEqual({ requests: [url], complaints: [], navigations: [url], dialogs: [] });
			const seen = await page.evaluate(`({
				title: document.title,
				isWide: document.documentElement.scrollWidth > innerWidth,
				tags: [...new Set([...document.querySelectorAll('*')].map((e) => e.localName))].sort(),
				attributes: [...new Set([...document.querySelectorAll('*')].flatMap((e) => [...e.attributes].map((a) => a.name)))].sort(),
				links: [...document.links].map((a) => a.protocol),
				turns: [...document.querySelectorAll('article h3')].map((e) => e.textContent),
				isShown: getComputedStyle(document.body).display !== 'none',
				background: getComputedStyle(document.body).backgroundColor,
				bidi: document.body.textContent.includes('\\u202e') || document.body.textContent.includes('\\u001b'),
				said: document.querySelector('#t2 .answer').textContent,
			})`);
			expect(seen).toMatchObject({
				title: expect.stringContaining('Warm the lake </details><script>'),
				isWide: false,
				turns: [expect.stringMatching(/^1\. claude/), expect.stringMatching(/^2\. codex/)],
				isShown: true,
				background: scheme === 'dark' ? 'rgb(15, 19, 24)' : 'rgb(246, 247, 249)',
				bidi: false,
				said: expect.stringContaining("<script>document.title = 'pwned'</script>"),
			});
			const { tags, attributes, links } = seen as { tags: string[]; attributes: string[]; links: string[] };
			for (const tag of ['script', 'img', 'svg', 'iframe', 'link', 'base', 'form', 'button'])
				expect(tags).not.toContain(tag);
			expect(attributes.filter((name) => /^on|^style$|src|action/.test(name))).toEqual([]);
			expect(links.every((protocol) => ['http:', 'https:', 'mailto:', 'file:'].includes(protocol))).toBe(
				true,
			);
			expect((await page.print()).length).toBeGreaterThan(1000);
		}
		expect(proxy.seen.slice(before)).toEqual([]);
	});

	it('is looked at by a browser that would report what a page asks for, and what its policy refuses', async () => {
		const file = join(scene.root, 'bad.html');
		writeFileSync(
			file,
			`<meta http-equiv="Content-Security-Policy" content="script-src 'none'"><script>1</script><img src="http://127.0.0.1:4999/a.png">`,
		);
		const page = await browser.page(file);
		expect(page.events.requests).toContain('http://127.0.0.1:4999/a.png');
		expect(page.events.complaints.join()).toContain('Content Security Policy');
		expect(proxy.seen.join()).toContain('127.0.0.1:4999/a.png');
	});

	it('can be used by keys: its folds open, its blocks of code scroll, its first link leads to the story', async () => {
		const file = join(scene.root, 'keys.html');
		await scene.relay(['export', '-o', file]);
		const page = await browser.page(file);
		const press = async (key: string, code: number) => {
			for (const type of ['rawKeyDown', 'char', 'keyUp'])
				await page.send('Input.dispatchKeyEvent', {
					type,
					key,
					windowsVirtualKeyCode: code,
					...(key === 'Enter' ? { text: '\r' } : {}),
				});
		};
		await press('Tab', 9);
		expect(await page.evaluate('document.activeElement.textContent')).toBe('Skip to the story');
		await press('Tab', 9);
		expect(await page.evaluate('document.activeElement.localName')).toBe('summary');
		const isOpen = 'document.activeElement.parentElement.open';
		expect(await page.evaluate(isOpen)).toBe(true);
		await press('Enter', 13);
		expect(await page.evaluate(isOpen)).toBe(false);
	});

	it('has what both did in Markdown and JSON too, and nothing of it is live there', async () => {
		const json = await scene.relay(['export', '--format', 'json']);
		const document = JSON.parse(json.stdout);
		expect(document.agents).toMatchObject([{ name: 'claude' }, { name: 'codex' }]);
		expect(document.counts).toMatchObject({ turns: 2, hand_overs: 1, limits: 1 });
		const [first, second] = document.timeline.filter(({ type }: { type: string }) => type === 'turn');
		expect(first.story[0]).toMatchObject({ type: 'tool', kind: 'execute', status: 'ok' });
		expect(first.diff).toContain('-cold\n+warm\n');
		expect(second.diff).toContain('+deep\n');
		const { stdout } = await scene.relay(['export']);
		const outside = stdout.replace(/^(`{3,})[^\n]*\n[\s\S]*?\n\1$/gm, '').replace(/`[^`\n]*`/g, '');
		expect(outside.match(/<\/?(?!details|summary|b>|br>|http)[a-z]+/g) ?? []).toEqual([]);
		expect(outside.split('<details').length).toBe(outside.split('</details>').length);
	});
});
