/** A headless Chromium without a network, spoken to over a pipe (the DevTools protocol), in a folder that is removed with it. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { pathToFileURL } from 'node:url';

const PACKAGES = resolve(import.meta.dirname, '../node_modules');
const PACKAGE = join(PACKAGES, '@sparticuz/chromium/build/esm/index.js');

/** The package brings a program for Linux on x64 alone. */
export const hasChromium = process.platform === 'linux' && process.arch === 'x64' && existsSync(PACKAGE);

/** A request that is not for the page itself goes to no name and through no proxy that answers. */
const FLAGS = [
	'--headless',
	'--no-sandbox',
	'--no-zygote',
	'--single-process',
	'--disable-gpu',
	'--disable-dev-shm-usage',
	'--no-first-run',
	'--no-default-browser-check',
	'--disable-background-networking',
	'--disable-component-update',
	'--disable-domain-reliability',
	'--disable-sync',
	'--no-pings',
	'--font-render-hinting=none',
	'--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1',
	'--remote-debugging-pipe',
];

type Params = Record<string, unknown>;

interface Message {
	id?: number;
	method?: string;
	params?: Params;
	result?: Params;
	error?: { message: string };
	sessionId?: string;
}

export interface PageEvents {
	/** Addresses of everything that was asked for, the page itself included. */
	requests: string[];
	/** What the page's policy refused, and errors of scripts, in the browser's words. */
	complaints: string[];
	/** Where it went by itself, the page itself included. */
	navigations: string[];
	/** Dialogs that scripts opened. */
	dialogs: string[];
}

export class Chromium {
	readonly #folder: string;
	readonly #process: ChildProcess;
	readonly #ended: Promise<unknown>;
	readonly #answers = new Map<number, (message: Message) => void>();
	readonly #listeners: Array<(message: Message) => void> = [];
	#last = 0;
	#rest = '';

	private constructor(folder: string, program: string, flags: readonly string[]) {
		this.#folder = folder;
		const profile = `--user-data-dir=${join(folder, 'profile')}`;
		this.#process = spawn(program, [...FLAGS, ...flags, profile, 'about:blank'], {
			stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'],
			env: {
				HOME: folder,
				TMPDIR: folder,
				FONTCONFIG_PATH: join(folder, 'fonts'),
				PATH: process.env.PATH ?? '',
			},
		});
		this.#ended = new Promise((done) => this.#process.once('close', done));
		const answers = this.#process.stdio[4] as Readable;
		answers.setEncoding('utf8').on('data', (text: string) => this.#hear(text));
	}

	static open(flags: readonly string[] = []): Chromium {
		const folder = mkdtempSync(join(tmpdir(), 'relay-chromium-'));
		try {
			const code = `import(${JSON.stringify(pathToFileURL(PACKAGE).href)}).then(async ({ default: c }) => console.log(await c.executablePath()))`;
			const env = { ...process.env, TMPDIR: folder };
			const program = execFileSync(process.execPath, ['-e', code], { env, encoding: 'utf8' }).trim();
			return new Chromium(folder, program, flags);
		} catch (error) {
			rmSync(folder, { recursive: true, force: true });
			throw error;
		}
	}

	async close(): Promise<void> {
		this.#process.kill('SIGKILL');
		await this.#ended;
		rmSync(this.#folder, { recursive: true, force: true });
	}

	/** Opens a file in a tab of its own, and waits for the end of its loading. */
	async page(
		file: string,
		size = { width: 1280, height: 900 },
		scheme: 'light' | 'dark' = 'light',
	): Promise<Page> {
		const { targetId } = await this.send('Target.createTarget', { url: 'about:blank' });
		const { sessionId } = await this.send('Target.attachToTarget', { targetId, flatten: true });
		const page = new Page(this, String(sessionId));
		await page.open(pathToFileURL(file).href, size, scheme);
		return page;
	}

	listen(listener: (message: Message) => void): void {
		this.#listeners.push(listener);
	}

	send(method: string, params: Params = {}, sessionId?: string): Promise<Params> {
		const id = ++this.#last;
		const commands = this.#process.stdio[3] as Writable;
		commands.write(`${JSON.stringify({ id, method, params, ...(sessionId ? { sessionId } : {}) })}\0`);
		return new Promise((done, fail) => {
			this.#answers.set(id, ({ result, error }) =>
				error === undefined ? done(result ?? {}) : fail(new Error(`${method}: ${error.message}`)),
			);
			void this.#ended.then(() => fail(new Error(`Chromium ended before it answered ${method}`)));
		});
	}

	#hear(text: string): void {
		const messages = (this.#rest + text).split('\0');
		this.#rest = messages.pop() ?? '';
		for (const line of messages) {
			const message: Message = JSON.parse(line);
			if (message.id === undefined) for (const listener of this.#listeners) listener(message);
			else {
				this.#answers.get(message.id)?.(message);
				this.#answers.delete(message.id);
			}
		}
	}
}

