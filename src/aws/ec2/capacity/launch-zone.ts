/** A zone of the Region, as a launch sees it. */
export interface LaunchZone {
  readonly zoneId: string;
  /** Its name for this account. */
  readonly name: string;
  /** Whether the type can be had there at all. */
  readonly isOffered: boolean;
  /** How many more instances of the type it can switch on; none without power or network, Infinity when it is endless. */
  readonly room: number;
}
