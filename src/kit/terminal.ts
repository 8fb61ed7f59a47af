/** What a person at a terminal reads: the one place that writes to standard output and error. */
export const say = (...lines: string[]): void => console.log(lines.join('\n'))
export const complain = (...lines: string[]): void => console.error(lines.join('\n'))
