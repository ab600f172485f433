// Scripts that stand in for the agents' programs: as fast as a shell can be, in each CLI's own words.

export const LINE_BYTES = 1024;

/** Finds the id that the relay chose, and answers `--version`, which the relay asks for in the background. */
const CLAUDE_START = `
[ "$1" = --version ] && { echo '2.1.197 (Claude Code)'; exit; }
id=none
while [ $# -gt 0 ]; do
	case $1 in --session-id | --resume) id=$2 ;; esac
	shift
done
printf '%s\\n' '{"type":"system","subtype":"init","cwd":"/repo","session_id":"'$id'","tools":[],"model":"claude-sonnet-4-5","permissionMode":"default","apiKeySource":"none","claude_code_version":"2.1.197"}'
`;

const USAGE =
	'"usage":{"input_tokens":1200,"cache_creation_input_tokens":0,"cache_read_input_tokens":0,"output_tokens":40}';

const CLAUDE_RESULT = `
printf '%s\\n' '{"type":"result","subtype":"success","is_error":false,"api_error_status":null,"duration_ms":10,"num_turns":1,"result":"Done.","stop_reason":"end_turn","session_id":"'$id'","total_cost_usd":0.0042,${USAGE},"permission_denials":[],"terminal_reason":"completed"}'
`;

const CLAUDE_ANSWER = `
printf '%s\\n' '{"type":"assistant","message":{"id":"msg_1","type":"message","role":"assistant","model":"claude-sonnet-4-5","content":[{"type":"text","text":"Done."}],"stop_reason":null,${USAGE}},"parent_tool_use_id":null,"session_id":"'$id'"}'
`;

const CLAUDE_REJECTED = `
printf '%s\\n' '{"type":"rate_limit_event","rate_limit_info":{"status":"rejected","resetsAt":4102444800,"rateLimitType":"five_hour","overageStatus":"rejected","isUsingOverage":false},"session_id":"'$id'"}'
`;

/** A whole turn at once. */
export const INSTANT_CLAUDE = CLAUDE_START + CLAUDE_ANSWER + CLAUDE_RESULT;

/** Works for `$BENCH_WORK_S` seconds and leaves a file. */
export const SLOW_CLAUDE = `${CLAUDE_START}
sleep "$BENCH_WORK_S"
echo "$$" >work.txt
${CLAUDE_ANSWER}${CLAUDE_RESULT}`;

/** Changes every file named in `$BENCH_NOTES/dirty`, then meets its limit and ends; the time of that is a file's mtime. */
export const LIMITED_CLAUDE = `${CLAUDE_START}
while read -r path; do echo changed >>"$path"; done <"$BENCH_NOTES/dirty"
${CLAUDE_REJECTED}
printf '%s\\n' '{"type":"result","subtype":"success","is_error":true,"api_error_status":429,"duration_ms":10,"num_turns":1,"result":"limit","stop_reason":"stop_sequence","session_id":"'$id'","total_cost_usd":0,${USAGE},"permission_denials":[]}'
: >"$BENCH_NOTES/predecessor-ends"
exit 1
`;

/** Meets its limit, ignores SIGTERM and never ends by itself. */
export const STUBBORN_CLAUDE = `${CLAUDE_START}
trap '' TERM INT
${CLAUDE_REJECTED}
: >"$BENCH_NOTES/limit-told"
echo $$ >"$BENCH_NOTES/pid"
while :; do sleep 1000; done
`;

/** Works and hears no signal that a program can ignore, nor does its tool. */
export const DEAF_CLAUDE = `${CLAUDE_START}
trap '' TERM INT HUP
sleep 1000 &
echo $$ $! >"$BENCH_NOTES/pid"
while :; do sleep 1000; done
`;

/** Works until its terminal goes away, with a tool that does too. */
export const WORKING_CLAUDE = `${CLAUDE_START}
sleep 1000 &
echo $$ $! >"$BENCH_NOTES/pid"
wait
`;

/** A whole codex turn at once; when it began is a file's mtime. */
export const INSTANT_CODEX = `
[ "$1" = --version ] && { echo 'codex-cli 0.169.0'; exit; }
: >"$BENCH_NOTES/successor-runs"
printf '%s\\n' '{"type":"thread.started","thread_id":"019d0000-0000-7000-8000-000000000001"}' '{"type":"turn.started"}' '{"type":"item.completed","item":{"id":"item_0","type":"agent_message","text":"Done."}}' '{"type":"turn.completed","usage":{"input_tokens":1200,"cached_input_tokens":0,"output_tokens":40,"reasoning_output_tokens":0}}'
`;

