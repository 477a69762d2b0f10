import { powerMonitor } from 'electron';
import type { PowerState } from '../contract/process-messages.ts';

/** Since when nobody uses the computer is known to this. Linux does not tell when the mains power goes: that is found by the same look. */
const LOOK_MS = 15_000;

/** Tells the state of the computer now, then every now and then and whenever its power comes or goes. Once the application is ready. */
export function watchPower(tell: (power: PowerState) => void): void {
  const look = (): void =>
    tell({ onBattery: powerMonitor.isOnBatteryPower(), idleSeconds: powerMonitor.getSystemIdleTime() });
  powerMonitor.on('on-battery', look);
  powerMonitor.on('on-ac', look);
  setInterval(look, LOOK_MS);
  look();
}
