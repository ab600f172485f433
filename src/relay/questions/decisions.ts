/** What a person may answer to a permission from another terminal. */
export const DECISIONS = ['yes', 'session', 'always', 'no'] as const;
export type Decision = (typeof DECISIONS)[number];
