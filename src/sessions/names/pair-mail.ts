/**
 * What the shells of a pair tell each other: a file of lines outside the repo, as what comes from there counts as the user's own
 * words.
 */
import { createHash, randomBytes } from 'node:crypto';
import { closeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as v from 'valibot';
import type { Clock } from '../../core/clock.ts';
import { RelayError } from '../../core/errors.ts';
import { createFolderChanges } from '../../core/files/folder-changes.ts';
import { ensureFolder, isForeignFolder } from '../../core/files/folders.ts';
import { GrowingLines } from '../../core/files/growing-lines.ts';
import { explainingWrites } from '../../core/files/write-failure.ts';
import { openAppend, removeIfThere, writeAll } from '../../core/files/write-file.ts';
import type { NameId } from './name-id.ts';

/** Set for the shells of a pair: when it began, ISO-8601. */
export const PAIR_VARIABLE = 'AGENT_RELAY_PAIR';

/** `note`: for later packets. `say`: the next prompt of everybody. */
const messageSchema = v.object({
	from: v.string(),
	kind: v.picklist(['note', 'say']),
	text: v.pipe(v.string(), v.maxLength(1024 * 1024)),
});
/** @internal For tests: what they expect to have been sent. */
export type PairMessage = Pick<v.InferOutput<typeof messageSchema>, 'kind' | 'text'>;

export interface PairMail {
	/** To the others. Throws RelayError where it cannot be written. */
	post(message: PairMessage): void;
	/** Calls back with what others post from now on, until it is stopped. */
	listen(onMessage: (message: PairMessage) => void): () => void;
}

/** The mail of the pair of that name in the repo whose records are in `store`. */
export function pairMailPath(stateHome: string, store: string, name: NameId): string {
	const repo = createHash('sha256').update(store).digest('hex').slice(0, 16);
	return join(stateHome, 'pairs', `${repo}-${name}.jsonl`);
}

/** In case a change was not reported. */
const LOOK_EVERY_MS = 1000;

export function openPairMail(path: string, clock: Pick<Clock, 'sleep'>): PairMail {
	const self = randomBytes(8).toString('hex');
	const folder = dirname(path);
	const prepare = () => {
		if (isForeignFolder(folder))
			throw new RelayError('refused', `${folder} is not a folder of yours; nothing is posted there.`);
		ensureFolder(folder);
	};
	return {
		post: (message) =>
			explainingWrites(path, () => {
				prepare();
				const fd = openAppend(path);
				try {
					writeAll(fd, Buffer.from(`${JSON.stringify({ from: self, ...message })}\n`));
				} finally {
					closeSync(fd);
				}
			}),
		listen: (onMessage) => {
			const lines = new GrowingLines(path);
			const read = (take: (line: string) => void) => {
				for (let isAtEnd = false; !isAtEnd; ) {
					const found = lines.read();
					for (const line of found.lines) if (line.kind === 'line') take(line.text);
					isAtEnd = found.isAtEnd;
				}
			};
			// What was said before does not count.
			read(() => undefined);
			const look = () =>
				read((line) => {
					const message = parse(line);
					if (message !== null && message.from !== self) onMessage(message);
				});
			explainingWrites(path, prepare);
			const changes = createFolderChanges(look);
			const stop = new AbortController();
			changes.watch([folder]);
			void lookNowAndThen(look, clock, stop.signal);
			return () => {
				stop.abort();
				changes.close();
				lines.close();
			};
		},
	};
}

async function lookNowAndThen(
	look: () => void,
	clock: Pick<Clock, 'sleep'>,
	signal: AbortSignal,
): Promise<void> {
	while (!signal.aborted) {
		await clock.sleep(LOOK_EVERY_MS, signal);
		if (!signal.aborted) look();
	}
}

/** null: not a message. */
function parse(line: string): v.InferOutput<typeof messageSchema> | null {
	try {
		const parsed = v.safeParse(messageSchema, JSON.parse(line));
		return parsed.success ? parsed.output : null;
	} catch {
		return null;
	}
}

export const removePairMail = (path: string): void => removeIfThere(path);
