/** Where ejected files are put: a folder of their own under the data folder, readable by the user alone. */
export interface EjectFolder {
  /** Where new folders are made, and what is there already. Nothing is made by looking. */
  look(): Promise<{ parent: string; taken: string[] }>
  /**
   * Writes a new folder with all files, or nothing. @param name judged here; @param files name and text, no sub-folders; `secret` ones are readable by the owner alone
   * Rejects `eject-folder` with detail.problem = 'name' | 'exists', `disk-full`. @returns absolute path of the folder
   */
  write(name: string, files: readonly EjectedFile[]): Promise<string>
  /** User and group of what is written, as numbers such as `1000:1000`; undefined where the system has none. */
  owner(): string | undefined
}

export interface EjectedFile {
  name: string
  text: string
  secret?: boolean
}
