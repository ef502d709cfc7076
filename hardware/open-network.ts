// Picks the network door that local settings name; without one the page shows no network settings.
import type { Network } from './network.ts';

export type NetworkSettings = { readonly kind: 'none' } | { readonly kind: 'nmcli' } | { readonly kind: 'simulated' };

export async function makeNetwork(settings: NetworkSettings): Promise<Network | undefined> {
  switch (settings.kind) {
    case 'none':
      return undefined;
    case 'nmcli': {
      const { NmcliNetwork } = await import('./network/nmcli-network.ts');
      return new NmcliNetwork();
    }
    case 'simulated': {
      const { SimulatedNetwork } = await import('./network/simulated-network.ts');
      return new SimulatedNetwork();
    }
    default:
      return settings satisfies never;
  }
}
