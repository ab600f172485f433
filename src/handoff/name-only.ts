/** A name from a CLI's stream or a record, for the relay's own lines: never a sentence. */
export const nameOnly = (name: string) => name.replace(/[^\w.:/+[\]-]/g, '').slice(0, 60);
