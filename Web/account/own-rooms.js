// @ts-check
import { readFragment, roomPath, withoutInvitation } from "../app/link.js";
import { SecureSession } from "../app/secure-session.js";
import { remember } from "../ui/i18n.js";
import { AccountAPI, AccountError } from "./api.js";
import { browserKeyring } from "./keyring.js";
import { PersonalVault } from "./vault.js";
import { VaultError } from "./vault-key.js";

/** @typedef {import("./vault.js").OwnRoom} OwnRoom */

/**
 * Puts a room that was made on this device into the vault of whoever is signed in, with the host's key.
 * @param {{ room: string, fragment: string, name: string }} address
 * @returns {Promise<boolean>} false: the vault is not open here, or did not take it
 */
export async function keepRoom({ room, fragment, name }) {
  const held = await browserKeyring().get();
  if (!held) return false;
  const seed = await SecureSession.exportHost(room);
  try {
    await new PersonalVault(new AccountAPI(), held.key).keepRoom({ room, fragment, seed, name });
    return true;
  } catch (error) {
    if (error instanceof AccountError || error instanceof VaultError) return false;
    throw error;
  }
}

/**
 * The link of a room has changed: if it is in the vault of whoever is signed in, so has it there.
 * @param {{ room: string, fragment: string }} address
 * @returns {Promise<boolean>} whether it is there with that link
 */
export async function followRoom({ room, fragment }) {
  const held = await browserKeyring().get();
  if (!held) return false;
  const vault = new PersonalVault(new AccountAPI(), held.key);
  try {
    const kept = (await vault.read()).rooms.find((one) => one.room === room);
    if (kept) await vault.keepRoom({ ...kept, fragment: withoutInvitation(fragment) });
    return kept !== undefined;
  } catch (error) {
    if (error instanceof AccountError || error instanceof VaultError) return false;
    throw error;
  }
}

/**
 * The rooms of whoever is signed in, where this device can open their vault.
 * @returns {Promise<OwnRoom[]>}
 */
export async function ownRooms() {
  const held = await browserKeyring().get();
  if (!held) return [];
  try {
    return (await new PersonalVault(new AccountAPI(), held.key).read()).rooms;
  } catch (error) {
    if (!(error instanceof AccountError || error instanceof VaultError)) throw error;
    // Signed out elsewhere: from now on this device asks no more.
    if (error.code === "signed_out") remember("tertulia.account", null);
    return [];
  }
}

/** Goes to a room of one's own, as its host where its key is there. @param {OwnRoom} room */
export async function openRoom({ room, fragment, seed }) {
  const host = readFragment(fragment)?.host;
  if (seed !== null && host) await SecureSession.importHost(room, seed, host);
  location.assign(roomPath({ room, fragment }));
}
