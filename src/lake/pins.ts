import { setTimeout as sleep } from "node:timers/promises";
import { ServiceError, UsageError } from "../base/errors";
import { quote } from "../contract/failures";
import { directoryOf, type Lake } from "./lake";
import { expiringName, type Pin, pinsDirectory, readPinsAt, toPinEntry, versionName } from "./version-names";
import { missingVersion } from "./versions";

/** The pins of a lake, oldest version first. */
export function readPins(lake: Lake): Promise<Pin[]> {
  return readPinsAt(lake.hdfs, directoryOf(lake));
}

/**
 * Pins a version, so that it is kept until the pin is removed. Done again it comes to the same. Throws where there is no
 * such version, or where the name pins another one.
 */
export async function pinVersion(lake: Lake, name: string, version: number): Promise<Pin> {
  checkPinName(name);
  const same = (await readPins(lake)).find((pin) => pin.name === name);
  if (same && same.version !== version) throw takenName(lake, same);
  const path = lake.at(`${pinsDirectory}/${toPinEntry({ name, version })}`);
  await lake.hdfs.makeDirectory(path);
  // after the pin: whoever is removing the version looks for pins once more
  if (!(await isKept(lake, version))) {
    if (!same) await lake.hdfs.remove(path);
    throw await missingVersion(lake, version);
  }
  const made = (await readPins(lake)).find((pin) => pin.name === name);
  return made ?? { name, version, owner: "", pinnedAt: new Date().toISOString() };
}

/** Removes a pin; its version goes when it is due. Throws where there is no such pin. */
export async function unpinVersion(lake: Lake, name: string): Promise<Pin> {
  const pins = await readPins(lake);
  const pin = pins.find((one) => one.name === name);
  if (pin) {
    await lake.hdfs.remove(lake.at(`${pinsDirectory}/${toPinEntry(pin)}`));
    return pin;
  }
  const received = pins.length === 0 ? "none" : pins.map((one) => one.name).join(", ");
  throw new ServiceError(
    `hdfs ${lake.at(pinsDirectory)}: expected a pin called ${quote(name)}, received ${received}; "npx user-activity versions" lists them`,
  );
}

function checkPinName(name: string): void {
  if (/^[\w-][\w.-]{0,99}$/.test(name)) return;
  throw new UsageError(
    `versions pin: expected a name of letters, digits, '.', '_' and '-', 100 at most, received ${quote(name)}`,
  );
}

const tries = 30;

/** Whether the version is there to stay; one that is being removed is waited for. */
async function isKept(lake: Lake, version: number): Promise<boolean> {
  const at = (name: string) => lake.hdfs.stat(lake.at(`.snapshot/${name}`));
  for (let count = 1; count <= tries; count++) {
    if (await at(versionName(version))) return true;
    if (!(await at(expiringName(version)))) return (await at(versionName(version))) !== undefined;
    await sleep(100);
  }
  return false;
}

function takenName(lake: Lake, { name, version, owner }: Pin): ServiceError {
  return new ServiceError(
    `hdfs ${lake.at(pinsDirectory)}: expected a name that pins nothing, received "${name}", by which ${owner} has pinned version ${version}; choose another, or: npx user-activity versions unpin ${name}`,
  );
}
