import { expect, it } from 'vitest';
import { stopUntilWoken } from '../../../../src/core/processes/own-signals.ts';

it('tells only a while after the stop that the process was woken, or never stopped', async () => {
	const seen: string[] = [];
	let pass: () => void = () => undefined;
	const sleep = () => {
		seen.push('waits');
		return new Promise<void>((done) => (pass = done));
	};
	const woken = stopUntilWoken({ stopGroup: () => void seen.push('stops') }, { sleep }).then(
		() => void seen.push('is awake'),
	);
	await new Promise(setImmediate);
	expect(seen).toEqual(['stops', 'waits']);
	pass();
	await woken;
	expect(seen).toEqual(['stops', 'waits', 'is awake']);
});
