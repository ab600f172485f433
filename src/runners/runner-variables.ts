/** By which the processes of a runner are known, those that make it included: its uuid. */
export const RUNNER_VARIABLE = 'AGENT_RELAY_RUNNER';
/** Its folder, for the files that tmux starts it with. */
export const FOLDER_VARIABLE = 'AGENT_RELAY_RUNNER_FOLDER';
