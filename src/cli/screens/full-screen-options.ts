import { createProcessSignals } from '../../core/processes/own-signals.ts';
import type { FullScreenOptions } from '../../shell/terminal/full-screen.ts';
import { drawingFor } from '../../ui/drawing.ts';
import type { LiveParts } from '../live.ts';
import { looksOf } from '../watch-view.ts';

export type ScreenParts = Pick<LiveParts, 'app' | 'output' | 'held'>;

/** A full screen on the terminal of this process, drawn as the user set it. */
export async function fullScreenOptions({ app, output, held }: ScreenParts): Promise<FullScreenOptions> {
	const ui = await looksOf(held);
	if (ui !== null) await output.useColor(ui.color);
	const { clock, env, streams } = app;
	return {
		input: streams.input,
		output: streams.output,
		signals: createProcessSignals(process, app),
		clock,
		theme: output.theme,
		ascii: ui !== null && drawingFor(ui, env).ascii,
		reportsKeys: env.TERM !== 'linux',
	};
}
