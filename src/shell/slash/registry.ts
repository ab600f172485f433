/** Every command of the shell, in the order of `/help`. */
import { COMMANDS } from '../../commands/registry.ts';
import { slashCommand } from './commands/from-command.ts';
import { nameFamily } from './commands/name.ts';
import { raceFamily } from './commands/race.ts';
import { runnerFamily } from './commands/runner.ts';
import { workstreamFamily } from './commands/ws.ts';
import { answer } from './conversation/answer.ts';
import { model } from './conversation/model.ts';
import { startNew } from './conversation/new.ts';
import { note } from './conversation/note.ts';
import { permissions } from './conversation/permissions.ts';
import { resume } from './conversation/resume.ts';
import { retry } from './conversation/retry.ts';
import { say } from './conversation/say.ts';
import { status } from './conversation/status.ts';
import { use } from './conversation/use.ts';
import { exit } from './shell/exit.ts';
import { help } from './shell/help.ts';
import { queue } from './shell/queue.ts';
import type { SlashCommand } from './slash-command.ts';

export const SLASH_COMMANDS: readonly SlashCommand[] = [
	use,
	slashCommand(COMMANDS.agents),
	slashCommand(COMMANDS.attach),
	model,
	permissions,
	status,
	slashCommand(COMMANDS.limits),
	retry,
	answer,
	slashCommand(COMMANDS.chat),
	say,
	raceFamily(COMMANDS),
	queue,
	slashCommand(COMMANDS.plan),
	slashCommand(COMMANDS.files),
	slashCommand(COMMANDS.output),
	slashCommand(COMMANDS.packet),
	slashCommand(COMMANDS.diff),
	slashCommand(COMMANDS.blame),
	slashCommand(COMMANDS.undo),
	slashCommand(COMMANDS.redo),
	slashCommand(COMMANDS.show),
	slashCommand(COMMANDS.export),
	slashCommand(COMMANDS.sessions),
	slashCommand(COMMANDS.search),
	slashCommand(COMMANDS.conversation),
	slashCommand(COMMANDS.metrics),
	resume,
	startNew,
	nameFamily(COMMANDS),
	workstreamFamily(COMMANDS),
	runnerFamily(COMMANDS),
	slashCommand(COMMANDS.checkpoint),
	slashCommand(COMMANDS.handoff),
	slashCommand(COMMANDS.fork),
	slashCommand(COMMANDS.rename),
	slashCommand(COMMANDS.tag),
	note,
	slashCommand(COMMANDS.configShow),
	help,
	exit,
];
