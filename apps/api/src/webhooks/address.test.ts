import { expect, test } from 'vitest';
import { isNetwork, isPublic, isWithin, parseNetwork } from './address.ts';

/** The first and last address of what the registries of IANA keep for special purposes, and what else is not for us. */
const NOT_PUBLIC = {
  'this host': ['0.0.0.0', '0.255.255.255', '::'],
  loopback: ['127.0.0.1', '127.255.255.255', '::1'],
  private: ['10.0.0.0', '10.255.255.255', '172.16.0.0', '172.31.255.255', '192.168.0.0', '192.168.255.255'],
  'unique local': ['fc00::', 'fdff:ffff::1', 'fd00:ec2::254'],
  'link local, and with it the metadata of most clouds': [
    '169.254.0.0',
    '169.254.169.254',
    '169.254.255.255',
    'fe80::1',
    'febf::1',
  ],
  'site local': ['fec0::1', 'feff::1'],
  'shared with carriers, and the metadata of Alibaba': ['100.64.0.0', '100.100.100.200', '100.127.255.255'],
  'the host of every machine of Azure': ['168.63.129.16'],
  'protocol assignments, and the metadata of Oracle': ['192.0.0.0', '192.0.0.192', '192.0.0.255'],
  documentation: ['192.0.2.1', '198.51.100.1', '203.0.113.1', '2001:db8::1', '3fff::1'],
  benchmarks: ['198.18.0.0', '198.19.255.255', '2001:2::1'],
  multicast: ['224.0.0.0', '239.255.255.255', 'ff00::', 'ff02::1'],
  'reserved and broadcast': ['240.0.0.0', '255.255.255.255'],
  'IPv4 in IPv6': ['::ffff:127.0.0.1', '::ffff:8.8.8.8', '::127.0.0.1', '::8.8.8.8', '::ffff:0:8.8.8.8'],
  NAT64: ['64:ff9b::7f00:1', '64:ff9b::808:808', '64:ff9b:1::1'],
  tunnels: ['2002:7f00:1::', '2002:808:808::1', '2001::1', '192.88.99.1'],
  'discarded, and of other plans': ['100::1', '4000::1', '5f00::1', '8000::1'],
};

test.each(Object.entries(NOT_PUBLIC))('%s is not public', (_what, addresses) => {
  expect(addresses.filter(isPublic)).toEqual([]);
});

test.each([
  '1.1.1.1',
  '8.8.8.8',
  '9.255.255.255',
  '11.0.0.0',
  '100.63.255.255',
  '100.128.0.0',
  '169.253.255.255',
  '172.15.255.255',
  '172.32.0.0',
  '192.167.255.255',
  '192.169.0.0',
  '223.255.255.255',
  '2606:4700:4700::1111',
  '2a00:1450:4001:80b::200e',
])('%s is public', (address) => {
  expect(isPublic(address)).toBe(true);
});

test('what is no address in the form in which addresses are connected to is not public', () => {
  expect(
    ['', 'localhost', '127.1', '0x7f.0.0.1', '2130706433', '017700000001', '8.8.8', '::g'].filter(isPublic),
  ).toEqual([]);
});

test('an address is within a network of its own family only', () => {
  const networks = ['10.0.0.0/8', 'fd00::/8'].map(parseNetwork);
  expect(['10.1.2.3', 'fd12::1'].map((address) => isWithin(address, networks))).toEqual([true, true]);
  expect(['11.0.0.1', 'fe80::1', '::ffff:10.0.0.1', 'x'].map((address) => isWithin(address, networks))).not.toContain(
    true,
  );
  expect(['10.0.0.0/8', '::1/128', '0.0.0.0/0'].map(isNetwork)).toEqual([true, true, true]);
  expect(['10.0.0.0', '10.0.0.0/33', 'example.com', ''].map(isNetwork)).not.toContain(true);
});
