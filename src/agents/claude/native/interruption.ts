/** Whether a `user` line of a transcript is claude's own note that its user interrupted it, in the answer or before a tool ran. */
export const isInterruption = (text: string): boolean => text.startsWith('[Request interrupted by user');
