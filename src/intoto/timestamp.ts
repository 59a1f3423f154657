/**
 * `YYYY-MM-DDTHH:MM:SSZ`, in UTC and whole seconds: the one form that in-toto takes.
 * @param time milliseconds since 1970
 */
export function timestamp(time: number): string {
  return new Date(time).toISOString().replace(/\.\d{3}Z$/, 'Z');
}
