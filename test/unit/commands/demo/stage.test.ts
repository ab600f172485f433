import { describe, expect, it } from 'vitest';
import { DemoStage } from '../../../../src/commands/demo/stage.ts';

/** A stage with a reader whose Enter is pressed by hand. */
function staged(rows: number) {
	const log: string[] = [];
	let answer: ((isEnter: boolean) => void) | null = null;
	const wait = () => {
		log.push('wait');
		return new Promise<boolean>((done) => {
			answer = done;
		});
	};
	const stage = new DemoStage((text) => log.push(text), { rows, wait });
	const press = async (isEnter = true) => {
		answer?.(isEnter);
		answer = null;
		await settle();
	};
	return { log, stage, press };
}

const settle = () => new Promise((done) => setImmediate(done));
const rows = (count: number, from = 1) =>
	Array.from({ length: count }, (_, at) => `row ${from + at}\n`).join('');

describe('the screen of the demo', () => {
	it('shows what is written in order, and nothing behind a stop before Enter', async () => {
		const { log, stage, press } = staged(30);
		stage.write('one\n');
		stage.stop();
		stage.write('two\n');
		await settle();
		expect(log).toEqual(['one\n', 'wait']);
		await press();
		expect(log).toEqual(['one\n', 'wait', 'two\n']);
	});

	it.each([
		[30, 29],
		[100, 29],
		[15, 14],
		[2, 5],
	])('on %d rows stops after %d', async (height, shown) => {
		const { log, stage, press } = staged(height);
		stage.write(rows(30));
		await settle();
		expect(log.indexOf('wait')).toBe(shown);
		await press();
		expect(log[shown + 1]).toBe(`row ${shown + 1}\n`);
	});

	it('does not stop again where nothing was shown since, nor for half a row', async () => {
		const { log, stage, press } = staged(30);
		stage.stop();
		stage.write('half');
		await settle();
		expect(log).toEqual(['half']);
		stage.write(' a row\n');
		stage.stop();
		stage.stop();
		await settle();
		await press();
		await settle();
		expect(log.filter((one) => one === 'wait')).toHaveLength(1);
	});

	it('shows nothing more once the reader has left', async () => {
		const { log, stage, press } = staged(30);
		stage.write('one\n');
		stage.stop();
		stage.write('two\n');
		await settle();
		await press(false);
		stage.write('three\n');
		await stage.shown();
		expect(stage.left.aborted).toBe(true);
		expect(log).toEqual(['one\n', 'wait']);
	});

	it('waits in `shown` for the reader', async () => {
		const { log, stage, press } = staged(30);
		stage.write('one\n');
		stage.stop();
		const shown = stage.shown().then(() => log.push('shown'));
		await settle();
		expect(log).toEqual(['one\n', 'wait']);
		await press();
		await shown;
		expect(log).toEqual(['one\n', 'wait', 'shown']);
	});

	it('never stops without a reader', async () => {
		const log: string[] = [];
		const stage = new DemoStage((text) => log.push(text), null);
		stage.write(rows(50));
		stage.stop();
		stage.write('end\n');
		expect(log).toEqual([rows(50), 'end\n']);
		await stage.shown();
	});
});
