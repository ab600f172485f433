import type { App } from '../../app/create-app.ts';
import { pickOne } from '../../shell/input/pick.ts';
import { readSurvivorChoice, SURVIVOR_CHOICES } from '../../shell/input/survivor-choices.ts';

/** Lets a command on a terminal ask about agents that outlived their relay. */
export function askAboutSurvivors(app: App, { hasColor }: { hasColor: boolean }): void {
	const { input, output, errorOutput } = app.streams;
	if (input.isTTY !== true || output.isTTY !== true || app.env.TERM === 'dumb') return;
	app.desk.ask = async ({ lines }) => {
		errorOutput.write(`${lines.join('\n')}\n`);
		const picked = await pickOne('What now?', SURVIVOR_CHOICES, { input, output, hasColor });
		if (picked === 'wait') errorOutput.write('Waiting for it. Ctrl+C ends the wait.\n');
		return readSurvivorChoice(picked);
	};
}
