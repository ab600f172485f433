import { describe, expect, it } from 'vitest';
import { TurnStop, type TurnStopReason } from '../../../../src/turns/process/turn-stop.ts';
import { machine } from '../../../helpers/fake-machine.ts';

/** A turn whose agent and tool ignore every signal. */
function deafTurn() {
	const box = machine();
	box.run(11, 10);
	box.run(12, 11, { session: 12, group: 12 });
	const tree = box.stopper();
	const stop = new TurnStop(() => []);
	stop.attach({
		identity: { pid: 10, start: 's10', command: 'wrapper' },
		ended: Promise.resolve({ exitCode: null, signal: null, seen: 'hangup' }),
		write: async () => undefined,
		isTerminalRead: () => false,
		descendants: () => [],
		stop: (graces, known = []) => tree.stop(graces, known),
	});
	return { box, stop, heard: () => new Set(box.log.map((line) => line.split(' ')[1])) };
}

describe('the stop of a turn that ignores every signal', () => {
	// A relay that is told to end does so within 5 s; the packet and the record need their share.
	it.each(['cancelled', 'timed_out', 'background'] as const)(
		'gives time to end the tool first, and is over within 5 s (%s)',
		async (reason) => {
			const { box, stop, heard } = deafTurn();
			stop.request(reason);
			await stop.settled();
			expect(box.entries.has(11) || box.entries.has(12)).toBe(false);
			expect([...heard()].slice(0, 2)).toEqual(['SIGINT', 'SIGTERM']);
			expect(box.now).toBeLessThan(4_000);
		},
	);

	it.each(['limited', 'failed'] as const)(
		'has no interrupt and no grace worth the name (%s)',
		async (reason) => {
			const { box, stop, heard } = deafTurn();
			stop.request(reason);
			await stop.settled();
			expect(heard()).not.toContain('SIGINT');
			expect(killedAt(box.log)).toBeLessThan(300);
		},
	);

	it('loses its graces to a harder one, and the first reason stays', async () => {
		const { box, stop } = deafTurn();
		stop.request('cancelled');
		box.onSleep = (now) => now >= 500 && stop.kill('timed_out');
		await stop.settled();
		expect(killedAt(box.log)).toBeLessThan(700);
		expect(stop.reason satisfies TurnStopReason | null).toBe('cancelled');
	});
});

function killedAt(log: readonly string[]): number {
	return Number(log.find((line) => line.includes('SIGKILL'))?.split(' ')[0]);
}
