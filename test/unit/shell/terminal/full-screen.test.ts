import { EventEmitter } from 'node:events';
import { expect, it } from 'vitest';
import { FullScreen } from '../../../../src/shell/terminal/full-screen.ts';
import { createTheme } from '../../../../src/ui/theme.ts';
import { until } from '../../../helpers/patience.ts';

const ON = '\x1b[?1049h';
const OFF = '\x1b[?1049l';

function openScreen() {
	const written: string[] = [];
	const output = { columns: 40, rows: 5, write: (text: string) => void written.push(text) };
	const input = Object.assign(new EventEmitter(), { resume() {}, pause() {} });
	const off = () => undefined;
	const signals = { on: () => off, onExit: () => off, stopGroup: () => void written.push('(stopped)') };
	let wake: () => void = () => undefined;
	const sleep = () => new Promise<void>((done) => (wake = done));
	const draw = () => screen.draw({ rows: ['a row'], cursor: { row: 0, column: 0 } });
	const screen: FullScreen<string> = new FullScreen(
		{
			...{ input, output, signals, ascii: false, reportsKeys: false, theme: createTheme(false) },
			clock: { now: () => 0, monotonic: () => 0, sleep },
		},
		{
			press: () => undefined,
			drawAnew: draw,
			interrupt: (exitCode) => screen.end(String(exitCode)),
			fail: (error) => screen.endWith(error),
		},
	);
	return { screen, draw, text: () => written.join(''), wake: () => wake() };
}

it('draws nothing between the moment that it is stopped and the moment that it has the terminal again', async () => {
	const { screen, draw, text, wake } = openScreen();
	const ended = screen.run(draw);
	screen.suspend();
	draw();
	screen.redraw();
	expect(text().endsWith(`${OFF}(stopped)`)).toBe(true);
	wake();
	await until(() => text().split(ON).length === 3, 'the screen to be drawn again', text);
	expect(text().split(ON)[2]).toContain('a row');
	screen.end('left');
	expect(await ended).toBe('left');
	expect(text().endsWith(OFF)).toBe(true);
});
