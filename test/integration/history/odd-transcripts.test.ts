/** What stands at the path of a transcript may be anything, and so may its lines. */
import { execFileSync } from 'node:child_process';
import {
	appendFileSync,
	chownSync,
	mkdirSync,
	mkdtempSync,
	rmSync,
	statSync,
	symlinkSync,
	writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { describeTranscript } from '../../../src/history/describe-transcript.ts';

let folder: string;
beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), 'relay-transcripts-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const at = (name: string) => join(folder, name);
let uuids = 0;
const line = (value: object) => `${JSON.stringify(value)}\n`;
const uuid = () => `00000000-0000-4000-8000-${String(++uuids).padStart(12, '0')}`;

/** Lines of claude, each the child of the one before. */
class Chain {
	#parent: string | null = null;

	user(content: unknown, more: object = {}): string {
		return this.#add({ type: 'user', message: { role: 'user', content }, ...more });
	}

	assistant(content: object[], more: object = {}): string {
		const message = { id: uuid(), role: 'assistant', model: 'claude-x', content };
		return this.#add({ type: 'assistant', message, ...more });
	}

	#add(value: object): string {
		const own = uuid();
		const place = { uuid: own, parentUuid: this.#parent, isSidechain: false, sessionId: 's', cwd: '/w' };
		this.#parent = own;
		return line({ ...place, ...value, timestamp: '2026-01-01T00:00:00.000Z' });
	}
}

const says = (text: string) => [{ type: 'text', text }];

describe('the path of a transcript', () => {
	it.each([
		['nothing', () => undefined],
		['a folder', (path: string) => mkdirSync(path)],
		['a pipe without a writer', (path: string) => execFileSync('mkfifo', [path])],
		[
			'a link',
			(path: string) => {
				writeFileSync(`${path}.real`, new Chain().user('hello'));
				symlinkSync(`${path}.real`, path);
			},
		],
		['an empty file', (path: string) => writeFileSync(path, '')],
		['text', (path: string) => writeFileSync(path, 'hello\n')],
		['JSON of another kind', (path: string) => writeFileSync(path, line({ type: 'user', text: 'hello' }))],
		['NUL bytes alone', (path: string) => writeFileSync(path, Buffer.alloc(300_000))],
	])('refuses %s', async (_what, make) => {
		make(at('odd.jsonl'));
		await expect(describeTranscript(at('odd.jsonl'))).rejects.toMatchObject({ code: 'not_found' });
	});

	it('refuses a device', async () => {
		await expect(describeTranscript('/dev/zero')).rejects.toMatchObject({ code: 'not_found' });
	});

	it.skipIf(process.getuid?.() !== 0)("refuses another user's file", async () => {
		writeFileSync(at('odd.jsonl'), new Chain().user('hello'));
		chownSync(at('odd.jsonl'), 12345, 12345);
		await expect(describeTranscript(at('odd.jsonl'))).rejects.toThrow('another user');
	});
});

describe('the lines of a transcript', () => {
	it('are skipped where nobody knows them, and counted where they are torn, hold NUL bytes or never end', async () => {
		const chain = new Chain();
		const long = 'x'.repeat(10 * 1024 * 1024);
		writeFileSync(
			at('odd.jsonl'),
			[
				chain.user('first'),
				line({ type: 'of-tomorrow', sessionId: 's', payload: [1, { a: null }] }),
				line({ type: 'user', message: null, sessionId: 's' }),
				line({ type: 'assistant', message: { content: [null, 7, { type: 'tool_use' }] }, sessionId: 's' }),
				'\0\0\0\0\n',
				'[1,2]\n',
				chain.assistant([{ type: 'tool_use', id: 't1', name: 'Bash', input: { command: long } }]),
				chain.user([{ type: 'tool_result', tool_use_id: 't1', content: long }], { toolUseResult: {} }),
				chain.assistant(says('done \u001b]52;c;eA==\u0007')),
				`{"type":"user","sessionId":"s","message":{"content":"${'y'.repeat(17 * 1024 * 1024)}"}}\n`,
				chain.user('second').slice(0, -20),
			].join(''),
		);
		const page = await describeTranscript(at('odd.jsonl'));
		expect(page).toMatchObject({ agent: 'claude', count: 1, torn: 4, cwd: '/w' });
		expect(page.turns[0]).toMatchObject({ prompt: 'first', tools: 1, outcome: 'completed' });
		expect(page.turns[0]?.answer).not.toContain('\u001b');
	});

	it('form a circle, and the reading ends', async () => {
		const [one, two] = [uuid(), uuid()];
		const prompt = (own: string, parent: string, text: string) =>
			line({ type: 'user', uuid: own, parentUuid: parent, sessionId: 's', message: { content: text } });
		writeFileSync(at('odd.jsonl'), prompt(one, two, 'first') + prompt(two, one, 'second'));
		expect(await describeTranscript(at('odd.jsonl'))).toMatchObject({ count: 2 });
	});

	it('of 100 MB are read with little memory', async () => {
		const chain = new Chain();
		writeFileSync(at('large.jsonl'), chain.user('first'));
		const output = 'a line of what a command printed\n'.repeat(300);
		for (let block = 0; block < 100; block++) {
			const lines = [];
			for (let one = 0; one < 50; one++) {
				lines.push(
					chain.assistant([
						{ type: 'tool_use', id: `t${block}-${one}`, name: 'Bash', input: { command: 'make' } },
					]),
				);
				lines.push(
					chain.user([{ type: 'tool_result', tool_use_id: `t${block}-${one}`, content: output + output }], {
						toolUseResult: {},
					}),
				);
			}
			appendFileSync(at('large.jsonl'), lines.join(''));
		}
		expect(statSync(at('large.jsonl')).size).toBeGreaterThan(100e6);
		let most = 0;
		const before = process.memoryUsage().rss;
		const look = setInterval(() => {
			most = Math.max(most, process.memoryUsage().rss - before);
		}, 5);
		const page = await describeTranscript(at('large.jsonl'));
		clearInterval(look);
		expect(page).toMatchObject({ count: 1, torn: 0 });
		expect(page.turns[0]?.tools).toBe(5000);
		expect(most).toBeLessThan(150e6);
	});
});
