/** Whether an hour of the day lies in the quiet ones. They may go over midnight; from and to the same hour is none at all. */
export function isQuiet(hour: number, fromHour: number, toHour: number): boolean {
  return fromHour <= toHour ? hour >= fromHour && hour < toHour : hour >= fromHour || hour < toHour
}
