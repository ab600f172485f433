import type { PickerSource } from '../../commands/runner/picker-source.ts';
import { runPickerScreen } from '../../shell/picker/picker-screen.ts';
import { fullScreenOptions, type ScreenParts } from './full-screen-options.ts';

/** The full-screen list of runners. The exit code. */
export async function openRunnerView(source: PickerSource, parts: ScreenParts): Promise<number> {
	return runPickerScreen({ source, ...(await fullScreenOptions(parts)) });
}
