import { homedir } from 'node:os';

/** HOME, else what the system knows. */
export const homeOf = (env: Readonly<Record<string, string>>): string => env.HOME ?? homedir();
