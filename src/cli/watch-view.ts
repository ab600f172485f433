import type { RelayConfig } from '../config/schema.ts';
import { RelayError } from '../core/errors.ts';
import { drawingFor } from '../ui/drawing.ts';
import { openWatchScreen, type WatchScreen } from '../view/watch/watch-screen.ts';
import type { LiveParts } from './live.ts';

/** The screen of `watch`, drawn as the user set it. */
export async function openWatchView(
	{ isMarked }: { isMarked: boolean },
	{ app, output, held }: LiveParts,
): Promise<WatchScreen> {
	const ui = await looksOf(held);
	if (ui !== null) await output.useColor(ui.color);
	const { clock, streams } = app;
	return openWatchScreen({
		output: streams.output,
		theme: output.theme,
		thinking: ui?.thinking,
		...(ui && { drawing: drawingFor(ui, app.env) }),
		clock: { ...clock, monotonic: () => clock.now() },
		isMarked,
	});
}

/** null: the settings cannot be read, which keeps nobody from reading records. */
export async function looksOf(held: LiveParts['held']): Promise<RelayConfig['ui'] | null> {
	try {
		return (await held.holder()).settings.loaded.config.ui;
	} catch (error) {
		if (error instanceof RelayError) return null;
		throw error;
	}
}
