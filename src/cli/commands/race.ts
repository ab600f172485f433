/** `agent-relay race TASK` and `race resume`: entrants side by side to the end, live on a terminal. */

import { readPreset } from '../../agents/permission-presets.ts';
import { type App, parentTurn } from '../../app/create-app.ts';
import { openRace } from '../../app/open-race.ts';
import { readSettings, type Settings } from '../../app/open-relay.ts';
import { describeDistrust } from '../../app/repo-trust.ts';
import { raceShowLines } from '../../commands/race/show/lines.ts';
import { pageOf } from '../../commands/race/show/run.ts';
import { RelayError } from '../../core/errors.ts';
import { jsonText } from '../../core/json-text.ts';
import { createProcessSignals } from '../../core/processes/own-signals.ts';
import { safeLine } from '../../core/text.ts';
import type { Race, RaceDeps, RaceEvent } from '../../race/contract.ts';
import { findRaceId } from '../../race/find-race.ts';
import type { RaceRecord } from '../../race/record/race-record.ts';
import { resumeRace as goOnWithRace } from '../../race/resume-race.ts';
import { startRace } from '../../race/start-race.ts';
import { exitCodeOfRace } from '../../relay/exit-codes.ts';
import { raceRequest } from '../../shell/race-flags.ts';
import { columnsFor } from '../../ui/terminal-size.ts';
import { openRaceView, type RaceView } from '../../view/race/race-view.ts';
import { raceEventToJson, raceResultToJson } from '../../view/race-json.ts';
import { askAboutSurvivors } from '../ask-survivor.ts';
import type { CommandResult, Output } from '../command.ts';
import { configuredTheme } from '../configured-theme.ts';
import type { RaceOptions, RaceResumeOptions } from '../race-options.ts';
import { stdinOf } from '../read-stdin.ts';
import { readTask } from '../read-task.ts';
import { listenForStop } from '../stop-signals.ts';

const EXAMPLE = 'agent-relay race "fix the failing test" --agents claude,codex --check "npm test"';

export async function race(app: App, options: RaceOptions, output: Output): Promise<CommandResult> {
	const task = await readTask(
		{
			argument: options.task ?? null,
			file: options.file ?? null,
			encoding: options.encoding ?? null,
			isOptional: false,
			called: { word: 'task', example: EXAMPLE, question: 'what is the task?' },
		},
		stdinOf(app),
	);
	if (task === null)
		throw new RelayError('usage', 'There is no task for the race.', {
			hint: `For example: ${EXAMPLE}`,
		});
	const { settings, deps } = await open(app, options);
	const { registry } = settings;
	const request = raceRequest(task, options, { registry, parentTurn: parentTurn(app.env) });
	return runToEnd(app, await startRace(request, await deps()), { options, output, settings });
}

export async function resumeRace(
	app: App,
	options: RaceResumeOptions,
	output: Output,
): Promise<CommandResult> {
	const permissions = options.permissions === undefined ? null : readPreset(options.permissions);
	const id = findRaceId(options.race ?? null, await app.store());
	if (!options.json && !options.quiet) askAboutSurvivors(app, output.theme);
	const { settings, deps } = await open(app, options);
	return runToEnd(app, await goOnWithRace(id, await deps(), { permissions }), { options, output, settings });
}

async function open(
	app: App,
	options: { trust?: boolean },
): Promise<{ settings: Settings; deps: () => Promise<RaceDeps> }> {
	const settings = await readSettings(app, { isTrusted: options.trust ?? false, config: [] });
	const line = describeDistrust(settings.trust);
	if (line !== null) app.notice(line);
	return { settings, deps: () => openRace(app, settings) };
}

interface Showing {
	options: { json?: boolean; quiet?: boolean };
	output: Output;
	settings: Settings;
}

async function runToEnd(app: App, running: Race, showing: Showing): Promise<CommandResult> {
	const { options, output, settings } = showing;
	const stop = listenForStop(running, app);
	const theme = await configuredTheme(settings.loaded.config.ui.color, output);
	const view = openView(app, running, { ...showing, output: { ...output, theme } });
	try {
		const record = await running.run({ signal: stop.signal, onEvent: (event) => view.event(event) });
		view.close();
		const exitCode = stop.exitCode() ?? exitCodeOfRace(record);
		if (options.json) output.print(jsonText(raceResultToJson(record, exitCode)));
		else if (options.quiet) output.print(`${safeLine(record.verdict ?? '', 1000)}\n`);
		else output.print(`${(await page(app, record, { ...output, theme })).join('\n')}\n`);
		return { exitCode };
	} finally {
		view.close();
		stop.dispose();
		await running.close();
	}
}

async function page(app: App, record: RaceRecord, { theme, columns: before }: Output): Promise<string[]> {
	// The terminal may have been resized meanwhile.
	const columns = columnsFor(app.streams.output, before);
	const called = (path: string) => `${app.ownName} ${path}`;
	const shown = pageOf(record, { ...app, called }, await app.store());
	return ['', ...raceShowLines(shown, { theme, columns })];
}

function openView(app: App, running: Race, { options, output }: Showing): RaceView {
	if (options.json) {
		const event = (happened: RaceEvent) => output.print(jsonText(raceEventToJson(happened)));
		return { event, close: () => undefined };
	}
	if (options.quiet) return { event: () => undefined, close: () => undefined };
	const { input, output: screen, errorOutput } = app.streams;
	return openRaceView({
		input,
		output: screen,
		errorOutput,
		theme: output.theme,
		clock: app.clock,
		signals: createProcessSignals(process, app),
		race: running,
		interrupt: () => void process.kill(process.pid, 'SIGINT'),
		takeNotices: errorOutput.isTTY ? app.takeNotices : undefined,
		isDumb: app.env.TERM === 'dumb',
	});
}
