import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { EngineBench, RECORDED_AT } from '../../helpers/engine-bench.ts';
import { claudeAnswers, claudeLimited, codexAnswers } from '../../helpers/fake-agent-lines.ts';

const PNG = Buffer.from('\x89PNG\r\n\x1a\nand so on', 'latin1');
let bench: EngineBench;
beforeEach(() => {
	bench = new EngineBench();
	writeFileSync(join(bench.repo, 'shot.png'), PNG);
	mkdirSync(join(bench.root, 'desk'));
	writeFileSync(join(bench.root, 'desk/far.png'), PNG);
});
afterEach(() => bench.dispose());

it('a picture reaches the successor too, each by its own means, and is on record', async () => {
	bench.install('claude', { turns: [claudeLimited(RECORDED_AT + 3_600_000)] });
	bench.install('codex', { turns: [codexAnswers('A red pixel.')] });
	const relay = await bench.relay({});
	const far = join(bench.root, 'desk/far.png');
	const words = `compare @shot.png with ${far} please`;
	expect(await relay.send(words)).toMatchObject({ outcome: 'completed' });

	const shot = join(bench.repo, 'shot.png');
	const pictures = [
		{ path: shot, bytes: PNG.length },
		{ path: far, bytes: PNG.length },
	];
	const [first, second] = relay.states();
	expect(first).toMatchObject({ agent: 'claude', pictures });
	expect(second).toMatchObject({ agent: 'codex', pictures });
	expect(second?.argv).toEqual(expect.arrayContaining([`--image=${shot}`, `--image=${far}`]));
	expect(second?.argv.at(-1)).toBe('-');
	expect(first?.user_prompt).toEqual({ turn: 1, start: 0, end: Buffer.byteLength(words) });
	expect(bench.received('claude')[0]?.prompt).toBe(`${words}\n\n@"${far}"`);
	expect(bench.received('codex')[0]?.prompt).toContain(words);
});

it('one that cannot be sent is said, and the words go', async () => {
	bench.install('claude', { turns: [claudeAnswers('no')] });
	const relay = await bench.relay({ agent: 'claude' });
	await relay.send('look at @gone.png');
	expect(relay.ofType('notice').map(({ text }) => text)).toContain(
		'gone.png is not sent as a picture: it is not there.',
	);
	expect(relay.states()[0]).not.toHaveProperty('pictures');
	expect(bench.received('claude')[0]?.prompt).toBe('look at @gone.png');
});
