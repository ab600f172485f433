import { describe, expect, it } from 'vitest';
import { describeWindow } from '../../../src/limits/window-name.ts';

describe('the window of a plan', () => {
	it.each([
		['five_hour', '5-hour window'],
		['seven_day', 'weekly window'],
		['seven_day_opus', 'weekly opus window'],
		['seven_day_overage_included', 'weekly fable window'],
		['primary', 'primary window'],
		['daily_quota', 'daily quota window'],
		['a window', 'a window'],
		['constructor', 'constructor window'],
	])('%s is called %s', (name, words) => {
		expect(describeWindow(name)).toBe(words);
	});
});
