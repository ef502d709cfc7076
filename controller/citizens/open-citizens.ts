// What the citizens' system needs of the tables and the folder before it is wired: its keys and its settings.
import { readIfPresent } from '../../hardware/host/files.ts';
import type { Strongbox } from '../../hardware/host/strongbox.ts';
import { folderOf } from '../folder.ts';
import type { RunSettings } from '../settings.ts';
import type { MetaStore } from '../store/store.ts';
import { openCitizenKey } from './citizen-key.ts';
import { openCitizenSettings } from './citizen-settings.ts';
import type { CitizenOpened } from './make-citizens.ts';
import { openVapidKeys, webPushDoor } from './push-door.ts';

export async function openCitizens(
  meta: MetaStore,
  strongbox: Strongbox,
  { dataDir, publicHost }: Pick<RunSettings, 'dataDir' | 'publicHost'>,
): Promise<CitizenOpened> {
  const ca = (await readIfPresent(folderOf(dataDir).pushCa))?.toString('utf8');
  const host = publicHost.includes(':') ? `[${publicHost}]` : publicHost;
  return {
    key: await openCitizenKey(meta, strongbox),
    settings: await openCitizenSettings(meta, strongbox),
    door: webPushDoor({ keys: await openVapidKeys(meta, strongbox), subject: `https://${host}`, ca }),
  };
}
