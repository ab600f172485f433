import { describe, expect, it } from 'vitest';
import { PausableTime } from '../../../../src/turns/questions/pausable-time.ts';

describe('time that is paused', () => {
	it('goes as it goes while nothing stops it', () => {
		expect(new PausableTime().at(1_000)).toBe(1_000);
	});

	it('stands still after a stop, and continues from there', () => {
		const time = new PausableTime();
		time.stop(1_000);
		expect([900, 1_000, 5_000].map((at) => time.at(at))).toEqual([900, 1_000, 1_000]);
		time.go(5_000);
		expect([900, 3_000, 5_000, 6_000].map((at) => time.at(at))).toEqual([900, 1_000, 1_000, 2_000]);
	});

	it('adds up several stops, and takes a second stop in one for the same', () => {
		const time = new PausableTime();
		time.stop(100);
		time.stop(150);
		time.go(200);
		time.go(250);
		time.stop(300);
		time.go(400);
		expect(time.at(1_000)).toBe(800);
	});
});
