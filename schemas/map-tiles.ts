// What lies under the boxes on a map: pictures from the operator's own server, if there is one.

export interface MapTiles {
  /** Address with `{z}`, `{x}` and `{y}` (Web Mercator, 256 px). */
  readonly template: string;
  /** Who made the map, shown in its corner. */
  readonly credit: string;
}

export interface MapAnswer {
  readonly tiles: MapTiles | null;
}
