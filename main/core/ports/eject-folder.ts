/** Where ejected files are put: a folder of their own under the data folder, readable by the user alone. */
export interface EjectFolder {
  /**
   * Writes a new folder with all files, or nothing. @param name judged here; @param files name and text, no sub-folders
   * Rejects `eject-folder` with detail.problem = 'name' | 'exists', `disk-full`. @returns absolute path of the folder
   */
  write(name: string, files: readonly { name: string; text: string }[]): Promise<string>
}
