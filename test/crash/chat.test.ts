import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, it } from 'vitest';
import { EngineBench } from '../helpers/engine-bench.ts';
import { killChat } from '../helpers/killed-chat.ts';

describe('a chat whose relay is killed', () => {
	let bench: EngineBench;
	afterEach(() => bench.dispose());

	it.each([150, 300, 450, 600, 800, 1000, 1250, 1500])(
		'after %i ms goes on where its records end: no message is lost or told twice',
		async (ms) => {
			bench = new EngineBench({ startsAt: Date.now() });
			await killChat(bench, () => sleep(ms));
		},
	);
});
