#define _GNU_SOURCE
#include "internal.h"

#include <endian.h>
#include <ifaddrs.h>
#include <errno.h>
#include <net/if.h>
#include <string.h>

static const uint8_t mapped_prefix[12] = {[10] = 0xFF, [11] = 0xFF};

socklen_t lnet_to_sockaddr(lnet_address address, int family, struct sockaddr_storage *storage) {
  if (family == AF_INET) {
    if (address.is_ipv6) return 0;
    struct sockaddr_in *v4 = (struct sockaddr_in *)storage;
    *v4 = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons(address.port)};
    v4->sin_addr.s_addr = htonl((uint32_t)address.low);
    return sizeof *v4;
  }
  struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)storage;
  *v6 = (struct sockaddr_in6){.sin6_family = AF_INET6, .sin6_port = htons(address.port)};
  if (address.is_ipv6) {
    uint64_t words[2] = {htobe64(address.high), htobe64(address.low)};
    memcpy(&v6->sin6_addr, words, sizeof words);
  } else {
    uint32_t word = htonl((uint32_t)address.low);
    memcpy(&v6->sin6_addr, mapped_prefix, sizeof mapped_prefix);
    memcpy((uint8_t *)&v6->sin6_addr + sizeof mapped_prefix, &word, sizeof word);
  }
  return sizeof *v6;
}

lnet_address lnet_from_sockaddr(const struct sockaddr *address) {
  if (address->sa_family == AF_INET) {
    const struct sockaddr_in *v4 = (const struct sockaddr_in *)address;
    return (lnet_address){.low = ntohl(v4->sin_addr.s_addr), .port = ntohs(v4->sin_port)};
  }
  if (address->sa_family != AF_INET6) return (lnet_address){0};
  const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)address;
  uint64_t words[2];
  memcpy(words, &v6->sin6_addr, sizeof words);
  uint64_t low = be64toh(words[1]);
  if (memcmp(&v6->sin6_addr, mapped_prefix, sizeof mapped_prefix) == 0)
    return (lnet_address){.low = (uint32_t)low, .port = ntohs(v6->sin6_port)};
  return (lnet_address){.high = be64toh(words[0]), .low = low, .port = ntohs(v6->sin6_port), .is_ipv6 = true};
}

int lnet_interface_addresses(lnet_address *addresses, int capacity) {
  struct ifaddrs *list;
  if (getifaddrs(&list) != 0) return -errno;
  int count = 0;
  for (struct ifaddrs *entry = list; entry && count < capacity; entry = entry->ifa_next) {
    const struct sockaddr *address = entry->ifa_addr;
    if (!address || !(entry->ifa_flags & IFF_UP)) continue;
    if (address->sa_family == AF_INET6 && IN6_IS_ADDR_LINKLOCAL(&((const struct sockaddr_in6 *)address)->sin6_addr))
      continue;
    if (address->sa_family == AF_INET || address->sa_family == AF_INET6)
      addresses[count++] = lnet_from_sockaddr(address);
  }
  freeifaddrs(list);
  return count;
}
