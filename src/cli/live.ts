/** What happens on the command line while a command works: drawn live, plainly, as documents, or not at all. */
import type { HeldSettings } from '../app/command-context.ts';
import type { App } from '../app/create-app.ts';
import {
	isAsked,
	type Live,
	type Running,
	type RunningRace,
	type Shown,
	type View,
} from '../commands/live.ts';
import { jsonText } from '../core/json-text.ts';
import { isInForeground } from '../core/processes/terminal-foreground.ts';
import { quoteForShell } from '../core/quote-for-shell.ts';
import type { RaceEvent } from '../race/race-contract.ts';
import type { RelayEvent } from '../relay/events/relay-events.ts';
import type { AskedOn } from '../shell/questions/lent-keyboard.ts';
import { drawingFor } from '../ui/drawing.ts';
import type { Output } from './output.ts';
import type { StopSignals } from './stop-signals.ts';

export interface LiveParts {
	app: App;
	output: Output;
	held: HeldSettings;
	/** With `--quiet` nothing is shown on the way. */
	isSilentWhenQuiet: boolean;
}

export function createLive(parts: LiveParts): Live {
	const { app, output } = parts;
	const canAnswer = () => !output.isJson && !output.isQuiet && isAttended(app);
	return {
		startsAgents: true,
		get canAnswer() {
			return canAnswer();
		},
		get mayAsk() {
			return app.env.TERM !== 'dumb' && canAnswer();
		},
		isOnTerminal: app.streams.output.isTTY === true,
		look: output,
		print: (text) => output.print(text),
		drained: () => new Promise((done) => app.streams.output.write('', () => done())),
		conversation: (running, act, view) =>
			follow(parts, running, act, async (stop) => view ?? openConversationView(parts, running, stop)),
		race: (running, act) => follow(parts, running, act, () => openRaceView(parts, running)),
	};
}

const isAttended = ({ streams }: App) =>
	streams.output.isTTY === true && streams.input.isTTY === true && isInForeground();

/** Draws as long as `act` works, and listens to the signals that stop `running`; closes both. */
async function follow<Event, Value>(
	{ app, output }: LiveParts,
	running: Running,
	act: (shown: Shown<Event>) => Promise<Value>,
	openView: (stop: StopSignals) => Promise<View<Event>>,
): Promise<Value> {
	const { listenForStop } = await import('./stop-signals.ts');
	const stop = listenForStop(running, app);
	try {
		const view = await openView(stop);
		try {
			return await act({
				signal: stop.signal,
				event: (event) => view.event(event),
				showsEdits: !output.isJson && !output.isQuiet,
				lines: (draw) => {
					if (!output.isJson && !output.isQuiet) output.printError(`${[...draw(output), ''].join('\n')}\n`);
				},
				status: () => undefined,
				stoppedBy: () => stop.exitCode(),
			});
		} finally {
			view.close();
			await running.close();
		}
	} finally {
		stop.dispose();
	}
}

/** Documents, silence, or a view that is live on a terminal and plain elsewhere; the keyboard answers where it can. */
async function openConversationView(
	parts: LiveParts,
	running: Running,
	stop: StopSignals,
): Promise<View<RelayEvent>> {
	const { app, output, held, isSilentWhenQuiet } = parts;
	if (output.isJson) {
		const { eventToJson } = await import('../relay/events/event-json.ts');
		return { event: (event) => output.print(jsonText(eventToJson(event))), close: nothing };
	}
	const { ui } = (await held.holder()).settings.loaded.config;
	await output.useColor(ui.color);
	if (output.isQuiet && isSilentWhenQuiet) return { event: nothing, close: nothing };
	const [{ openRunView }, { commandsBefore }] = await Promise.all([
		import('../view/live/open-view.ts'),
		import('../commands/output/recorded-commands.ts'),
	]);
	const { streams, clock, takeNotices } = app;
	return openRunView({
		output: output.isQuiet ? { write: (text: string) => output.print(text) } : streams.output,
		errorOutput: output.isQuiet ? { write: () => true } : streams.errorOutput,
		theme: output.theme,
		thinking: ui.thinking,
		drawing: drawingFor(ui, app.env),
		isStopping: () => stop.signal.aborted,
		outputHint: (number) => `agent-relay output ${number}`,
		commandsBefore,
		takeNotices: streams.errorOutput.isTTY ? takeNotices : undefined,
		clock,
		worktree: (await app.repo()).worktree,
		allowHint: (command) => `agent-relay config allow ${quoteForShell(command)}`,
		answers: await answersFrom(running, parts, stop),
	});
}

/** A table with keys on a terminal, a line a change elsewhere; documents, or nothing. */
async function openRaceView(parts: LiveParts, race: RunningRace): Promise<View<RaceEvent>> {
	const { app, output, held } = parts;
	if (output.isJson) {
		const { raceEventToJson } = await import('../view/race-json.ts');
		return { event: (event) => output.print(jsonText(raceEventToJson(event))), close: nothing };
	}
	const { ui } = (await held.holder()).settings.loaded.config;
	await output.useColor(ui.color);
	if (output.isQuiet) return { event: nothing, close: nothing };
	const [{ openRaceView: open }, { createProcessSignals }] = await Promise.all([
		import('../view/race/race-view.ts'),
		import('../core/processes/own-signals.ts'),
	]);
	const { streams, clock, env, takeNotices } = app;
	return open({
		...streams,
		theme: output.theme,
		clock,
		signals: createProcessSignals(process, app),
		race,
		interrupt: () => void process.kill(process.pid, 'SIGINT'),
		takeNotices: streams.errorOutput.isTTY ? takeNotices : undefined,
		drawing: drawingFor(ui, env),
		isDumb: env.TERM === 'dumb',
	});
}

const nothing = () => undefined;

/** Takes answers from the keyboard while an agent asks; undefined where nobody could give one. */
async function answersFrom(running: Running, { app, output }: LiveParts, { interrupt }: StopSignals) {
	if (!isAsked(running) || output.isQuiet || !isAttended(app)) return undefined;
	const [{ LentKeyboard }, { dropTypedAhead }, { createProcessSignals }] = await Promise.all([
		import('../shell/questions/lent-keyboard.ts'),
		import('./answers/drop-typed-ahead.ts'),
		import('../core/processes/own-signals.ts'),
	]);
	const { streams, clock, env } = app;
	return (on: AskedOn) =>
		new LentKeyboard(
			{
				...{ asked: () => running, context: app, clock, theme: output.theme },
				...{ input: streams.input, output: streams.output, signals: createProcessSignals(process, app) },
				answerTerminal: (line) => running.answerTerminal?.(line) ?? false,
				...{ reportsKeys: env.TERM !== 'linux', dropTypedAhead, interrupt },
			},
			on,
		);
}
