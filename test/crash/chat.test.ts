import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, it } from 'vitest';
import { EngineBench } from '../helpers/engine-bench.ts';
import { killChat } from '../helpers/killed-chat.ts';
import { until } from '../helpers/patience.ts';

/** What `--json` prints of a chat of six turns, and how many of it. */
const MOMENTS = [
	['session_opened', 1],
	['turn_started', 1],
	['turn_finished', 1],
	['turn_started', 2],
	['turn_finished', 2],
	['turn_started', 4],
	['turn_finished', 5],
	['turn_started', 6],
] as const;

describe('a chat whose relay is killed goes on where its records end, and no message is lost or told twice:', () => {
	let bench: EngineBench;
	afterEach(() => bench.dispose());

	it.each(MOMENTS)('at %s, number %i', async (type, count) => {
		bench = new EngineBench({ startsAt: Date.now() });
		await killChat(bench, ({ stdout }) =>
			until(() => stdout().split(`"type":"${type}"`).length > count, `${type} ${count}`),
		);
	});

	it.each([50, 150, 300])('%i ms after its start', async (ms) => {
		bench = new EngineBench({ startsAt: Date.now() });
		await killChat(bench, () => sleep(ms));
	});
});
