/** The files that tmux starts a runner with, in the runner's folder: none of the user's tmux configuration is read. */
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ensureFolder } from '../../core/files/folders.ts';
import { removeIfThere, writeAtomic } from '../../core/files/write-file.ts';
import { FOLDER_VARIABLE } from '../runner-variables.ts';

/** The status of the program goes into `exit`; a pane that is dead shows nothing any more, so the server ends with it. */
const TMUX_CONF = `set -g default-terminal tmux-256color
set -g escape-time 10
set -g focus-events on
set -g extended-keys on
set -g set-clipboard off
set -g allow-passthrough off
set -g history-limit 20000
set -g status off
set -g remain-on-exit on
set -g window-size latest
set-hook -g pane-died 'run-shell "echo #{pane_dead_status} #{pane_dead_signal} > \\"$AGENT_RELAY_RUNNER_FOLDER/exit\\"" ; kill-server'
`;

/** Ctrl-Z: the program stops in a job of its own and is taken back at once; without one it would wait for ever. */
const RUN_SH = `set -m
"$@"; s=$?
while [ "$s" -ge 146 ] && [ "$s" -le 148 ]; do fg >/dev/null 2>&1; s=$?; done
exit "$s"
`;

/** The most that one run records; all that is kept is at most 5 times as much. */
const MAX_CAST_BYTES = 20_000_000;
const KEPT_CASTS = 5;

/**
 * asciicast v2 (https://docs.asciinema.org/manual/asciicast/v2/): a line a chunk, with its time. Perl is where git is; without it the
 * bytes are kept as they come.
 */
const RECORD_SH = `f="$${FOLDER_VARIABLE}/recordings/$(date +%Y%m%d-%H%M%S)-$$"
command -v perl >/dev/null 2>&1 && exec perl "$${FOLDER_VARIABLE}/record.pl" "$f.cast" ${MAX_CAST_BYTES}
exec head -c ${MAX_CAST_BYTES} > "$f.raw"
`;

const RECORD_PL = `use strict; use Time::HiRes 'time'; use Encode;
my ($path, $left) = @ARGV; umask 077; binmode STDIN;
open(my $out, '>:raw', $path) or exit 1; $out->autoflush(1);
my $begin = time; my $rest = '';
sub put { my $l = shift; return 0 if length($l) > $left; $left -= length $l; print $out $l; return 1; }
put(sprintf('{"version":2,"width":100,"height":30,"timestamp":%d}', $begin) . "\\n");
while (sysread(STDIN, my $bytes, 65536)) {
  next if $left <= 0;
  $rest .= $bytes;
  my $text = Encode::decode('UTF-8', $rest, Encode::FB_QUIET);
  if (length($rest) > 3) { $text .= Encode::decode('UTF-8', $rest, Encode::FB_DEFAULT); $rest = ''; }
  next if $text eq '';
  $text =~ s/([\\x00-\\x1f"\\\\\\x7f])/sprintf('\\\\u%04x', ord $1)/ge;
  put(sprintf('[%.6f,"o","', time - $begin) . Encode::encode('UTF-8', $text) . "\\"]\\n") or $left = 0;
}
`;

export const START_PATHS = {
	conf: 'tmux.conf',
	run: 'run.sh',
	record: 'record.sh',
	/** The first process of a container. */
	inside: 'inside.sh',
	/** The status or the signal that the program ended with. */
	exit: 'exit',
	/** What it was started with, and the process around the program. */
	started: 'started',
} as const;

/** Lays them anew, and keeps only the newest recordings. */
export function layStartFiles(folder: string): void {
	const files = { 'tmux.conf': TMUX_CONF, 'run.sh': RUN_SH, 'record.sh': RECORD_SH, 'record.pl': RECORD_PL };
	for (const [name, text] of Object.entries(files)) writeAtomic(join(folder, name), text);
	for (const name of [START_PATHS.exit, START_PATHS.started]) removeIfThere(join(folder, name));
	const recordings = join(folder, 'recordings');
	ensureFolder(recordings);
	const old = readdirSync(recordings)
		.sort()
		.slice(0, -(KEPT_CASTS - 1));
	for (const name of old) rmSync(join(recordings, name), { recursive: true, force: true });
}

export const noteStart = (folder: string, startedAs: string, pid: string): void =>
	writeAtomic(join(folder, START_PATHS.started), `${startedAs} ${pid.trim()}\n`);

/**
 * The first process of a container: begins the session and stays until that has ended. SIGTERM goes to what the program is, as it does
 * without a container, not to the tmux around it, whose end would be a hang-up.
 */
const INSIDE_SH = `t() { tmux -u -L agent-relay "$@"; }
f="$${FOLDER_VARIABLE}"
end() {
  server=$(t display-message -p '#{pid}')
  for d in /proc/[0-9]*; do
    p=\${d#/proc/} parent=
    while read -r key value _; do [ "$key" = PPid: ] && parent=$value && break; done < "$d/status"
    case "$p" in 1|"$server") continue ;; esac
    case "$parent" in ''|0|1|"$server") continue ;; esac
    kill -TERM "$p"
  done 2>/dev/null
}
trap end TERM
export LANG TERM=xterm-256color
rm -f "$f/started.new"
t -f "$f/tmux.conf" new-session -d -s main -x 100 -y 30 -c "$PWD" -- /bin/sh "$f/run.sh" "$@" || exit 1
t pipe-pane -o -t =main: 'exec /bin/sh "$AGENT_RELAY_RUNNER_FOLDER/record.sh"'
echo up > "$f/started.new" && mv "$f/started.new" "$f/started"
while t has-session -t =main 2>/dev/null; do sleep 0.3 & wait $!; done
`;

export const layInsideFile = (folder: string): void =>
	writeAtomic(join(folder, START_PATHS.inside), INSIDE_SH);