/** Writes the file `$BENCH_NOTES/flood` `rounds` times between the first and the last line of a turn. */
export function floodingClaude(rounds) {
	return `${CLAUDE_START}
round=0
while [ $round -lt ${rounds} ]; do cat "$BENCH_NOTES/flood"; round=$((round + 1)); done
${CLAUDE_RESULT}
`;
}

/** `count` lines of exactly 1 KB: text as claude streams it, each a line of prose. */
export function floodLines(count) {
	const prose = 'The quick brown fox jumps over the lazy dog, then writes a test for it. '.repeat(20);
	return delta(`${prose.slice(0, LINE_BYTES - delta('\n').length)}\n`).repeat(count);
}

/** What the shell's echo is measured against, by name: about 1 MB each, in pieces of some 1 KB. */
export const FLOODS = {
	prose: floodLines(1000),
	Japanese: delta(`${'素早い茶色の狐は怠け者の犬を飛び越え、それからテストを書く。'.repeat(11)}\n`).repeat(
		1000,
	),
	emoji: delta(`${'fox 🦊 👩‍💻 👍🏽 ❤️ 🇩🇪 dog 🐕 '.repeat(20)}\n`).repeat(1000),
	'a table':
		delta('| who | how | what | done | whom |\n|---|---|---|:-:|---|\n') +
		delta('| fox | **brown** | `jumps over` | ✅ | 犬 |\n'.repeat(20)).repeat(1000),
	'lists and links': delta(
		'- the **quick** `fox` sees [狐](https://example.org/fox)\n  1. and *jumps*\n'.repeat(14),
	).repeat(1000),
	'one endless line': delta('The quick brown fox 狐 jumps over the lazy dog, '.repeat(20)).repeat(1000),
};

function delta(text) {
	return `{"type":"stream_event","event":{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":${JSON.stringify(text)}}},"session_id":"s","parent_tool_use_id":null}\n`;
}

/**
 * A turn that asks for a command by the hook that the relay gives it, where `$BENCH_NOTES/ask` is there. When it began, asked and
 * was answered is in `$BENCH_NOTES/times`, epoch ms.
 */
export const ASKING_CLAUDE = `
[ "$1" = --version ] && { echo '2.1.332 (Claude Code)'; exit; }
exec "$BENCH_NODE" -e '
const began = Date.now();
const { existsSync, writeFileSync } = require("node:fs");
const { spawnSync } = require("node:child_process");
const [notes, args] = [process.env.BENCH_NOTES, process.argv.slice(1)];
const valueOf = (name) => args[args.indexOf(name) + 1];
const session_id = args.includes("--session-id") ? valueOf("--session-id") : valueOf("--resume");
const say = (line) => console.log(JSON.stringify({ ...line, session_id }));
say({ type: "system", subtype: "init", tools: [], model: "m", claude_code_version: "2.1.332" });
let asked = 0;
if (existsSync(notes + "/ask")) {
	const { hooks } = JSON.parse(valueOf("--settings"));
	const input = JSON.stringify({ tool_name: "Bash", tool_input: { command: "make push" }, cwd: process.cwd() });
	asked = Date.now();
	spawnSync("sh", ["-c", hooks.PermissionRequest[0].hooks[0].command], { input });
}
writeFileSync(notes + "/times", JSON.stringify({ began, asked, answered: Date.now() }));
say({ type: "assistant", message: { id: "m1", role: "assistant", content: [{ type: "text", text: "Done." }] } });
say({ type: "result", subtype: "success", is_error: false, num_turns: 1, result: "Done.", permission_denials: [] });
' -- "$@"
`;

/** Asks for a command by the hook that the relay gives it, and once that is there writes the file `$BENCH_NOTES/flood` again and again. */
export const FLOODING_ASKER = `
[ "$1" = --version ] && { echo '2.1.332 (Claude Code)'; exit; }
exec "$BENCH_NODE" -e '
const { readFileSync } = require("node:fs");
const { spawn } = require("node:child_process");
const args = process.argv.slice(1);
const valueOf = (name) => args[args.indexOf(name) + 1];
const session_id = valueOf("--session-id");
console.log(JSON.stringify({ type: "system", subtype: "init", tools: [], model: "m", claude_code_version: "2.1.332", session_id }));
const { hooks } = JSON.parse(valueOf("--settings"));
const command = hooks.PermissionRequest[0].hooks[0].command;
const asker = spawn("sh", ["-c", command], { stdio: ["pipe", "ignore", "ignore"] });
asker.stdin.end(JSON.stringify({ tool_name: "Bash", tool_input: { command: "make push" }, cwd: process.cwd() }));
const flood = readFileSync(process.env.BENCH_NOTES + "/flood");
const write = () => process.stdout.write(flood, write);
setTimeout(write, 2000);
' -- "$@"
`;
