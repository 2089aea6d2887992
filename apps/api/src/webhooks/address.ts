import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

type Address = ReturnType<typeof ipaddr.parse>;

/** Addresses that begin alike, as `10.0.0.0/8`. */
type Network = ReturnType<typeof ipaddr.parseCIDR>;

/** Of all IPv6 addresses those that anybody's machines have; what was once thought of beyond is no place for a receiver. */
const GLOBAL_V6 = ipaddr.parseCIDR('2000::/3');
/** Public by its looks, but on every machine of Azure it is what holds the machine's credentials. */
const AZURE_HOST = ipaddr.parseCIDR('168.63.129.16/32');

export function isNetwork(text: string): boolean {
  return ipaddr.isValidCIDR(text);
}

/** @throws when it is none */
export function parseNetwork(text: string): Network {
  return ipaddr.parseCIDR(text);
}

export function isWithin(address: string, networks: readonly Network[]): boolean {
  const parsed = parse(address);
  return parsed !== undefined && networks.some((network) => matches(parsed, network));
}

/**
 * Whether it is somebody's on the internet: not this machine's, not a private network's, no cloud's own, nor an IPv6 address
 * that stands for an IPv4 one. What is not known to be public is not.
 */
export function isPublic(address: string): boolean {
  const parsed = parse(address);
  if (!parsed || parsed.range() !== 'unicast') return false;
  return parsed.kind() === 'ipv6' ? matches(parsed, GLOBAL_V6) : !matches(parsed, AZURE_HOST);
}

/** Undefined: in no form that this machine would connect to. */
function parse(address: string): Address | undefined {
  return isIP(address) === 0 ? undefined : ipaddr.parse(address);
}

function matches(address: Address, [network, bits]: Network): boolean {
  return address.kind() === network.kind() && address.match(network, bits);
}
