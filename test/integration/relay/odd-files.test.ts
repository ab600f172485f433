import { execFileSync } from 'node:child_process';
import {
	cpSync,
	existsSync,
	mkdirSync,
	readFileSync,
	rmSync,
	symlinkSync,
	truncateSync,
	writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { META_FILE, turnFile } from '../../../src/sessions/files/session-paths.ts';
import { EngineBench } from '../../helpers/engine-bench.ts';
import { claudeAnswers } from '../../helpers/fake-agent-lines.ts';

let bench: EngineBench;
/** A session whose relay died in its turn. */
let folder: string;
let kept: string;
const OUTSIDE = 'nothing of ours\n';

beforeAll(async () => {
	bench = new EngineBench();
	bench.install('claude', { turns: [claudeAnswers('first'), ...Array(70).fill(claudeAnswers('other'))] });
	const relay = await bench.relay({ agent: 'claude' });
	await relay.send('first task');
	folder = relay.folder;
	await relay.relay.close();
	edit(turnFile(folder, 1, 'state.json'), { status: 'running', ended_at: null });
	edit(join(folder, META_FILE), { status: 'active', ended_at: null });
	kept = join(bench.root, 'kept');
	cpSync(bench.repo, kept, { recursive: true });
	writeFileSync(join(bench.root, 'outside'), OUTSIDE);
});
afterAll(() => bench.dispose());

function edit(path: string, change: object): void {
	writeFileSync(path, JSON.stringify({ ...JSON.parse(readFileSync(path, 'utf8')), ...change }));
}

const ODD = {
	'a folder': (path: string) => mkdirSync(path),
	'a folder that is not empty': (path: string) => mkdirSync(join(path, 'x'), { recursive: true }),
	'a link': (path: string) => symlinkSync(join(bench.root, 'outside'), path),
	'a link to nothing': (path: string) => symlinkSync(join(bench.root, 'made-through-it'), path),
	'a link to itself': (path: string) => symlinkSync(path, path),
	'a pipe': (path: string) => execFileSync('mkfifo', [path]),
	'an empty file': (path: string) => writeFileSync(path, ''),
	'a huge file': (path: string) => {
		writeFileSync(path, '');
		truncateSync(path, 3 * 2 ** 30);
	},
};
const TURN_FILES = [
	'prompt.md',
	'raw.jsonl',
	'stderr.log',
	'events.jsonl',
	'output.md',
	'state.json',
] as const;
const RECORDS = [
	'lock',
	'log.jsonl',
	META_FILE,
	...TURN_FILES.map((name) => `turns/001-${name}`),
	'turns',
	'resume',
];
/** To read 3 GiB of nothing takes seconds, and nothing refuses to. */
const isRead = (record: string) => /raw\.jsonl|stderr\.log/.test(record);

describe('one odd file in one session', () => {
	it.each(RECORDS)('%s: whatever stands there, other work continues at once', async (record) => {
		for (const [kind, make] of Object.entries(ODD)) {
			if (kind === 'a huge file' && isRead(record)) continue;
			rmSync(bench.repo, { recursive: true });
			cpSync(kept, bench.repo, { recursive: true });
			const path = join(folder, record);
			rmSync(path, { recursive: true, force: true });
			make(path);
			const what = `${record} is ${kind}`;
			const relay = await bench.relay({ agent: 'claude' });
			expect(relay.deps.store.list().length, what).toBe(1);
			await relay.relay.repairAbandoned();
			// The rest of a start and its turn do not look at other sessions.
			if (kind === 'a pipe') {
				expect(await relay.send('other task'), what).toMatchObject({ outcome: 'completed' });
				expect(relay.folder, what).not.toBe(folder);
			}
			await relay.relay.close();
			expect(readFileSync(join(bench.root, 'outside'), 'utf8'), what).toBe(OUTSIDE);
			expect(existsSync(join(bench.root, 'made-through-it')), what).toBe(false);
		}
	});

	it.each(['lock', META_FILE])(
		'%s: the session is listed as damaged, with the name of the file',
		async (record) => {
			for (const kind of ['a folder', 'a link', 'a pipe'] as const) {
				rmSync(bench.repo, { recursive: true });
				cpSync(kept, bench.repo, { recursive: true });
				const path = join(folder, record);
				rmSync(path, { recursive: true, force: true });
				ODD[kind](path);
				const relay = await bench.relay({ agent: 'claude' });
				expect(relay.deps.store.list(), kind).toMatchObject([
					{ status: 'damaged', problem: expect.stringContaining(path) },
				]);
				await relay.relay.close();
			}
		},
	);
});
