import { appendFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { requireNameId } from '../../../../src/sessions/names/name-id.ts';
import {
	openPairMail,
	type PairMessage,
	pairMailPath,
	removePairMail,
} from '../../../../src/sessions/names/pair-mail.ts';

let base: string;
let path: string;
let stops: Array<() => void>;
beforeEach(() => {
	base = mkdtempSync(join(tmpdir(), 'relay-mail-'));
	path = pairMailPath(base, '/repo/.agent-relay', requireNameId('duo'));
	stops = [];
});
afterEach(() => {
	for (const stop of stops) stop();
	rmSync(base, { recursive: true, force: true });
});

/** Every wait is over at once, and then for as long as the test asks for nothing. */
function listener() {
	const heard: PairMessage[] = [];
	let wake = () => {};
	const clock = {
		sleep: (_: number, signal?: AbortSignal) =>
			new Promise<void>((done) => {
				wake = done;
				signal?.addEventListener('abort', () => done());
			}),
	};
	const mail = openPairMail(path, clock);
	stops.push(mail.listen(({ kind, text }) => heard.push({ kind, text })));
	const look = async () => {
		wake();
		await new Promise((done) => setImmediate(done));
	};
	return { mail, heard, look };
}

describe('what the shells of a pair tell each other', () => {
	it('reaches the others, not the one that says it, and nobody who comes later', async () => {
		const [one, two] = [listener(), listener()];
		one.mail.post({ kind: 'note', text: 'a\nb "c"' });
		await one.look();
		await two.look();
		expect(one.heard).toEqual([]);
		expect(two.heard).toEqual([{ kind: 'note', text: 'a\nb "c"' }]);
		const three = listener();
		await three.look();
		expect(three.heard).toEqual([]);
	});

	it('is read past what is no message', async () => {
		const [one, two] = [listener(), listener()];
		one.mail.post({ kind: 'say', text: 'first' });
		appendFileSync(path, 'torn\n{"kind":"obey","from":"x","text":"y"}\n[]\n');
		one.mail.post({ kind: 'say', text: 'last' });
		await two.look();
		expect(two.heard.map(({ text }) => text)).toEqual(['first', 'last']);
	});

	it('is for this user alone, goes through no link, and can be removed twice', () => {
		const { mail } = listener();
		mail.post({ kind: 'note', text: 'x' });
		expect(statSync(path).mode & 0o777).toBe(0o600);
		removePairMail(path);
		removePairMail(path);
		expect(existsSync(path)).toBe(false);
		symlinkSync(join(base, 'elsewhere'), path);
		expect(() => mail.post({ kind: 'note', text: 'x' })).toThrow();
		rmSync(join(base, 'pairs'), { recursive: true });
		mkdirSync(join(base, 'other'));
		symlinkSync(join(base, 'other'), join(base, 'pairs'));
		expect(() => mail.post({ kind: 'note', text: 'x' })).toThrow('not a folder of yours');
	});

	it('is of one name in one repo', () => {
		const paths = [
			pairMailPath(base, '/repo/.agent-relay', requireNameId('duo')),
			pairMailPath(base, '/repo/.agent-relay', requireNameId('trio')),
			pairMailPath(base, '/other/.agent-relay', requireNameId('duo')),
		];
		expect(new Set(paths).size).toBe(3);
	});
});