export class Page {
	readonly events: PageEvents = { requests: [], complaints: [], navigations: [], dialogs: [] };
	readonly #browser: Chromium;
	readonly #session: string;
	#onLoad: () => void = () => undefined;

	constructor(browser: Chromium, session: string) {
		this.#browser = browser;
		this.#session = session;
		browser.listen((message) => {
			if (message.sessionId === session) this.#hear(message);
		});
	}

	async open(url: string, size: { width: number; height: number }, scheme: string): Promise<void> {
		const loaded = new Promise<void>((done) => {
			this.#onLoad = done;
		});
		for (const domain of ['Page', 'Network', 'Log', 'Runtime', 'Audits']) await this.send(`${domain}.enable`);
		const metrics = { ...size, deviceScaleFactor: 1, mobile: size.width < 600 };
		await this.send('Emulation.setDeviceMetricsOverride', metrics);
		await this.send('Emulation.setEmulatedMedia', {
			features: [{ name: 'prefers-color-scheme', value: scheme }],
		});
		await this.send('Page.navigate', { url });
		await loaded;
	}

	send(method: string, params: Params = {}): Promise<Params> {
		return this.#browser.send(method, params, this.#session);
	}

	/** In the world of the page; what is returned must be JSON. */
	async evaluate(expression: string): Promise<unknown> {
		const { result, exceptionDetails } = await this.send('Runtime.evaluate', {
			expression,
			returnByValue: true,
			awaitPromise: true,
		});
		if (exceptionDetails !== undefined) throw new Error(JSON.stringify(exceptionDetails));
		return (result as { value?: unknown }).value;
	}

	/** A PNG in base64: what is seen, or the whole page. */
	async screenshot({ isWhole = false } = {}): Promise<string> {
		const { data } = await this.send('Page.captureScreenshot', {
			format: 'png',
			captureBeyondViewport: isWhole,
		});
		return String(data);
	}

	/** A PDF in base64. */
	async print(): Promise<string> {
		const { data } = await this.send('Page.printToPDF', { preferCSSPageSize: true });
		return String(data);
	}

	#hear({ method, params = {} }: Message): void {
		const { events } = this;
		const text = (value: unknown) => JSON.stringify(value);
		if (method === 'Network.requestWillBeSent') events.requests.push(String((params.request as Params).url));
		else if (method === 'Log.entryAdded') events.complaints.push(text(params.entry));
		else if (method === 'Runtime.exceptionThrown') events.complaints.push(text(params.exceptionDetails));
		else if (method === 'Runtime.consoleAPICalled') events.complaints.push(text(params.args));
		else if (method === 'Audits.issueAdded') events.complaints.push(text(params.issue));
		else if (method === 'Page.frameNavigated') events.navigations.push(String((params.frame as Params).url));
		else if (method === 'Page.frameRequestedNavigation') events.navigations.push(String(params.url));
		else if (method === 'Page.javascriptDialogOpening') {
			events.dialogs.push(String(params.message));
			void this.send('Page.handleJavaScriptDialog', { accept: false });
		} else if (method === 'Page.loadEventFired') this.#onLoad();
	}
}
